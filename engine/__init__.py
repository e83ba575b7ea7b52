"""The engine of bolt-tui: it knows nothing of terminals."""

__version__ = "0.1.0"
