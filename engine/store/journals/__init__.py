"""What sessions append: checksummed lines, in segments."""
