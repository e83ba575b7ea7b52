"""DuckDB's cursors, lent to one task at a time; the user's own databases."""
