"""What the processes of a test are: any of them may end while one looks."""

import psutil  # type: ignore[import-untyped]


def command_of(process: psutil.Process) -> str:
    """Return the command line, its words parted by spaces; empty where the process has ended."""
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:  # a zombie is one as well
        return ""
