"""The acceptance criteria, measured or read from history."""
