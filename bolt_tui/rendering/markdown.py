"""An answer as Markdown."""

from collections.abc import Sequence

from bolt_tui.rendering.cells import figure_row, numeric, table_texts, without_blanks, work
from bolt_tui.rendering.chart import chart, extent
from engine.evidence import Answer, Figures, Findings, Section, Series, Table, clean

_CHART_WIDTH = 80


def render(answer: Answer) -> str:
    """Return the whole answer, a newline at its end."""
    lines = [f"# {_escaped(answer.query.text)}", "", f"**{_escaped(answer.verdict)}**", ""]
    lines += [f"Understood as: {_escaped(answer.query.understood_as)}", ""]
    for section in answer.sections:
        lines += [f"## {_escaped(section.title)}", "", *_section(section), ""]
    if answer.assumptions:
        lines += ["## Assumptions", "", *(f"- {_escaped(a)}" for a in answer.assumptions), ""]
    if answer.not_searched:
        left_out = ", ".join(f"{count} {kind}" for kind, count in answer.not_searched.items())
        lines += [f"Not searched: {left_out}", ""]
    facts = (f"Status {answer.status}", f"level {answer.level}", *work(answer))
    lines.append(f"{', '.join(facts)}.")
    return "\n".join(lines) + "\n"


def _section(section: Section) -> list[str]:
    if isinstance(section, Findings):
        rows = [
            f"- `{clean(item.path)}{'' if item.line is None else f':{item.line}'}` "
            f"{_escaped(item.text.strip())}"
            for item in section.items
        ]
        more = [f"- … {section.total - len(section.items):,} more"] if section.truncated else []
        return rows + more
    if isinstance(section, Figures):
        head = ("name", "value", "unit", "source")
        return _table(head, [figure_row(item) for item in section.items])
    if isinstance(section, Table):
        table, blank = without_blanks(section)
        body = _table(table.columns, table_texts(table), numeric(table.rows))
        return [*body, "", _escaped(blank)] if blank else body
    if isinstance(section, Series):
        return _series(section)
    return [_escaped(line) for line in section.text.splitlines()]


def _series(series: Series) -> list[str]:
    """Return a chart of fixed pitch and below it what it spans."""
    rows = ["".join(text for text, _ in row).rstrip() for row in chart(series, _CHART_WIDTH)]
    fenced = ["```text", *rows, "```", ""] if rows else []
    return [*fenced, _escaped(extent(series))]


def _table(
    head: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[bool] = ()
) -> list[str]:
    def row(cells: Sequence[str]) -> str:
        return "| " + " | ".join(_escaped(cell).replace("|", "\\|") for cell in cells) + " |"

    sides = [at < len(numbers) and numbers[at] for at in range(len(head))]
    rule = "|" + "".join(" ---: |" if right else " --- |" for right in sides)
    return [row(head), rule, *(row(cells) for cells in rows)]


def _escaped(text: str) -> str:
    """Return text that Markdown shows as it is."""
    text = clean(text)
    for character in "\\`*_<>[]#":
        text = text.replace(character, f"\\{character}")
    return text
