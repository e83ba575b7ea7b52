"""An answer as terminal text: the verdict first, then the proof; colours only where wanted."""

from collections.abc import Iterator

from bolt_tui.glyphs import STATUS
from bolt_tui.rendering.cells import (
    columns,
    common_source,
    figure_row,
    numeric,
    table_texts,
    without_blanks,
    work,
)
from bolt_tui.rendering.chart import chart, extent
from engine.evidence import Answer, Figures, Findings, Section, Series, Table, clean

UNSURE = 0.6  # below this the reader should know that it was a guess
WIDTH = 80
_INDENT = 2
_BOLD, _DIM, _RESET = "\x1b[1m", "\x1b[2m", "\x1b[0m"


def render(answer: Answer, *, colour: bool = False, width: int = WIDTH) -> str:
    """Return the whole answer, a newline at its end; charts are at most `width` columns wide."""
    bold, dim, reset = (_BOLD, _DIM, _RESET) if colour else ("", "", "")
    glyph, status = STATUS[answer.status]
    lines = [f"{bold}{glyph} {clean(answer.verdict)}{reset}"]
    unsure = answer.query.confidence < UNSURE
    sure = f" ({answer.query.confidence:.0%} sure)" if unsure else ""
    lines.append(f"{dim}understood as: {clean(answer.query.understood_as)}{sure}{reset}")
    for section in answer.sections:
        title, body = _section(section, width - _INDENT)
        lines += ["", f"{bold}{clean(title)}{reset}", *(" " * _INDENT + line for line in body)]
    lines.append("")
    lines += [f"{dim}assumed: {clean(text)}{reset}" for text in answer.assumptions]
    if answer.not_searched:
        left_out = ", ".join(f"{count} {kind}" for kind, count in answer.not_searched.items())
        lines.append(f"{dim}not searched: {left_out}{reset}")
    lines.append(f"{dim}{', '.join((status, f'level {answer.level}', *work(answer)))}{reset}")
    return "\n".join(lines) + "\n"


def _section(section: Section, width: int) -> tuple[str, list[str]]:
    if isinstance(section, Findings):
        return _heading(section), list(_findings(section))
    if isinstance(section, Figures):
        common = common_source(section)
        rows = [figure_row(item, common) for item in section.items]
        title = f"{section.title} ({common})" if common else section.title
        return title, columns(rows, (False, True))
    if isinstance(section, Table):
        return section.title, _table(section) if section.rows else ["none"]
    if isinstance(section, Series):
        drawn = ["".join(text for text, _ in row).rstrip() for row in chart(section, width)]
        return f"{section.title} ({extent(section)})", drawn
    return section.title, [clean(line) for line in section.text.splitlines()]


def _table(section: Table) -> list[str]:
    table, blank = without_blanks(section)
    body = columns([table.columns, *table_texts(table)], numeric(table.rows))
    return [*body, clean(blank)] if blank else body


def _heading(section: Findings) -> str:
    if section.truncated:
        return f"{section.title} (the first {len(section.items):,} of {section.total:,})"
    return f"{section.title} ({section.total:,})"


def _findings(section: Findings) -> Iterator[str]:
    for item in section.items:
        place = item.path if item.line is None else f"{item.path}:{item.line}"
        said = clean(item.text).strip()
        yield f"{clean(place)}: {said}" if said else clean(place)
