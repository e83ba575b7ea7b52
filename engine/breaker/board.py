"""All circuits of a session: who may work, what changed, and the canaries that bring one back."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import anyio

from engine.breaker.circuit import Circuit, Permit, Policy, Transition
from engine.breaker.degradation import Standing, standing
from engine.clock import Clock
from engine.events import CircuitChanged, CircuitState, Event, LevelChanged
from engine.evidence import clean

_LOOK_S = 1.0  # at least so often: a circuit that opens meanwhile may be due earlier
Canary = Callable[[], Awaitable[object]]


class CircuitOpen(Exception):
    """The capability is left alone for now; the sentence says since what and until when."""

    def __init__(self, capability: str, cause: str, next_try_s: float | None) -> None:
        when = "now" if not next_try_s else f"in {next_try_s:.0f} s"
        super().__init__(f"{capability} is out of order ({cause}); it is tried again {when}")
        self.capability = capability


class Absent(Exception):
    """This machine or project has no such capability."""

    def __init__(self, capability: str, reason: str) -> None:
        super().__init__(f"{capability} is absent: {reason}")
        self.capability = capability


def innermost(error: Exception) -> Exception:
    """Return the error that a task group wrapped, where it wrapped just one."""
    while isinstance(error, ExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error


def sentence(error: Exception) -> str:
    """Return what an error says, in one clean line; its name where it says nothing."""
    return clean(" ".join(str(error).split())) or type(error).__name__


class Board:
    """Drives the circuits; every change becomes one event, and the level follows."""

    def __init__(self, publish: Callable[[Event], None], clock: Clock, policy: Policy) -> None:
        self.standing = Standing("full", "nothing is present yet", "")
        self._publish = publish
        self._clock = clock
        self._policy = policy
        self._circuits: dict[str, Circuit] = {}
        self._canaries: dict[str, Canary] = {}
        self._absent: dict[str, str] = {}
        self._looks: dict[str, Callable[[], None]] = {}
        self._opened = anyio.Event()

    def add(self, capability: str, canary: Canary) -> None:
        """Give a capability its circuit, and the call that tries it when it was open."""
        self._absent.pop(capability, None)
        self._circuits[capability] = Circuit(self._policy)
        self._canaries[capability] = canary
        self._publish(CircuitChanged(capability=capability, state="closed", cause="present"))

    def add_absent(
        self, capability: str, reason: str, look: Callable[[], None] | None = None
    ) -> None:
        """Say why there is none; `look` is called when it is asked for, and may add it."""
        self._absent[capability] = reason
        if look is not None:
            self._looks[capability] = look
        self._publish(CircuitChanged(capability=capability, state="absent", cause=reason))

    def announce(self) -> None:
        """Publish the first level, once all capabilities are known."""
        self._relevel(first=True)

    def states(self) -> dict[str, CircuitState]:
        present: dict[str, CircuitState] = {n: c.state for n, c in self._circuits.items()}
        return present | dict.fromkeys(self._absent, "absent")

    def rows(self) -> Iterator[tuple[str, CircuitState, int, str, float | None]]:
        """Yield name, state, failures in a row, cause and seconds to the next try of each."""
        now = self._clock.monotonic_s()
        for name, circuit in self._circuits.items():
            wait = None if circuit.try_at_s is None else max(0.0, circuit.try_at_s - now)
            yield name, circuit.state, circuit.failures, circuit.cause, wait
        for name, reason in self._absent.items():
            yield name, "absent", 0, reason, None

    @contextmanager
    def guard(self, capability: str | None) -> Iterator[None]:
        """Run the block under the capability's circuit.

        An exception of the block counts as a failure unless it has a true `blameless`, which counts
        as nothing at all, as a cancellation does.

        Raises:
            CircuitOpen, Absent: before the block begins.
        """
        if capability is None:
            yield
            return
        permit = self._permit(capability)
        try:
            yield
        except Exception as error:
            # Not swallowed: counted, and raised on.
            cause = innermost(error)
            if not getattr(cause, "blameless", False):
                self.failed(capability, permit, sentence(cause))
            raise
        self.succeeded(capability, permit)

    def report(self, capability: str, error: Exception | None) -> None:
        """Count one success or failure that happened outside of `guard`."""
        circuit = self._circuits.get(capability)
        permit = circuit.admit() if circuit else None
        if permit is None:
            return
        if error is None:
            self.succeeded(capability, permit)
        else:
            self.failed(capability, permit, sentence(innermost(error)))

    def succeeded(self, capability: str, permit: Permit) -> None:
        self._changed(capability, self._circuits[capability].succeeded(permit))

    def failed(self, capability: str, permit: Permit, cause: str) -> None:
        circuit = self._circuits[capability]
        self._changed(capability, circuit.failed(permit, self._clock.monotonic_s(), cause))

    async def run(self) -> None:
        """Try open circuits by their canaries until cancelled; asleep while none is open."""
        async with anyio.create_task_group() as group:
            while True:
                waits = [c.try_at_s for c in self._circuits.values() if c.state == "open"]
                if not waits:
                    self._opened = anyio.Event()
                    await self._opened.wait()
                    continue
                now = self._clock.monotonic_s()
                soonest = min(at for at in waits if at is not None)
                await anyio.sleep(min(_LOOK_S, max(0.0, soonest - now)))
                for capability, circuit in list(self._circuits.items()):
                    if admitted := circuit.try_canary(self._clock.monotonic_s()):
                        self._changed(capability, admitted[1])
                        group.start_soon(self._try, capability, admitted[0])

    async def _try(self, capability: str, permit: Permit) -> None:
        try:
            with anyio.fail_after(self._policy.max_wait_s):
                await self._canaries[capability]()
        except TimeoutError as error:
            said = str(error) or f"its canary took longer than {self._policy.max_wait_s:g} s"
            self.failed(capability, permit, said)
        except Exception as error:
            # A boundary: whatever a canary dies of is the circuit's cause, shown with it.
            self.failed(capability, permit, sentence(innermost(error)))
        except BaseException:
            now = self._clock.monotonic_s()
            self._changed(capability, self._circuits[capability].cancelled(permit, now))
            raise
        else:
            self.succeeded(capability, permit)

    def _permit(self, capability: str) -> Permit:
        if capability in self._absent and capability in self._looks:
            self._looks[capability]()
            self._relevel()
        if capability in self._absent:
            raise Absent(capability, self._absent[capability])
        if capability not in self._circuits:
            raise Absent(capability, "nothing here provides it")
        circuit = self._circuits[capability]
        permit = circuit.admit()
        if permit is None:
            now = self._clock.monotonic_s()
            wait = None if circuit.try_at_s is None else circuit.try_at_s - now
            raise CircuitOpen(capability, circuit.cause, wait)
        return permit

    def _changed(self, capability: str, change: Transition | None) -> None:
        if change is None:
            return
        circuit = self._circuits[capability]
        wait = None
        if change.state == "open" and circuit.try_at_s is not None:
            wait = max(0.0, circuit.try_at_s - self._clock.monotonic_s())
            self._opened.set()
        self._publish(
            CircuitChanged(
                capability=capability,
                state=change.state,
                was=change.was,
                cause=change.cause,
                failures=circuit.failures,
                next_try_s=wait,
            )
        )
        self._relevel()

    def _relevel(self, *, first: bool = False) -> None:
        now = standing(self.states())
        before, self.standing = self.standing, now
        if first or now.level != before.level:
            self._publish(
                LevelChanged(
                    level=now.level,
                    was=None if first else before.level,
                    why=now.why,
                    lift=now.lift,
                )
            )
