"""Speak mail: bytes to values and back. One module, smtp.py, opens a connection."""
