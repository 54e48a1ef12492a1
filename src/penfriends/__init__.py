"""penfriends: pen friends for the residents of twin towns."""

__version__ = "0.1.0"
