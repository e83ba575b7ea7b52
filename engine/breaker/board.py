"""All circuits of a session: who may work, what changed, by whose hand, and the level."""

import math
import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext

from msgspec.structs import replace

from engine.breaker.canaries import Canaries, Canary
from engine.breaker.circuit import WAYS, Circuit, Force, How, Transition
from engine.breaker.degradation import Ladder, Standing
from engine.breaker.errors import Absent as Absent  # noqa: PLC0414 - found here too
from engine.breaker.errors import BadForce, UnknownCapability, innermost, sentence
from engine.breaker.errors import CircuitOpen as CircuitOpen  # noqa: PLC0414
from engine.breaker.guard import Guard
from engine.breaker.policy import Policy
from engine.breaker.remembered import Kept, kept
from engine.breaker.row import Row, event_of, row_of
from engine.clock import Clock
from engine.events import CircuitChanged, CircuitState, Event, LevelChanged
from engine.evidence import Level, clean

_NOTHING = nullcontext()


class Board:
    """Holds the circuits; every change becomes one event, and the level follows.

    `changed` is called with the capability's name after each change, once its event is out.
    `unheard` counts the times that it or `publish` raised: neither ever disturbs the work.
    """

    def __init__(
        self,
        publish: Callable[[Event], None],
        clock: Clock,
        policy: Policy,
        *,
        ladder: Ladder | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.policy = policy
        self.ladder = ladder or Ladder()
        self.changed: Callable[[str], None] = lambda _: None
        self.unheard = 0
        self.now_s = clock.monotonic_s
        self._publish = publish
        self._clock = clock
        self._chance = chance
        self._circuits: dict[str, Circuit] = {}
        self._ready: dict[str | None, list[Guard]] = {}
        self._absent: dict[str, str] = {}
        self._announced = False
        self._looks: dict[str, Callable[[], None]] = {}
        self._kept: dict[str, Kept] = {}  # of an earlier session, for who is not here yet
        self._canaries = Canaries(self._circuits, clock, self._tell, self._tick)

    @property
    def standing(self) -> Standing:
        """The level, why it isn't higher, and what would lift it."""
        return self.ladder.standing

    # ── who is there ─────────────────────────────────────────────────────────────────────────

    def add(self, capability: str, canary: Canary, policy: Policy | None = None) -> None:
        """Give a capability its circuit, and the call that tries it when it was open."""
        self._absent.pop(capability, None)
        circuit = self._circuits[capability] = Circuit(policy or self.policy, self._chance)
        self._canaries.add(capability, canary)
        change = self._take_over(capability) or Transition("closed", "closed", "present")
        self._begin_era(capability, circuit)
        event = event_of(capability, circuit, change, self._clock)
        self._say(replace(event, was=None), capability)  # its first has no state before it
        self._relevel()
        self._canaries.wake()

    def add_absent(
        self, capability: str, reason: str, look: Callable[[], None] | None = None
    ) -> None:
        """Say why there is none; `look` is called when it is asked for, and may add it."""
        self._circuits.pop(capability, None)
        self._ready.pop(capability, None)
        self._absent[capability] = reason
        if look is not None:
            self._looks[capability] = look
        self._say(CircuitChanged(capability=capability, state="absent", cause=reason), capability)

    def restore(self, events: Iterable[CircuitChanged]) -> None:
        """Take over what an earlier session's last events leave, now or when it is added."""
        self._kept = kept(events, self._clock.wall_s())
        for capability in self._kept.keys() & self._circuits.keys():
            self._tell(capability, self._take_over(capability))

    def announce(self) -> None:
        """Publish the first level, once all capabilities are known."""
        self._announced = True
        self._relevel(first=True)

    def states(self) -> dict[str, CircuitState]:
        present: dict[str, CircuitState] = {n: c.state for n, c in self._circuits.items()}
        return present | dict.fromkeys(self._absent, "absent")

    def rows(self) -> Iterator[Row]:
        """Yield each capability as it stands now, the absent ones last."""
        now_s = self.now_s()
        for name, circuit in self._circuits.items():
            yield row_of(name, circuit, now_s)
        for name, reason in self._absent.items():
            yield Row(name, "absent", 0, reason, None)

    # ── work ─────────────────────────────────────────────────────────────────────────────────

    def guard(self, capability: str | None) -> AbstractContextManager[None]:
        """Return a context for a block of work under the capability's circuit.

        An exception of the block counts as a failure unless it has a true `blameless`, which counts
        as nothing at all, as a cancellation does. The block's time counts too.

        Raises:
            CircuitOpen, Absent: the block must not begin.
        """
        try:  # a capability that admits work has guards at hand, of its present era
            return self._ready[capability].pop()
        except (IndexError, KeyError):
            return self._unready(capability)

    def report(self, capability: str, error: Exception | None, took_s: float | None = None) -> None:
        """Count one success or failure that happened outside of `guard`; it may tell its time."""
        circuit = self._circuits.get(capability)
        permit = circuit.admit() if circuit else None
        if circuit is None or permit is None:
            return
        now_s = self.now_s()
        if error is None:
            change = circuit.succeeded(permit, now_s, took_s or 0.0)
            self.settled(capability, change, failed=False)
        elif not getattr(cause := innermost(error), "blameless", False):
            change = circuit.failed(permit, now_s, sentence(cause), took_s or 0.0)
            self.settled(capability, change, failed=True)

    def settled(self, capability: str, change: Transition | None, *, failed: bool) -> None:
        """Tell what a piece of work led to; a failure that opened nothing is followed up."""
        self._tell(capability, change)
        if failed and change is None:
            self._canaries.doubt(capability)

    async def run(self) -> None:
        """Try what is due until cancelled; asleep while nothing is."""
        await self._canaries.run()

    def _unready(self, capability: str | None) -> AbstractContextManager[None]:
        """Look for an absent capability once more; otherwise say why not."""
        if capability is None:
            return _NOTHING
        if capability in self._absent and capability in self._looks:
            self._looks[capability]()
            self._relevel()
            if capability in self._circuits:
                return self.guard(capability)
        circuit = self._circuits.get(capability)
        if circuit is not None and (permit := circuit.admit()) is not None:
            return Guard(self, capability, circuit, permit, self._ready[capability])
        if circuit is None:
            raise Absent(capability, self._absent.get(capability, "nothing here provides it"))
        if (force := circuit.forced) is not None:
            raise CircuitOpen(capability, force.reason, self._left(force.until_s), forced=True)
        raise CircuitOpen(capability, circuit.cause, self._left(circuit.try_at_s))

    def _left(self, at_s: float | None) -> float | None:
        return None if at_s is None else max(0.0, at_s - self.now_s())

    # ── by hand ──────────────────────────────────────────────────────────────────────────────

    def force(self, capability: str, how: How, reason: str, for_s: float | None = None) -> None:
        """Hold a circuit open, closed, or disabled (admits all, counts nothing).

        Without `for_s` it holds until it is released, or its session ends.

        Raises:
            UnknownCapability: the name is none, or a slip of another.
            BadForce: the capability is absent, or the way, reason or time is none.
        """
        circuit = self._known(capability)
        if how not in WAYS:
            raise BadForce(f"force {capability}: expected one of {', '.join(WAYS)}, found {how!r}")
        if not (said := clean(" ".join(reason.split()))):
            raise BadForce(f"force {capability} {how}: expected a reason, found none; say why")
        if for_s is not None and not 0 < for_s < math.inf:
            expected = "expected seconds above 0, or no time for until it is released"
            raise BadForce(f"force {capability} {how}: {expected}, found {for_s:g}")
        until_s = None if for_s is None else self.now_s() + for_s
        self._tell(capability, circuit.force(Force(how, said, until_s)))

    def release(self, capability: str) -> bool:
        """Let a forced circuit go by itself again; False where it was not forced.

        Raises:
            UnknownCapability, BadForce: as for `force`.
        """
        change = self._known(capability).release(self.now_s(), "released")
        self._tell(capability, change)
        return change is not None

    def pin(self, level: Level, reason: str, for_s: float | None = None) -> None:
        """Hold the level, for so long or until `unpin`.

        Raises:
            BadPin: the level, reason or time is none, or the rollout forbids the level.
        """
        before = self.ladder.standing
        self.ladder.pin(level, reason, self.now_s(), for_s)
        self._told(before)
        self._canaries.wake()

    def unpin(self) -> bool:
        """Let the level follow the capabilities again; False where it was not pinned."""
        before = self.ladder.standing
        if not before.pinned:
            return False
        self.ladder.unpin(self.now_s())
        self._told(before)
        self._canaries.wake()
        return True

    def _known(self, capability: str) -> Circuit:
        if (circuit := self._circuits.get(capability)) is not None:
            return circuit
        if (reason := self._absent.get(capability)) is not None:
            raise BadForce(f"{capability} is absent: {reason}; there is nothing to force")
        raise UnknownCapability(capability, list(self.states()))

    def _take_over(self, capability: str) -> Transition | None:
        """Put a circuit where an earlier session left it."""
        if (one := self._kept.pop(capability, None)) is None:
            return None
        circuit, until_s = self._circuits[capability], self.now_s() + one.left_s
        if one.forced is not None:
            return circuit.force(Force(one.forced, one.cause, until_s))
        latest_s = self.now_s() + circuit.policy.max_wait_s
        return circuit.stay_open(min(until_s, latest_s), one.wait_s, one.failures, one.cause)

    # ── what is told ─────────────────────────────────────────────────────────────────────────

    def _tell(self, capability: str, change: Transition | None) -> None:
        circuit = self._circuits.get(capability)
        if change is None or circuit is None:
            return
        self._begin_era(capability, circuit)
        self._say(event_of(capability, circuit, change, self._clock), capability)
        self._relevel()
        self._canaries.wake()

    def _begin_era(self, capability: str, circuit: Circuit) -> None:
        if circuit.admit() is None:
            self._ready.pop(capability, None)
        else:
            self._ready[capability] = []

    def _tick(self, now_s: float) -> float | None:
        before = self.ladder.standing
        self.ladder.tick(now_s)
        self._told(before)
        return self.ladder.next_at_s

    def _relevel(self, *, first: bool = False) -> None:
        before = self.ladder.standing
        forced = {name for name, one in self._circuits.items() if one.forced is not None}
        self.ladder.take(self.states(), self.now_s(), frozenset(forced))
        if first:
            self._say(self._level(self.ladder.standing, None))
        elif self._announced:
            self._told(before)

    def _told(self, before: Standing) -> None:
        """Publish a new level, and new words on the old one: its cause, or what it waits for."""
        now = self.ladder.standing
        if (now.level, now.why, now.lift, now.pinned, now.held_until_s) != (
            before.level,
            before.why,
            before.lift,
            before.pinned,
            before.held_until_s,
        ):
            self._say(self._level(now, before.level))

    def _level(self, now: Standing, was: Level | None) -> LevelChanged:
        held = now.held_until_s
        return LevelChanged(
            level=now.level,
            was=was,
            why=now.why,
            lift=now.lift,
            cap=now.cap,
            pinned=now.pinned,
            held_until_s=None if held is None else self._clock.wall_s() + held - self.now_s(),
        )

    def _say(self, event: Event, capability: str | None = None) -> None:
        try:
            self._publish(event)
            if capability is not None:
                self.changed(capability)
        except Exception:
            # A boundary: who listens can't disturb the work. It is counted, and shown as a count.
            self.unheard += 1
