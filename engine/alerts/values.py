"""What each rule saw at the last evaluation: <store>/alerts/values.json, for whoever asks.

It is replaced as a whole, and not made to survive a power cut: the next evaluation writes another.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from engine.alerts.condition import Readings
from engine.alerts.rules import Rule

_NAME: Final = "values.json"


class Value(Struct, frozen=True):
    """What a rule saw, and its digest.

    `holds` is None where the condition can't be told, and `unknown` says why.
    """

    rule: str
    holds: bool | None
    seen: str
    unknown: str = ""
    digest: str = ""  # of the rule as it is evaluated


class Values(Struct, frozen=True):
    """At this wall time, by this session; `problem` is why it can't take the rules of its files."""

    at_s: float
    session: str
    values: tuple[Value, ...]
    problem: str = ""


def values_of(rules: Iterable[Rule], readings: Readings) -> tuple[Value, ...]:
    """Return what each rule sees, too few events or not."""
    found = ((rule, rule.expr.evaluate(readings)) for rule in rules)
    return tuple(
        Value(rule.name, truth.holds, truth.seen, truth.unknown, rule.digest)
        for rule, truth in found
    )


def write(folder: Path, values: Values) -> None:
    """Put them into the alerts' folder.

    Raises:
        OSError: what was there still is.
    """
    place = folder / f".{_NAME}.{os.getpid()}.tmp"
    try:
        place.write_bytes(msgspec.json.encode(values))
        place.replace(folder / _NAME)
    except OSError:
        place.unlink(missing_ok=True)
        raise


def read(folder: Path) -> Values | None:
    """Return what was written last, None where nothing can be read."""
    try:
        return msgspec.json.decode((folder / _NAME).read_bytes(), type=Values)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None
