"""What came of running pricing functions, as tables and as marks."""

from collections.abc import Sequence
from typing import Final

from engine.agents.pricing_trial import Outcome
from engine.evidence import Cell, Finding, Findings, Mark, Table, clean
from engine.market.trial import Report, Row, Target
from engine.market.trial_grid import assumed

SOURCE: Final = "pricing.review"
# From here on an error is no rounding: of spot, of a probability, of a Greek itself.
_WRONG: Final = 1e-4
_BAD: Final = 0.01
_MOST_GUESSES: Final = 6
_COLUMNS: Final = (
    "function", "file", "computes", "fits best", "contracts", "largest error", "median error",
    "error is", "worst case", "breaks at", "µs a call", "arrays",
)  # fmt: skip


def errors(targets: Sequence[Target], outcome: Outcome) -> tuple[Table, ...]:
    """Return the error table: a row for each figure of each function that ran, the worst first."""
    rows = [
        (row.largest if row.largest is not None else -1.0, _cells(target, report, row))
        for number, target in enumerate(targets)
        if (report := outcome.reports.get(number)) is not None
        for row in report.rows
    ]
    rows.sort(key=lambda one: -one[0])
    return (
        (Table("Against the kernels", _COLUMNS, tuple(cells for _, cells in rows)),) if rows else ()
    )


def _cells(target: Target, report: Report, row: Row) -> tuple[Cell, ...]:
    breaks = list(report.breaks)
    if report.failed:
        breaks.insert(0, f"{report.failed:,} of {report.calls:,} calls: {report.first_failure}")
    return (
        clean(target.name),
        clean(f"{target.path}:{target.line}"),
        row.what,
        row.taken_as or None,
        row.compared,
        _short(row.largest),
        _short(row.median),
        row.unit or None,
        clean(row.worst) or None,
        clean("; ".join(breaks)) or None,
        _short(report.us_per_call),
        clean(report.arrays),
    )


def left_out(targets: Sequence[Target], outcome: Outcome) -> tuple[Findings, ...]:
    """Return the functions without a comparison, each with the reason."""
    items = tuple(
        Finding(clean(target.path), target.line, clean(f"{target.name}: {outcome.reasons[number]}"))
        for number, target in enumerate(targets)
        if number in outcome.reasons
    )
    return (Findings("Not compared", items, len(items)),) if items else ()


def mapping(targets: Sequence[Target], outcome: Outcome) -> tuple[str, ...]:
    """Return what was guessed of the arguments of those that ran."""
    said = [
        clean(f"{target.name}: {', '.join(guesses)}")
        for number, target in enumerate(targets)
        if number in outcome.reports and (guesses := assumed(target))
    ]
    more = len(said) - _MOST_GUESSES
    return (*said[:_MOST_GUESSES], *([f"and so in {more} more functions"] if more > 0 else []))


def faults_of_trial(targets: Sequence[Target], outcome: Outcome) -> tuple[Mark, ...]:
    """Return a mark for each figure that is wrong, and one for what a function breaks on."""
    return tuple(
        mark
        for number, target in enumerate(targets)
        if (report := outcome.reports.get(number)) is not None
        for mark in _marks(target, report)
    )


def _marks(target: Target, report: Report) -> list[Mark]:
    found = [
        _mark(target, _severity(row.largest), _said(target, row), row.worst)
        for row in report.rows
        if row.largest is not None and row.largest > _WRONG
    ]
    if report.failed:
        text = f"{target.name} fails on {report.failed:,} of {report.calls:,} ordinary contracts"
        found.append(_mark(target, 0.9, text, report.first_failure))
    if report.breaks:
        text = f"{target.name} breaks: {report.breaks[0]}"
        more = len(report.breaks) - 1
        text += f" (and at {more} more)" if more else ""
        found.append(_mark(target, 0.5, text, "where expiry, noise or a sale puts it"))
    return found


def _said(target: Target, row: Row) -> str:
    unit = f" {row.unit}" if row.unit else ""
    return f"{target.name}: its {row.what} is up to {row.largest:.2g}{unit} off the kernel's"


def _severity(largest: float) -> float:
    return 0.98 if largest > _BAD else 0.7


def _mark(target: Target, severity: float, text: str, reason: str) -> Mark:
    return Mark(clean(target.path), target.line, clean(text), severity, clean(reason), SOURCE)


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.3g}")
