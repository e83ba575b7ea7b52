"""The sections of an answer in the order in which one reads them.

What a review took up stands after it as its proof: by what it proves, each section cut to a few
rows with the total told, for who wants them all asks that tool itself.
"""

import re
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from engine.evidence import Evidence, Findings, Section, Table, TaskRecord

_REVIEW = "code.review"
_ROWS = 10
_SECTIONS = 5  # of one tool: a cycle has a section of its own
_ORDER = (
    "engine.metrics", "code.hotspots", "file.complexity", "graph.broken", "graph.cycles",
    "code.tests", "code.duplicates", "code.dead", "symbols.definitions", "symbols.callers",
    "symbols.calls", "symbols.references", "graph.importers", "graph.impact", "graph.imports",
    "code.overview", "file.outline", "file.history", "code.repository", "file.mentions",
)  # fmt: skip
_CUT = re.compile(r" \(the first [\d,]+ of ([\d,]+)\)$")

Found = tuple[TaskRecord, Evidence]


def in_order(found: Sequence[Found]) -> Iterator[Section]:
    """Yield the sections of what the tasks of a question found: the heaviest first, each once."""
    proofs = {need for record, _ in found if record.tool == _REVIEW for need in record.needs}
    told: list[Section] = []
    own = [one for one in found if one[0].id not in proofs]
    for _, evidence in sorted(own, key=lambda one: -one[1].weight):
        told += evidence.sections
    for _, evidence in sorted((one for one in found if one[0].id in proofs), key=_place):
        told += [shortened(section) for section in evidence.sections[:_SECTIONS]]
    yield from dict.fromkeys(told)


def _place(one: Found) -> int:
    return _ORDER.index(one[0].tool) if one[0].tool in _ORDER else len(_ORDER)


def shortened(section: Section) -> Section:
    """Return a section's first rows; a table, which has no total of its own, tells it in its title.

    Figures, series and texts are as they were.
    """
    if isinstance(section, Findings) and len(section.items) > _ROWS:
        return replace(section, items=section.items[:_ROWS], truncated=True)
    if isinstance(section, Table) and len(section.rows) > _ROWS:
        cut = _CUT.search(section.title)
        total = cut[1] if cut else f"{len(section.rows):,}"
        title = f"{_CUT.sub('', section.title)} (the first {_ROWS} of {total})"
        return replace(section, title=title, rows=section.rows[:_ROWS])
    return section
