"""What a process may do that runs code which nobody here has read. Standard library only.

Limits hold on every system. Cut off from the network, and from writing files, it is only where the
system lets a user make name spaces of his own (Linux); what was achieved is told, not promised.
"""

from __future__ import annotations

import ctypes
import os
import resource
import struct
import sys

_NEW_USER, _NEW_MOUNTS, _NEW_NETWORK = 0x10000000, 0x00020000, 0x40000000
_PRIVATE, _RECURSIVE = 1 << 18, 1 << 14
_MOUNT_SETATTR = 442
_AT_RECURSIVE, _READ_ONLY = 0x8000, 0x1
_HERE = -100


def limit(cpu_s: int, memory_bytes: int) -> None:
    """Bound processor time and address space; no file may grow, no core is dumped.

    The number of processes stays as it is: the system counts all those of the user.
    """
    for what, most in (
        (resource.RLIMIT_CPU, cpu_s),
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        wanted = most if hard == resource.RLIM_INFINITY else min(most, hard)
        try:
            resource.setrlimit(what, (wanted, wanted))
        except (OSError, ValueError):  # macOS takes no bound of the address space
            continue


def isolate() -> tuple[bool, bool]:
    """Leave the network, and make every file read-only; return which of the two succeeded."""
    if not sys.platform.startswith("linux"):
        return False, False
    libc = ctypes.CDLL(None, use_errno=True)
    user, group = os.getuid(), os.getgid()
    if libc.unshare(_NEW_USER | _NEW_NETWORK | _NEW_MOUNTS) != 0:
        return False, False
    try:
        for name, text in (
            ("setgroups", "deny"),
            ("uid_map", f"{user} {user} 1"),
            ("gid_map", f"{group} {group} 1"),
        ):
            with open(f"/proc/self/{name}", "w", encoding="ascii") as file:  # noqa: PTH123
                file.write(text)
    except OSError:
        return True, False
    return True, _read_only(libc)


def _read_only(libc: ctypes.CDLL) -> bool:
    if libc.mount(b"none", b"/", None, _PRIVATE | _RECURSIVE, None) != 0:
        return False
    attributes = struct.pack("QQQQ", _READ_ONLY, 0, 0, 0)
    done: int = libc.syscall(
        _MOUNT_SETATTR, _HERE, b"/", _AT_RECURSIVE, attributes, len(attributes)
    )
    return done == 0
