"""What a condition saw: whether it holds, the readings in words, and why they don't tell."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from engine.alerts.condition import Readings
from engine.metrics import Reading

_OF_QUERIES = ("quer", "response_", "errors_")
_SIZES = (("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10))


@dataclass(frozen=True, slots=True)
class Truth:
    """Whether a condition holds; None: unknown, and `unknown` says why.

    `seen` has the readings in words. `events` is the least number of events that one of its
    windows rests upon, None where none of them counts any. `project` is whose state was seen, ""
    where it is nobody's.
    """

    holds: bool | None
    seen: str
    unknown: str = ""
    events: int | None = None
    project: str = ""


def truth(holds: bool | None, names: Sequence[str], readings: Readings) -> Truth:
    """Say what was seen of these metrics."""
    found = [(name, readings.get(name)) for name in names]
    counts = [one.events for _, one in found if one is not None and one.events is not None]
    return Truth(
        holds,
        ", ".join(_words(name, one) for name, one in found),
        "" if holds is not None else _why(found),
        min(counts, default=None),
        next((one.project for _, one in found if one is not None and one.project), ""),
    )


def _why(found: Sequence[tuple[str, Reading | None]]) -> str:
    reasons = [
        f"{name} is unknown: {one.reason or 'no reason given'}" if one else f"{name} was never read"
        for name, one in found
        if one is None or one.value is None
    ]
    return "; ".join(reasons) or "it can't be computed from these figures"


def _words(name: str, reading: Reading | None) -> str:
    if reading is None or reading.value is None:
        return f"{name} unknown"
    value = reading.value
    said = value if isinstance(value, str) else _amount(float(value), reading.unit)
    if reading.events is None:
        return f"{name} = {said} {reading.about}".rstrip()
    if name == "queries_ended":
        return f"{name} = {said}"
    one, many = ("query", "queries") if name.startswith(_OF_QUERIES) else ("event", "events")
    return f"{name} = {said} of {reading.events} {one if reading.events == 1 else many}"


def _amount(value: float, unit: str) -> str:
    if not isfinite(value):
        return "no number"
    if unit == "bytes":
        for word, size in _SIZES:
            if abs(value) >= size:
                return f"{value / size:.1f} {word}"
        return f"{value:.0f} B"
    if unit == "seconds":
        return f"{value:.3g} s" if abs(value) < 1000 else f"{value:.0f} s"
    if unit == "ratio":
        return f"{value:.2f}"
    return f"{value:.0f}" if value == round(value) else f"{value:.3g}"
