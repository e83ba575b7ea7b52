"""One timer for the deadlines of all attempts: a timer for each costs more than a short task."""

import asyncio
from math import inf

import anyio


class Deadlines:
    """Cancels the scopes whose time is over. Belongs to one event loop."""

    def __init__(self) -> None:
        self._due: dict[anyio.CancelScope, float] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._armed_for = inf

    def add(self, scope: anyio.CancelScope, timeout_s: float) -> None:
        """Cancel the scope after `timeout_s`, unless it is dropped before."""
        loop = asyncio.get_running_loop()
        due = loop.time() + timeout_s
        self._due[scope] = due
        if due < self._armed_for:
            self._arm(loop, due)

    def drop(self, scope: anyio.CancelScope) -> None:
        """Forget the scope; the timer finds out when it next goes off."""
        self._due.pop(scope, None)

    def _arm(self, loop: asyncio.AbstractEventLoop, due: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._armed_for = due
        self._timer = loop.call_at(due, self._ring)

    def _ring(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        for scope in [scope for scope, due in self._due.items() if due <= now]:
            del self._due[scope]
            scope.cancel()
        self._timer, self._armed_for = None, inf
        if self._due:
            self._arm(loop, min(self._due.values()))
