"""What the positions would lose, and by what."""
