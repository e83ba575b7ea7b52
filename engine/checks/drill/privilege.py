"""The superuser's right to write where the mode of a folder forbids it, given up for good.

Called in a process made for one fault, before it has threads: rights belong to a thread, and later
ones inherit them (capabilities(7)).
"""

import ctypes
import os
import sys
from typing import Final

_VERSION_3: Final = 0x20080522
# CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
_TAKEN: Final = (1 << 1) | (1 << 2)


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Sets(ctypes.Structure):
    _fields_ = (
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    )


def gives_up_writing_anywhere() -> str:
    """Give the right up where this process has it; return why that can't be, else nothing."""
    if os.geteuid() != 0:
        return ""
    if sys.platform != "linux":
        return "the superuser may write into any folder; run it as another user"
    libc = ctypes.CDLL(None, use_errno=True)
    header, sets = _Header(_VERSION_3, 0), (_Sets * 2)()
    if libc.capget(ctypes.byref(header), sets):
        return f"the rights of this process can't be read: {os.strerror(ctypes.get_errno())}"
    sets[0].effective &= ~_TAKEN
    sets[0].permitted &= ~_TAKEN
    if libc.capset(ctypes.byref(header), sets):
        return f"the right to write anywhere stays: {os.strerror(ctypes.get_errno())}"
    return ""
