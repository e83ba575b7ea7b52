"""Tests of the console: the fold, the drawings, the app, and the program in a real terminal."""
