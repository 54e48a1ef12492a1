"""Decide: pure functions of plain values. Nothing here sees a row, a request, a clock or a network."""
