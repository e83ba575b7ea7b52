"""The faces of the engine: a console, and one command for scripts."""
