"""Answers about alerts: what is firing, what was, and what was sent."""
