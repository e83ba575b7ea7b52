"""One daemon thread that makes the blocking calls of one probe, one at a time.

anyio's worker threads are joined when the interpreter ends, so a call that hangs in a driver would
hold up the exit for as long as it hangs. A daemon thread is left behind instead. That is safe here
and not in general: these calls read counters and files, own no data that could be lost, and come
back from C straight into Python, which ends such a thread at exit. One thread a probe also bounds
what hangs by construction: there is no pool to be eaten up.

    ProbeError
    ├── ProbeBusy      the call before has not come back
    └── ProbeSilent    the probe has missed a tick (reported by the sampler, never raised)
"""

import asyncio
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Generic, TypeVar

from msgspec import Struct

T = TypeVar("T")
_Calls = SimpleQueue[Callable[[], None] | None]


class ProbeError(Exception):
    """A probe gave no reading."""


class ProbeBusy(ProbeError):
    def __init__(self, name: str) -> None:
        super().__init__(f"{name} has not come back from its last reading")


class ProbeSilent(ProbeError):
    def __init__(self, name: str, silent_s: float) -> None:
        super().__init__(f"{name} has not answered for {silent_s:.3g} s")


class _Returned(Struct, Generic[T], frozen=True):
    value: T


class ProbeThread:
    """Runs calls in order of asking; asking while one is under way is refused."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._calls: _Calls = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._busy = False

    @property
    def busy(self) -> bool:
        """Whether a call is under way, also one that nobody waits for any more."""
        return self._busy

    async def call(self, function: Callable[[], T]) -> T:
        """Return what `function` returns in the thread, or raise what it raises.

        A cancelled wait leaves the call to itself: its result is dropped.

        Raises:
            ProbeBusy: the call before has not come back.
        """
        if self._busy:
            raise ProbeBusy(self._name)
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()

        def make_the_call() -> None:
            outcome = _outcome(function)
            self._busy = False
            try:
                loop.call_soon_threadsafe(_settle, future, outcome)
            except RuntimeError:  # the loop is closed: nobody waits any more
                return

        self._busy = True
        self._start()
        self._calls.put(make_the_call)
        return await future

    def close(self) -> None:
        """Let the thread end after the call that is under way; it is not waited for.

        A later call starts another.
        """
        if self._thread is not None:
            self._calls.put(None)
            self._thread, self._calls = None, SimpleQueue()

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(
                target=_serve, args=(self._calls,), name=self._name, daemon=True
            )
            self._thread.start()


def _outcome(function: Callable[[], T]) -> _Returned[T] | BaseException:
    try:
        return _Returned(function())
    except BaseException as error:  # handed to the waiting task, whatever it is
        return error


def _settle(future: "asyncio.Future[T]", outcome: _Returned[T] | BaseException) -> None:
    if future.cancelled():
        return
    if isinstance(outcome, _Returned):
        future.set_result(outcome.value)
    else:
        future.set_exception(outcome)


def _serve(calls: _Calls) -> None:
    while (call := calls.get()) is not None:
        call()
