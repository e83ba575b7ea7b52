"""The wheel's own figures: cycles, cover, margin, size."""
