"""Answers about backtests: what was asked, what it read, its tables."""
