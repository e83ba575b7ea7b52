"""The plan's three trading questions, on the user's own code and book."""

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Final

from engine.checks.validation.criteria.shown import (
    Shown,
    failed,
    judged,
    shortened,
    unproven,
    worst,
)
from engine.evidence import Answer, Findings, usage_error
from engine.runtime import Engine

_PLANNED: Final = "src/unity_wheel/strategy/wheel.py"
_PRICING: Final = "review options pricing models for Unity"
_RISK: Final = "calculate risk metrics for current positions"
_NO_BOOK: Final = (
    'set [market] positions, quotes and prices in bolt.toml (positions = "positions.csv")'
)
_EXAMPLE: Final = "the book is an example ([market] example = true): it doesn't count as yours"
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
    wheel = unproven("no file of this project is named for the wheel: -C the trading project")
    if file is not None:
        wheel = _of(await engine.ask(f"analyze wheel strategy performance in {file}"))
    risk = await engine.ask(_RISK)
    found = {
        "trading_wheel": wheel,
        "trading_pricing": _of(await engine.ask(_PRICING)),
        "trading_risk": unproven(_EXAMPLE, risk.verdict) if example else _of(risk),
    }
    return found | {"trading": together(list(found.values()))}


def together(shown: Sequence[Shown]) -> Shown:
    """Return what the three say as one."""
    count = sum(1 for one in shown if one.state == "proven")
    figure = f"{count} of {len(shown)} scenarios"
    lacking = [one.proof for one in shown if one.state != "proven"]
    proof = lacking[0] if lacking else "all three, on this project's own code and book"
    return Shown(worst(shown), figure, proof)


def _of(answer: Answer) -> Shown:
    rows = sum(one.total for one in answer.sections if isinstance(one, Findings))
    size = f"{rows} findings" if rows else f"{len(answer.sections)} sections"
    figure = f"{answer.status}: {size}, {answer.elapsed_ms / 1000:.1f} s"
    if _lacks_book(answer):
        return unproven(_NO_BOOK, figure if answer.sections else "no book")
    if answer.status == "nothing_found" or usage_error(answer):
        return unproven(f"{answer.verdict.rstrip('.')}: -C the trading project", figure)
    if answer.status not in ("answered", "degraded"):
        return failed(answer.verdict, figure)
    missing = answer.verdict.partition("Missing: ")[2]
    proof = f'"{answer.query.text}", with its evidence{f"; missing: {missing}" if missing else ""}'
    return judged(bool(answer.sections), figure, shortened(proof))


def _lacks_book(answer: Answer) -> bool:
    """Whether a task has nothing to work on: the book is absent, not broken."""
    causes = [task.error for task in answer.tasks if task.error is not None]
    absent = any(
        one.kind == "unavailable" and "Market is absent" in _first(one.cause) for one in causes
    )
    return absent or "Missing: Market is absent" in answer.verdict


def _first(cause: str) -> str:
    return cause[:1].upper() + cause[1:]
