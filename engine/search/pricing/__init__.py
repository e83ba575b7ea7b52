"""Code that prices options: which functions do, what their arguments mean, what looks wrong."""
