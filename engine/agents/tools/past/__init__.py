"""What answers about the past share: their span, gaps, figures and changes."""
