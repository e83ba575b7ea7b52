"""The calls that find out whether a capability works: at the end of a wait, and on a doubt.

An open circuit is tried by its canary once the wait is over. Where work under a closed one failed,
its canary is called too, again and again until it sings or the circuit is open: so what is broken
is known within a second or two, however seldom somebody asks for it.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager

import anyio
from anyio.abc import TaskGroup

from engine.breaker.circuit import Circuit, Permit, Transition
from engine.breaker.errors import innermost, sentence
from engine.clock import Clock

_LOOK_S = 1.0  # at least so often: a circuit that opens meanwhile may be due earlier
_DOUBT_S = 0.25
Canary = Callable[[], Awaitable[object]]
Changed = Callable[[str, Transition | None], None]


class Canaries:
    """Drives the circuits through time; `changed` is told every transition.

    `tick` does what else is due and returns when it is due again.
    """

    def __init__(
        self,
        circuits: Mapping[str, Circuit],
        clock: Clock,
        changed: Changed,
        tick: Callable[[float], float | None],
    ) -> None:
        self._circuits = circuits
        self._clock = clock
        self._changed = changed
        self._tick = tick
        self._calls: dict[str, Canary] = {}
        self._woken = anyio.Event()
        self._doubted: set[str] = set()  # to be called
        self._called: set[str] = set()  # being called, on a doubt

    def add(self, capability: str, canary: Canary) -> None:
        self._calls[capability] = canary

    def wake(self) -> None:
        """Look again at what is due."""
        self._woken.set()

    def doubt(self, capability: str) -> None:
        """Have the canary of a closed circuit called, if that is not being done already."""
        if capability not in self._called:
            self._doubted.add(capability)
            self.wake()

    async def run(self) -> None:
        """Call what is due until cancelled; asleep while nothing is."""
        async with anyio.create_task_group() as group:
            while True:
                self._woken = anyio.Event()
                due_s = self._step(self._clock.monotonic_s(), group)
                if due_s is None:
                    await self._woken.wait()
                    continue
                wait_s = min(_LOOK_S, max(0.0, due_s - self._clock.monotonic_s()))
                with anyio.move_on_after(wait_s):
                    await self._woken.wait()

    def _step(self, now_s: float, group: TaskGroup) -> float | None:
        """Do what is due now, and return when something is due next."""
        for capability, circuit in list(self._circuits.items()):
            self._changed(capability, circuit.tick(now_s))
            while admitted := circuit.try_canary(now_s):
                permit, change = admitted
                self._changed(capability, change)
                group.start_soon(self._try, capability, circuit, permit)
        while self._doubted:
            capability = self._doubted.pop()
            self._called.add(capability)
            group.start_soon(self._make_sure, capability)
        times = [circuit.next_at_s for circuit in self._circuits.values()]
        known = [at_s for at_s in (*times, self._tick(now_s)) if at_s is not None]
        return min(known, default=None)

    async def _try(self, capability: str, circuit: Circuit, permit: Permit) -> None:
        began_s = self._clock.monotonic_s()
        try:
            failure = await self._call(capability, circuit)
        except BaseException:
            circuit.cancelled(permit)
            raise
        now_s = self._clock.monotonic_s()
        if failure is None:
            self._changed(capability, circuit.succeeded(permit, now_s, now_s - began_s))
        else:
            self._changed(capability, circuit.failed(permit, now_s, failure, now_s - began_s))
        self.wake()

    async def _make_sure(self, capability: str) -> None:
        circuit = self._circuits.get(capability)
        with self._once(capability):
            if circuit is None:  # found to be absent meanwhile
                return
            for _ in range(circuit.policy.failure_threshold):
                await anyio.sleep(_DOUBT_S)
                permit = circuit.admit()
                if permit is None or not circuit.failures or circuit.forced is not None:
                    return
                failure = await self._call(capability, circuit)
                if failure is None:  # no success of anybody's work: it only ends the doubt
                    return
                now_s = self._clock.monotonic_s()
                self._changed(capability, circuit.failed(permit, now_s, failure))

    @contextmanager
    def _once(self, capability: str) -> Iterator[None]:
        try:
            yield
        finally:
            self._called.discard(capability)

    async def _call(self, capability: str, circuit: Circuit) -> str | None:
        """Call the canary and return what it died of, or None: it sang."""
        longest_s = circuit.policy.max_wait_s
        try:
            with anyio.fail_after(longest_s):
                await self._calls[capability]()
        except TimeoutError as error:
            return str(error) or f"its canary took longer than {longest_s:g} s"
        except Exception as error:
            # A boundary: whatever a canary dies of is the circuit's cause, shown with it.
            return sentence(innermost(error))
        return None
