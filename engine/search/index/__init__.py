"""The text index: proposes the lines that a pattern may be in, so that few are looked at.

Everything here that imports NumPy runs in a process of its own.
"""
