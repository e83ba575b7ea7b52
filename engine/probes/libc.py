"""One whole number of the kernel through libc's sysctlbyname: no process, some microseconds.

Loaded only on a Mac, because ctypes costs its import.
"""

import ctypes
import os
from collections.abc import Callable

from engine.probes.reading import Unknown

SysctlByName = Callable[..., int]  # as ctypes calls it: name, buffer, size, NULL, 0


def sysctl_by_name() -> SysctlByName:
    """Return libc's function; raises AttributeError where libc has none, as on Linux."""
    function = ctypes.CDLL(None, use_errno=True).sysctlbyname
    function.argtypes = [
        ctypes.c_char_p,
        ctypes.c_void_p,
        ctypes.POINTER(ctypes.c_size_t),
        ctypes.c_void_p,
        ctypes.c_size_t,
    ]
    function.restype = ctypes.c_int
    return function


def read_int(name: str, function: SysctlByName) -> int | Unknown:
    """Return an int or int64 of the kernel, whichever size it says that it wrote."""
    buffer = ctypes.create_string_buffer(8)
    size = ctypes.c_size_t(ctypes.sizeof(buffer))
    if function(name.encode(), buffer, ctypes.byref(size), None, 0) != 0:
        return Unknown(f"sysctlbyname {name}: {os.strerror(ctypes.get_errno())}")
    if size.value not in (4, 8):
        return Unknown(f"sysctlbyname {name} wrote {size.value} bytes, which is no integer")
    return int.from_bytes(buffer.raw[: size.value], "little", signed=True)
