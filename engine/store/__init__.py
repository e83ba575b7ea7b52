"""What is kept: a journal a session, and a DuckDB pool that reads all of them."""
