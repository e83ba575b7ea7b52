"""What still works: a circuit for each capability, and the level that follows from them."""
