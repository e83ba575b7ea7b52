"""Python's collector of cycles, kept from where it finds nothing: imports, and a process's end.

What is imported stays. The collections meanwhile, the first one after it and the last one of a
process only walk over it: together a sixth of a single run.
"""

import atexit
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

# They count what of theirs is left at the end, and complain on stderr (nanobind's leak check).
_COUNTING: Final = ("_duckdb", "mlx.core")


@contextmanager
def importing() -> Iterator[None]:
    """Have no collections for the length of the block, nor any later ones of what is there then."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        _pass_over()
        if collects:
            gc.enable()


def leave_the_end_to_the_system() -> None:
    """Have no collection over what is left at the end of this process, which gives it all back."""
    atexit.register(_pass_over)


def _pass_over() -> None:
    if not any(library in sys.modules for library in _COUNTING):
        gc.freeze()
