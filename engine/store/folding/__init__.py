"""Finished journals become Parquet parts, published by one manifest."""
