"""Answers about the risk of the positions."""
