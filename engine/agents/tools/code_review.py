"""What stands out, out of what the other tasks saw: ranked findings, the asked-for kind first.

The rank: the worst first, and what the verb of the query asks for counts a level more. Over a
folder or the project, findings of one tool in one file are one row, that of the worst of them; and
after five rows of one tool, those of the other tools have their turn, then the next five of each,
so that no kind hides the others. A heavy function that is a hot spot is told as that only.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

import msgspec

from engine.agents.tool import Call
from engine.evidence import Evidence, Finding, Findings, Mark, clean

_WEIGHT = 5  # it speaks for all of its sides
_ROWS = 50
_IN_A_ROW = 5
_LED_BY = 2
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
_IN_TURNS = "of findings of one kind, five are told before those of other kinds have their turn"
# The sides that say what the thing is; the others are heard through their marks.
_DESCRIBING = (
    "engine.metrics", "code.overview", "file.outline", "file.complexity", "symbols.definitions",
    "symbols.callers", "graph.importers", "file.history",
)  # fmt: skip
_MEASURING = frozenset({"file.complexity", "code.overview"})


async def review(call: Call) -> Evidence:
    """Rank what the sides marked; a side that failed is missing here and named in the answer."""
    focus = call.text("focus", "review")
    seen = [mark for side in call.inputs.values() for mark in side.marks]
    one_thing = bool(call.text("file") or call.text("symbol"))
    marks = ranked(seen, focus) if one_thing else in_turns(ranked(folded(seen), focus))
    about = clean(call.text("file") or call.text("folder") or call.text("symbol"))
    items = tuple(Finding(clean(m.path), m.line, _told(m)) for m in marks[:_ROWS])
    found = Findings("Ranked findings", items, len(marks), len(marks) > _ROWS)
    described = _described(call.inputs, about)
    return Evidence(
        verdict=f"{about or 'The project'}: {_summary(marks, about)}{described}",
        sections=(found,) if marks else (),
        found=any(side.found for side in call.inputs.values()),
        weight=_WEIGHT,
        assumptions=_assumed(marks, focus, one_thing=one_thing),
        marks=marks,
    )


def _assumed(marks: Sequence[Mark], focus: str, *, one_thing: bool) -> tuple[str, ...]:
    kinds = Counter(mark.source for mark in marks)
    took_turns = not one_thing and len(kinds) > 1 and max(kinds.values()) > _IN_A_ROW
    said = [_SAID[focus]] if marks and focus in _SAID else []
    return (*said, _IN_TURNS) if took_turns else tuple(said)


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

    return tuple(sorted(_told_once(worst.values()), key=order))


def in_turns(marks: Iterable[Mark]) -> tuple[Mark, ...]:
    """Return the first five of each kind in their order, then the next five of each, and so on."""
    told: Counter[str] = Counter()
    rounds: list[tuple[int, Mark]] = []
    for mark in marks:
        rounds.append((told[mark.source] // _IN_A_ROW, mark))
        told[mark.source] += 1
    return tuple(mark for _, mark in sorted(rounds, key=lambda one: one[0]))


def _told_once(marks: Iterable[Mark]) -> list[Mark]:
    """Leave out heavy functions that are told as hot spots."""
    marks = list(marks)
    hot = {(mark.path, mark.line) for mark in marks if mark.source == "code.hotspots"}
    return [m for m in marks if m.source not in _MEASURING or (m.path, m.line) not in hot]


def folded(marks: Iterable[Mark]) -> list[Mark]:
    """Return one mark for those of one tool in one file: the worst, and the number of the rest."""

    def kind(mark: Mark) -> tuple[str, str]:
        return (mark.source, mark.path)

    found = []
    for _, group in groupby(sorted(_told_once(marks), key=kind), key=kind):
        worst, *others = sorted(group, key=lambda m: (-m.severity, m.line or 0, m.text))
        if others:
            more = f" (and {len(others):,} more of its kind in the file)"
            worst = msgspec.structs.replace(worst, text=worst.text + more)
        found.append(worst)
    return found


def level(severity: float) -> str:
    """Return a severity from 0 to 1 as a word."""
    return next(word for word, least in _LEVELS if severity >= least or word == "low")


def _summary(marks: Sequence[Mark], about: str) -> str:
    """Say how many findings there are, and the first two of them, each of another tool."""
    if not marks:
        return "nothing stands out in what was looked at"
    counts = Counter(level(mark.severity) for mark in marks)
    parts = ", ".join(f"{counts[word]:,} {word}" for word, _ in _LEVELS if counts[word])
    first: dict[str, Mark] = {}
    for mark in marks:
        first.setdefault(mark.source, mark)
    led = "; ".join(_led(mark, about) for mark in list(first.values())[:_LED_BY])
    return f"{len(marks):,} finding{'' if len(marks) == 1 else 's'} ({parts}), above all: {led}"


def _led(mark: Mark, about: str) -> str:
    """Return a finding with its place; the file that the review is about is not said again."""
    path = "" if mark.path == about else mark.path
    line = (f":{mark.line}" if path else f"line {mark.line}") if mark.line else ""
    return clean(f"{mark.text} ({path}{line})" if path or line else mark.text)


def _described(inputs: Mapping[str, Evidence], about: str) -> str:
    """Return a sentence of what the thing is, as its sides say it; the first clause of each."""
    speakers = [
        side
        for name in _DESCRIBING
        for id_, side in inputs.items()
        if side.found and f".{id_}".endswith(f".{name}")
    ]
    said = [
        side.verdict.removeprefix(f"{about} is ").removeprefix(f"{about}: ").partition("; ")[0]
        for side in speakers or list(inputs.values())[:1]
    ]
    text = "; ".join(one.rstrip(".") for one in said)
    return f". {text[:1].upper()}{text[1:]}" if text else ""


def _told(mark: Mark) -> str:
    return clean(f"{level(mark.severity)}: {mark.text} — {mark.reason} ({mark.source})")
