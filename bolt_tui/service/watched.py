"""Which project units that are there start the program for, read from what they say."""

import plistlib
import re
from collections.abc import Mapping
from typing import Final
from xml.parsers.expat import ExpatError

from engine.checks.service_units import MONITOR, Kind

_PROJECT: Final = re.compile(rb'^ExecStart=.*? "-C" "((?:[^"\\]|\\.)*)"', re.MULTILINE)
_ESCAPED: Final = re.compile(rb"%%|\\x([0-9a-f]{2})|\\(.)")
_SHORT: Final = {b"n": b"\n", b"t": b"\t", b"r": b"\r"}


def watched(kind: Kind, units: Mapping[str, bytes]) -> str | None:
    """Return the project of the monitor among units of ours; None where there is or it says none.

    What is read is what systemd.py and launchd.py write, and nothing else that systemd may take.
    """
    unit = units.get(MONITOR[kind])
    if unit is None:
        return None
    if kind == "launchd":
        return _of_agent(unit)
    found = _PROJECT.search(unit)
    return None if found is None else _ESCAPED.sub(_letter, found[1]).decode(errors="replace")


def _of_agent(unit: bytes) -> str | None:
    try:
        words = plistlib.loads(unit)["ProgramArguments"]
        return str(words[words.index("-C") + 1])
    except (ExpatError, KeyError, IndexError, ValueError, TypeError, AttributeError):
        return None  # somebody changed it by hand


def _letter(escape: re.Match[bytes]) -> bytes:
    if escape[0] == b"%%":
        return b"%"
    if escape[1]:
        return bytes.fromhex(escape[1].decode())
    return _SHORT.get(escape[2], escape[2])
