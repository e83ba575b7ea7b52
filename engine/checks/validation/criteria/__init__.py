"""The acceptance criteria, and how each is measured: by doing the real thing, or from history."""
