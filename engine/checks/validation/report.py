"""A validation as an answer shows it: how ready, what is lacking, each criterion and its proof."""

from typing import Final

from engine.checks.validation.criteria.catalogue import PHASES
from engine.checks.validation.criteria.shown import UNKNOWN
from engine.checks.validation.validate import passed
from engine.events import Criterion, Validated
from engine.evidence import Evidence, Section, Table, Text

_STATES: Final = ("proven", "failed", "unproven")
_COLUMNS: Final = ("criterion", "state", "seen", "bar")
_TITLES: Final = {"1": "Phase 1", "2": "Phase 2", "3": "Phase 3", "final": "Final acceptance"}


def evidence(validated: Validated) -> Evidence:
    """Return it as a verdict and tables, the lacking ones first."""
    return Evidence(verdict(validated), sections=sections(validated), weight=3)


def verdict(validated: Validated) -> str:
    """Return in a sentence how ready it is and what is lacking."""
    required = [one for one in validated.criteria if one.required]
    counts = {state: sum(one.state == state for one in required) for state in _STATES}
    which = "" if validated.phase == "all" else f" of {_TITLES[validated.phase].lower()}"
    said = f"{validated.ready_pct:g} % ready: {counts['proven']} of {len(required)} criteria{which}"
    if passed(validated):
        return f"{said} are proven"
    rest = [f"{counts[state]} {state}" for state in _STATES[1:] if counts[state]]
    first = next((one for one in required if one.state == "failed"), None)
    return f"{said} are proven, {', '.join(rest)}{f'; {_named(first)}' if first else ''}"


def sections(validated: Validated) -> tuple[Section, ...]:
    """Return what is lacking, then each phase, then how each was seen."""
    found: list[Section] = []
    if lacking := tuple(_lack(one) for one in validated.criteria if one.state != "proven"):
        found.append(Table("Lacking", ("criterion", "state", "why, and what to do"), lacking))
    for phase in PHASES:
        rows = tuple(_row(one) for one in validated.criteria if one.phase == phase)
        found += [Table(_TITLES[phase], _COLUMNS, rows)] if rows else []
    proofs = "\n".join(map(_proof, validated.criteria))
    return (*found, Text("How each was seen, and how to see it again", proofs))


def _lack(one: Criterion) -> tuple[str, str, str]:
    return one.text, one.state, one.proof


def _proof(one: Criterion) -> str:
    seen = "" if one.state == "unproven" else f": {one.proof}"
    return f"{one.text}{seen}\n    {one.again}"


def _row(one: Criterion) -> tuple[str, str, str, str]:
    text = one.text if one.required else f"{one.text} (optional)"
    return text, one.state, one.figure, one.bar


def _named(one: Criterion) -> str:
    seen = "" if one.figure == UNKNOWN else f"{one.figure}; "
    return f"{one.text}: {seen}{one.proof}"
