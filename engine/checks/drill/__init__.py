"""Faults done on purpose to scratch sessions, and what came of them."""
