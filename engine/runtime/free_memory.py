"""Asks the C library to hand freed memory back to the system; by itself it keeps it."""

import sys


def give_back() -> None:
    """Give back what is free; where the C library has no way to, nothing happens."""
    import ctypes  # only who sheds pays for it

    libc = ctypes.CDLL(None)
    if sys.platform == "darwin":
        relief = getattr(libc, "malloc_zone_pressure_relief", None)
        if relief is not None:
            relief.restype = ctypes.c_size_t
            relief(None, ctypes.c_size_t(0))
    elif (trim := getattr(libc, "malloc_trim", None)) is not None:
        trim(ctypes.c_size_t(0))
