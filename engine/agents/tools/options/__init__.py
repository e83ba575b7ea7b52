"""Answers about one option: price, implied volatility, chances."""
