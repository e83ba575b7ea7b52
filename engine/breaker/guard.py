"""A block of work under a circuit: what it came to is counted when it ends."""

from collections.abc import Callable
from types import TracebackType
from typing import Protocol

from engine.breaker.circuit import Circuit, Permit, Transition
from engine.breaker.errors import innermost, sentence


class Listener(Protocol):
    """Whom a guard tells what changed; `now_s` reads the monotonic clock."""

    @property
    def now_s(self) -> Callable[[], float]: ...

    def settled(self, capability: str, change: Transition | None, *, failed: bool) -> None: ...


class Guard:
    """One block's permit; made only where there is one. An exception goes on as it was.

    It goes back to `home` when the block has ended, for the next block: take it out for one only.
    """

    __slots__ = ("_began_s", "_capability", "_circuit", "_home", "_listener", "_now_s", "_permit")

    def __init__(
        self,
        listener: Listener,
        capability: str,
        circuit: Circuit,
        permit: Permit,
        home: "list[Guard]",
    ) -> None:
        self._listener = listener
        self._now_s = listener.now_s
        self._capability = capability
        self._circuit = circuit
        self._permit = permit
        self._home = home
        self._began_s = 0.0

    def __enter__(self) -> None:
        self._began_s = self._now_s()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        now_s = self._now_s()
        permit = self._permit
        # As in Circuit.succeeded, which is long beside it: this is what every good call pays.
        if now_s < permit.calm_until_s and error is None and now_s - self._began_s <= permit.slow_s:
            permit.good += 1
        else:
            self._end(now_s, error)
        self._home.append(self)

    def _end(self, now_s: float, error: BaseException | None) -> None:
        took_s = now_s - self._began_s
        if error is None:
            change = self._circuit.succeeded(self._permit, now_s, took_s)
            if change is not None:
                self._listener.settled(self._capability, change, failed=False)
        elif isinstance(error, Exception):
            # A question that was refused says nothing of the capability, nor does a cancellation.
            cause = innermost(error)
            if not getattr(cause, "blameless", False):
                change = self._circuit.failed(self._permit, now_s, sentence(cause), took_s)
                self._listener.settled(self._capability, change, failed=True)
