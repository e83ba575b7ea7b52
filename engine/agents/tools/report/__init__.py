"""The report over a span: trends, incidents, and what became slower."""
