"""Readiness: whether an engine opens here and now, and answers."""

from pathlib import Path
from typing import Final

import anyio
from msgspec.structs import replace

from engine.breaker.degradation import LEVELS, Standing
from engine.checks.health.parts.look import Ground, Seen
from engine.config import Loaded
from engine.events import CheckState
from engine.evidence import Answer, Level

_STATUS: Final = ":status"
_SEARCH: Final = ":search --count import"
_ANSWER_S: Final = 8.0


def engine(ground: Ground) -> Seen:
    """Open an engine on the project with a store of its own, and ask it two questions.

    Nothing of it stays, and it takes over no circuits: what it says is of now.
    """
    if not ground.scratch:
        return Seen("critical", "no temporary folder could be made", "free space in TMPDIR")
    return anyio.run(_asked, ground)


async def _asked(ground: Ground) -> Seen:
    from engine.runtime import Engine  # all of the engine: only here

    settings = _apart(ground)
    async with Engine.open(Path(ground.project), settings=settings) as opened:
        searches = _height(opened.board.standing.cap) >= _height("limited")
        asked = (_STATUS, _SEARCH) if searches else (_STATUS,)
        answers = [await opened.ask(text, timeout_s=_ANSWER_S) for text in asked]
        return judged(answers, opened.board.standing)


def _apart(ground: Ground) -> Loaded:
    from dataclasses import replace as with_

    given = ground.settings
    store = replace(given.config.store, folder=ground.scratch)
    return with_(given, config=replace(given.config, store=store))


def judged(answers: list[Answer], standing: Standing) -> Seen:
    """Return what two answers and the level say of an engine."""
    level = f"level {standing.level}"
    figures = {"level": float(_height(standing.level)), "answer_ms": _slowest(answers)}
    for answer in answers:
        if answer.status not in ("answered", "nothing_found", "degraded"):
            cause, remedy = _why(answer)
            said = f"{answer.query.text} is not answered: {cause}; {level}"
            return Seen("critical", said, remedy, figures)
    if _height(standing.level) < _height(standing.cap):
        worse: CheckState = "warning" if standing.level == "limited" else "critical"
        return Seen(worse, f"{level}: {standing.why}", standing.lift, figures)
    if poorer := next((one for one in answers if one.status == "degraded"), None):
        said = f"{poorer.query.text} is answered poorly: {'; '.join(poorer.assumptions)}"
        return Seen("warning", said.rstrip(": "), "see: bolt-tui --run ':errors'", figures)
    return Seen("ok", f"opens and answers; {level}", figures=figures)


def _height(level: Level) -> int:
    """Return 0 for the lowest level, 3 for the highest."""
    return LEVELS.index(level)


def _why(answer: Answer) -> tuple[str, str]:
    error = next((task.error for task in answer.tasks if task.error is not None), None)
    return (answer.verdict, "") if error is None else (error.cause, error.remedy)


def _slowest(answers: list[Answer]) -> float:
    return round(max(answer.elapsed_ms for answer in answers), 1)
