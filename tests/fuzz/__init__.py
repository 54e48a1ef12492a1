"""Mails that nobody writes, to find out whether reading them ever costs more than it may."""
