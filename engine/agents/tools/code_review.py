"""What stands out, out of what the other tasks saw: ranked findings, the asked-for kind first."""

from collections import Counter
from collections.abc import Iterable, Mapping

from engine.agents.tool import Call
from engine.evidence import Evidence, Finding, Findings, Mark, clean

_WEIGHT = 5  # it speaks for all of its sides
_ROWS = 50
_LEVELS = (("high", 2 / 3), ("medium", 1 / 3), ("low", 0.0))
# What the verb of the query asks for counts a level more.
_ASKED_FOR = 1 / 3
_FOCUSES: Mapping[str, frozenset[str]] = {
    "debug": frozenset(
        "graph.broken graph.cycles file.outline file.history code.churn code.tests".split()
    ),
    "optimize": frozenset("file.complexity code.hotspots code.overview".split()),
    "refactor": frozenset(
        "code.duplicates code.dead graph.cycles graph.importers graph.imports graph.impact "
        "symbols.callers".split()
    ),
    "review": frozenset(),
}
_SAID = {
    "debug": "broken imports, cycles, recent changes and missing tests count a level more",
    "optimize": "heavy and often changed functions count a level more",
    "refactor": "duplicates, dead code, cycles and coupling count a level more",
}


async def review(call: Call) -> Evidence:
    """Rank what the sides marked; a side that failed is missing here and named in the answer."""
    focus = call.text("focus", "review")
    marks = ranked((m for side in call.inputs.values() for m in side.marks), focus)
    about = clean(call.text("file") or call.text("folder") or call.text("symbol"))
    sides = [side.verdict.removeprefix(f"{about} is ") for side in call.inputs.values()]
    said = "; ".join([*_summary(marks), *(side.rstrip(".") for side in sides)])
    items = tuple(Finding(clean(m.path), m.line, _told(m)) for m in marks[:_ROWS])
    found = Findings("Ranked findings", items, len(marks), len(marks) > _ROWS)
    return Evidence(
        verdict=f"{about or 'The project'}: {said}",
        sections=(found,) if marks else (),
        found=any(side.found for side in call.inputs.values()),
        weight=_WEIGHT,
        assumptions=(_SAID[focus],) if marks and focus in _SAID else (),
        marks=marks,
    )


def ranked(marks: Iterable[Mark], focus: str) -> tuple[Mark, ...]:
    """Return each thing once, the most severe first; what `focus` asks for counts a level more."""
    asked_for = _FOCUSES.get(focus, frozenset())
    worst: dict[tuple[str, int | None, str], Mark] = {}
    for mark in marks:
        key = (mark.path, mark.line, mark.text)
        if key not in worst or worst[key].severity < mark.severity:
            worst[key] = mark

    def order(mark: Mark) -> tuple[float, str, int, str]:
        extra = _ASKED_FOR if mark.source in asked_for else 0.0
        return (-(mark.severity + extra), mark.path, mark.line or 0, mark.text)

    return tuple(sorted(worst.values(), key=order))


def level(severity: float) -> str:
    """Return a severity from 0 to 1 as a word."""
    return next(word for word, least in _LEVELS if severity >= least or word == "low")


def _summary(marks: tuple[Mark, ...]) -> tuple[str, ...]:
    if not marks:
        return ()
    counts = Counter(level(mark.severity) for mark in marks)
    parts = [f"{counts[word]:,} {word}" for word, _ in _LEVELS if counts[word]]
    first = marks[0]
    where = clean(first.path) + (f":{first.line}" if first.line else "")
    several = "" if len(marks) == 1 else "s"
    return (f"{', '.join(parts)} finding{several}, first {where}: {clean(first.text)}",)


def _told(mark: Mark) -> str:
    return clean(f"{level(mark.severity)}: {mark.text} — {mark.reason} ({mark.source})")
