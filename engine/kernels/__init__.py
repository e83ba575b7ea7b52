"""Pure numbers for options and books of them, and what can compute them.

Importing the package imports no numpy and no mlx; each module pays for what it needs.
"""
