"""Queries that never cease while a fault lasts, and what became of each."""

from dataclasses import dataclass, field
from typing import Final

import anyio

from engine.clock import Clock
from engine.evidence import Answer
from engine.runtime import Engine

_PAUSE_S: Final = 0.25


@dataclass(slots=True)
class Tally:
    """What was asked and what came of it; `errors` failed or timed out, `causeless` say not why."""

    asked: int = 0
    answered: int = 0
    errors: int = 0
    causeless: int = 0
    slowest_s: float = 0.0
    causes: dict[str, int] = field(default_factory=dict)

    def took(self, answer: Answer, took_s: float) -> None:
        """Count one answer."""
        self.answered += 1
        self.slowest_s = max(self.slowest_s, took_s)
        if answer.status in ("failed", "timed_out", "cancelled"):
            self.errors += 1
            self.causeless += not answer.verdict.strip()
            self.causes[answer.verdict] = self.causes.get(answer.verdict, 0) + 1

    @property
    def unanswered(self) -> int:
        return self.asked - self.answered


class Stream:
    """Each asker asks its question again a moment after its last answer came."""

    def __init__(self, engine: Engine, clock: Clock, questions: tuple[str, ...]) -> None:
        self.tally = Tally()
        self._engine, self._clock, self._questions = engine, clock, questions
        self._ended = anyio.Event()

    async def run(self) -> None:
        """Ask until `stop`, and return when the last answer is there."""
        async with anyio.create_task_group() as askers:
            for question in self._questions:
                askers.start_soon(self._ask, question)

    def stop(self) -> None:
        """Ask nothing more."""
        self._ended.set()

    async def _ask(self, question: str) -> None:
        while not self._ended.is_set():
            self.tally.asked += 1
            began_s = self._clock.monotonic_s()
            answer = await self._engine.ask(question)
            self.tally.took(answer, self._clock.monotonic_s() - began_s)
            with anyio.move_on_after(_PAUSE_S):
                await self._ended.wait()
