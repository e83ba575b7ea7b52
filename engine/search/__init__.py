"""Exact answers about a project's text, files, Python structure and history.

Import the module that answers the question; this file stays empty so that nothing is paid for
that isn't used.
"""
