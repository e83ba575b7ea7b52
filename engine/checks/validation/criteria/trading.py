"""The plan's three trading questions, on the user's own code and book."""

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Final

from engine.checks.validation.criteria.shown import (
    Shown,
    failed,
    judged,
    listed,
    shortened,
    unproven,
    worst,
)
from engine.evidence import Answer, Findings, counted, put_wrongly
from engine.runtime import Engine

_PLANNED: Final = "src/unity_wheel/strategy/wheel.py"
_PRICING: Final = "review options pricing models for Unity"
_RISK: Final = "calculate risk metrics for current positions"
_NO_BOOK: Final = (
    "no positions of yours are here: put positions.csv (symbol, quantity, price), quotes.csv and "
    "prices.csv into the project's folder, or name your files or tables in bolt.toml: "
    "[market] positions, quotes, prices; bolt-tui example FOLDER shows their columns"
)
_EMPTY_BOOK: Final = (
    "fill the tables that [market] positions, quotes and prices name in bolt.toml: your open "
    "positions, and prices to value them by"
)
_ELSEWHERE: Final = "ask it of the trading project: bolt-tui -C FOLDER validate"
_NO_WHEEL: Final = (
    f"no Python file of this project is named for the wheel, as {_PLANNED} is; {_ELSEWHERE}"
)
_EXAMPLE: Final = (
    "the book is an example ([market] example = true): it doesn't count as yours; put your own "
    "positions, quotes and prices in its place, and leave out that line"
)
NAMES: Final = ("trading_wheel", "trading_pricing", "trading_risk")


def wheel_file(files: Sequence[str]) -> str | None:
    """Return the file that the plan names, or else the one whose name says wheel."""
    if _PLANNED in files:
        return _PLANNED
    named = [one for one in files if one.endswith(".py") and "wheel" in PurePosixPath(one).stem]
    live = [one for one in named if not PurePosixPath(one).name.startswith("test_")]
    return min(live, key=lambda one: (len(PurePosixPath(one).name), one), default=None)


async def asked(engine: Engine, files: Sequence[str], *, example: bool) -> dict[str, Shown]:
    """Ask the three and say of each whether it is answered with evidence."""
    file = wheel_file(files)
    wheel = unproven(_NO_WHEEL, "no file to analyze")
    if file is not None:
        answer = await engine.ask(f"analyze wheel strategy performance in {file}")
        wheel = _of(answer, _ELSEWHERE)
    risk = await engine.ask(_RISK)
    found = {
        "trading_wheel": wheel,
        "trading_pricing": _of(await engine.ask(_PRICING), _ELSEWHERE),
        "trading_risk": unproven(_EXAMPLE, risk.verdict) if example else _of(risk, _EMPTY_BOOK),
    }
    return found | {"trading": together(list(found.values()))}


def together(shown: Sequence[Shown]) -> Shown:
    """Return what the three say as one."""
    count = sum(1 for one in shown if one.state == "proven")
    figure = f"{count} of {len(shown)} scenarios"
    lacking = [one.proof for one in shown if one.state != "proven"]
    proof = listed(lacking) if lacking else "all three, on this project's own code and book"
    return Shown(worst(shown), figure, proof)


def _of(answer: Answer, remedy: str) -> Shown:
    """Judge an answer; what had nothing to work on is unproven, with what to do about it."""
    figure = f"{_size(answer)}, {answer.elapsed_ms / 1000:.1f} s"
    if _lacks_book(answer):
        return unproven(_NO_BOOK, f"{figure}, no positions" if answer.sections else "no positions")
    if answer.status == "nothing_found" or put_wrongly(answer):
        return unproven(f"{answer.verdict.rstrip('.')}: {remedy}", figure)
    if answer.status not in ("answered", "degraded"):
        return failed(answer.verdict, figure)
    missing = answer.verdict.partition("Missing: ")[2]
    proof = f'"{answer.query.text}", with its evidence{f"; missing: {missing}" if missing else ""}'
    return judged(bool(answer.sections), figure, shortened(proof))


def _size(answer: Answer) -> str:
    """Return how it ended and how much evidence it has; of none, that there was nothing."""
    rows = sum(one.total for one in answer.sections if isinstance(one, Findings))
    if answer.sections:
        size = counted(rows, "finding") if rows else counted(len(answer.sections), "section")
        return f"{answer.status}: {size}"
    nothing = answer.status == "nothing_found" or put_wrongly(answer)
    return "nothing to answer from" if nothing else f"{answer.status}, no evidence"


def _lacks_book(answer: Answer) -> bool:
    """Whether a task has nothing to work on: the book is absent, not broken."""
    causes = [task.error for task in answer.tasks if task.error is not None]
    absent = any(
        one.kind == "unavailable" and "Market is absent" in _first(one.cause) for one in causes
    )
    return absent or "Missing: Market is absent" in answer.verdict


def _first(cause: str) -> str:
    return cause[:1].upper() + cause[1:]
