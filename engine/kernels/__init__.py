"""Pure numbers for options: the normal law, European prices and Greeks, and what can compute them.

Importing the package imports no numpy and no mlx; each module pays for what it needs.
"""
