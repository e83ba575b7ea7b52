"""Values as people read them: aligned columns, thousands, nothing that moves the terminal."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from bolt_tui.panes.units import span
from engine.evidence import Answer, Cell, Figure, Figures, Table, clean, counted

_LONGEST_FRACTION = 4
_OUTLIER = 48  # columns; a cell up to here always has room
_BLANK = (None, "")


def shown(value: Cell) -> str:
    """Return a value as text; what is unknown is a dash, never a zero."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}" if abs(value) >= 10_000 else f"{value}"
    if isinstance(value, float):
        return f"{value:,.8g}" if abs(value) < 1e12 else f"{value:.6g}"
    return clean(value)


def in_step(values: Sequence[Cell], texts: Sequence[str]) -> list[str]:
    """Return the texts of one column with its fractions equally long, so that points meet.

    A column that has a number in powers of ten, or fractions too long to be of money, stays.
    """
    fractions = [
        len(text.partition(".")[2])
        for value, text in zip(values, texts, strict=True)
        if isinstance(value, float)
    ]
    digits = max(fractions, default=0)
    if not 0 < digits <= _LONGEST_FRACTION or any("e" in text for text in texts):
        return list(texts)
    return [
        f"{value:,.{digits}f}" if isinstance(value, float) else text
        for value, text in zip(values, texts, strict=True)
    ]


def table_texts(table: Table, say: Callable[[Cell], str] = shown) -> list[list[str]]:
    """Return the rows of a table as texts, each column of numbers in step."""
    places = range(len(table.columns))
    numbers = numeric(table.rows) or [False for _ in places]
    every = [[row[place] for row in table.rows] for place in places]
    said = [
        in_step(values, [say(value) for value in values]) if number else [say(v) for v in values]
        for values, number in zip(every, numbers, strict=True)
    ]
    return [[column[at] for column in said] for at in range(len(table.rows))]


def without_blanks(table: Table) -> tuple[Table, str]:
    """Return the table without columns that say nothing in any row, and a line on the unknown ones.

    The first column stays. A column of empty texts goes without a word; one whose values nobody
    knows could be missed.
    """
    if not table.rows:
        return table, ""
    names, rows = table.columns, table.rows
    kept = [at for at in range(len(names)) if not at or any(row[at] not in _BLANK for row in rows)]
    unknown = [
        name
        for at, name in enumerate(names)
        if at not in kept and any(row[at] is None for row in rows)
    ]
    drawn = Table(
        table.title,
        tuple(names[at] for at in kept),
        tuple(tuple(row[at] for at in kept) for row in rows),
    )
    return drawn, f"{shown(None)} in every row: {', '.join(unknown)}" if unknown else ""


def common_source(figures: Figures) -> str:
    """Return the source that most known figures of the section share: it is said once, for all.

    The others say theirs. Where one has none there is no common one either.
    """
    sources = Counter(origin(item) for item in figures.items if item.value is not None)
    if not sources or "" in sources:
        return ""
    ((source, count),) = sources.most_common(1)
    return source if 2 * count > sources.total() else ""


def figure_row(figure: Figure, common: str = "") -> tuple[str, str, str, str]:
    """Return name, value, unit, and where it comes from or why it is unknown.

    The source that its section says is not said again.
    """
    if figure.value is None:
        return clean(figure.name), "unknown", "", clean(figure.reason or "no reason was given")
    said = origin(figure)
    return (
        clean(figure.name),
        shown(figure.value),
        figure.unit,
        "" if said == common else said,
    )


def origin(figure: Figure) -> str:
    """Return where a figure comes from, and how old it is."""
    age = f"{span(figure.age_s)} old" if figure.age_s else ""
    return clean(", ".join(filter(None, (figure.source, age))))


def columns(rows: Sequence[Sequence[str]], right: Sequence[bool] = ()) -> list[str]:
    """Return the rows as lines whose columns stand under each other.

    A cell much longer than the others of its column moves what is behind it in its own line alone.
    """
    if not rows:
        return []
    rows = [[clean(cell) for cell in row] for row in rows]
    widths = [_width([len(row[place]) for row in rows]) for place in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [
            cell.rjust(width) if place < len(right) and right[place] else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return lines


def _width(lengths: Sequence[int]) -> int:
    """Return how wide a column is: as its longest cell, outliers left out."""
    median = sorted(lengths)[len(lengths) // 2]
    return max(length for length in lengths if length <= max(_OUTLIER, 2 * median))


def numeric(rows: Sequence[Sequence[Cell]]) -> list[bool]:
    """Say of each column whether it holds numbers, which stand to the right."""
    if not rows:
        return []
    return [
        any(isinstance(row[place], int | float) for row in rows)
        and not any(isinstance(row[place], str | bool) for row in rows)
        for place in range(len(rows[0]))
    ]


def work(answer: Answer) -> Iterator[str]:
    """Yield how many tasks there were and how long it took; nothing of what was not measured."""
    if answer.tasks:
        bad = sum(task.status != "finished" for task in answer.tasks)
        yield counted(len(answer.tasks), "task") + (f", {bad} without result" if bad else "")
    if answer.elapsed_ms:
        yield f"{answer.elapsed_ms / 1000:.2f} s"
