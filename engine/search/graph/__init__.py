"""The dependency graph of a project's Python files: what imports what, when, and what follows."""
