"""Words of the desk: which questions about book, options and wheel there are, and their plans."""
