"""Definitions and their uses across a project: callers, duplicates, dead code, churn, tests."""
