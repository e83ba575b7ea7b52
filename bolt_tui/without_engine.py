"""Questions of a console whose engine can't be opened: asked of existing tools, drawn as ever."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from msgspec.structs import replace

from engine.clock import Clock
from engine.events import Event, QueryAsked, ended
from engine.evidence import Answer


class Folding(Protocol):
    """What takes the events that are drawn."""

    def apply(self, event: Event) -> object: ...


class WithoutEngine:
    """Plays the engine's part in the console's own state; nothing of it is on record."""

    def __init__(
        self,
        state: Folding,
        clock: Clock,
        answer: Callable[[str, str], Awaitable[Answer]],
        reason: str,
    ) -> None:
        self._state, self._clock = state, clock
        self._answer, self._reason = answer, reason
        self._asked = 0

    def begin(self, text: str) -> str:
        """Enter a question and return its id."""
        self._asked += 1
        query = f"x{self._asked}"
        now = self._clock
        self._state.apply(
            QueryAsked(query=query, text=text, mono_s=now.monotonic_s(), wall_s=now.wall_s())
        )
        return query

    async def end(self, query: str, text: str) -> None:
        """Enter the question's answer."""
        event = ended(query, await self._answer(text, self._reason))
        now = self._clock
        self._state.apply(replace(event, mono_s=now.monotonic_s(), wall_s=now.wall_s()))
