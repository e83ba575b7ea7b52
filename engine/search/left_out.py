"""How many files searches leave out, kept beside an index and counted again in the background."""

from collections.abc import Callable
from typing import Final

import anyio

from engine.search.errors import RipgrepMissing
from engine.search.survey import count_left_out

_COUNT_S: Final = 30.0
SURVEY_S: Final = 2.0
_APART_S: Final = 5.0


class LeftOut:
    """The hidden and ignored files of one project; `run` must be running for a recount."""

    def __init__(self, rg: Callable[[], str], root: str) -> None:
        self._rg = rg
        self._root = root
        self._counted: dict[str, int] = {}
        self._generation = -1
        self._wanted = -1
        self._stale = anyio.Event()
        self._ready = anyio.Event()
        self._counting = False

    def counts(self, generation: int) -> dict[str, int]:
        """Return what was counted last, and have it counted again where files came or went since.

        Empty until the first count is done: a number that isn't known is absent. Binary files are
        counted the first time only; the index knows of them later.
        """
        if generation != self._generation:
            self._wanted = generation
            self._stale.set()
        return self._counted

    async def first(self, generation: int) -> dict[str, int] | None:
        """Return `counts` once there are any, or what there is after two seconds.

        None while nobody counts: `run` isn't running.
        """
        self.counts(generation)
        if not self._counting:
            return None
        with anyio.move_on_after(SURVEY_S):
            await self._ready.wait()
        return self._counted

    async def run(self) -> None:
        """Count whenever it is wanted, until cancelled."""
        self._counting = True
        while True:
            await self._stale.wait()
            self._stale = anyio.Event()
            generation = self._wanted
            try:
                counted = await count_left_out(
                    self._rg(), self._root, (), timeout_s=_COUNT_S, binary=not self._counted
                )
            except RipgrepMissing:
                self._counting = False
                return
            self._counted, self._generation = {**self._counted, **counted}, generation
            self._ready.set()
            await anyio.sleep(_APART_S)
