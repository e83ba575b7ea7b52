"""How the program says that it can't, and the exit codes of that. Importing this costs nothing."""

import sys

FAILED = 1
USAGE_ERROR = 2
NAGIOS_UNKNOWN = 3


class BadUsage(Exception):
    """The words of the command line can't be meant so; the text says which and why."""


class OutputError(Exception):
    """The answer is there, but stdout can't take it."""


def refuse(sentence: str) -> int:
    """Say on stderr why this can't be done, and return the exit code for it."""
    sys.stderr.write(f"bolt-tui: {sentence}\n")
    return USAGE_ERROR
