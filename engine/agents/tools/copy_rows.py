"""Answers about code that stands in several places, as the parts of an evidence."""

from collections.abc import Iterator, Mapping
from typing import Final

from engine.agents.tools import marks
from engine.evidence import Finding, Findings, Mark, clean, counted
from engine.search.facts import Json
from engine.search.live_code import is_backup

_NAMED: Final = 3


def said(answer: Mapping[str, Json], file: str) -> str:
    """Return the sentence: of one file, or of all that were compared where it is ""."""
    total, copied = answer["total"], answer["copied_files"]
    lines = counted(answer["duplicated_lines"], "line")
    stand = "stands" if total == 1 else "stand"
    if not file:
        return (
            f"{counted(copied, 'file')} of {answer['files']:,} "
            f"{'copies' if copied == 1 else 'copy'} another, and {counted(total, 'passage')} of "
            f"code {stand} in several places ({lines} too many)"
        )
    if not (total or copied):
        return clean(f"Nothing of {file} stands a second time")
    whole = f"{file} is a copy of another file, or has {counted(copied, 'copy', 'copies')}"
    parts = f"{counted(total, 'passage')} of {file} {stand} elsewhere too ({lines} of code)"
    return clean("; ".join([*([whole] if copied else []), *([parts] if total else [])]))


def sections(answer: Mapping[str, Json]) -> Iterator[Findings]:
    """Yield the copied files, then the repeated passages."""
    if trees := answer["trees"]:
        total = answer["total_trees"]
        yield Findings("Copies", tuple(_copy(row) for row in trees), total, total > len(trees))
    if clones := answer["clones"]:
        total = answer["total"]
        title = "Repeated code, what weighs most first"
        yield Findings(title, tuple(_clone(row) for row in clones), total, total > len(clones))


def marked(answer: Mapping[str, Json]) -> tuple[Mark, ...]:
    """Return a mark for each thing that is there twice, but none for a copy in a backup folder."""
    return (*_copies(answer["trees"]), *_passages(answer["clones"]))


def _copies(rows: list[Json]) -> Iterator[Mark]:
    for row in rows:
        if not is_backup(row["copy"] if row["files"] == 1 else f"{row['copy']}/x"):
            yield marks.copied(clean(row["copy"]), clean(_of(row)), row["files"])


def _passages(rows: list[Json]) -> Iterator[Mark]:
    for row in rows:
        first, other, *_ = row["places"]
        if not is_backup(first["path"]):
            same = other["path"] == first["path"]
            where = clean(f"{'line ' if same else other['path'] + ':'}{other['line']}")
            yield marks.duplicate(clean(first["path"]), first["line"], row["lines"], where)


def _of(row: Mapping[str, Json]) -> str:
    of: str = row["of"]
    return "the project's root" if of == "." else of


def _copy(row: Mapping[str, Json]) -> Finding:
    files = f": {counted(row['files'], 'file')}" if row["files"] > 1 else ""
    renamed = row["renamed"]
    but = f", {renamed:,} with other names or literals" if renamed and row["files"] > 1 else ""
    alone = " with other names or literals" if renamed and row["files"] == 1 else ""
    return Finding(clean(row["copy"]), None, clean(f"is a copy of {_of(row)}{alone}{files}{but}"))


def _clone(row: Mapping[str, Json]) -> Finding:
    first, *others = row["places"]
    shown = ", ".join(f"{one['path']}:{one['line']}" for one in others[:_NAMED])
    more = f" and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
    like = "the same but for names or literals" if row["renamed"] else "the same"
    text = f"{row['lines']} lines of code to line {first['end_line']}, {like} in {shown}{more}"
    return Finding(clean(first["path"]), first["line"], clean(text))
