"""Simulated outages, and what a way of choosing the level makes of them.

An outage is ten calls a second: healthy at first, then dead, then for twenty minutes flapping
between better and worse, mostly about as many failures as successes, and at last healthy for good
(the *true recovery*). Calls fail or not as the seed has it, so that every way of choosing sees the
same ones. A capability is out when half of the calls of the last 25 s failed: every way therefore
sees a dead one after 12.5 s.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from random import Random

from engine.breaker.circuit import Circuit, Permit, Policy
from engine.breaker.degradation import Ladder, standing
from engine.events import CircuitState
from engine.evidence import Level

TICKS_A_SECOND = 10
WINDOW_CALLS = 25 * TICKS_A_SECOND
OPENS_AT = 0.5
CLOSES_BELOW = 0.45  # for hysteresis
HEALTHY = 0.005  # the chance that a call fails
CHANCES = (0.05, 0.5, 0.5, 0.5, 0.5, 0.5, 0.95)  # the same while it flaps, and for how long
SPELL_S = 20.0
FLAPS_S = (1000, 1250)
# Which capabilities an outage takes, by how far the level falls.
TAKES: tuple[tuple[str, ...], ...] = (
    ("graph",),
    ("search.scan",),
    ("search.scan", "graph"),
    ("probes.host", "store.read"),
)
States = Mapping[str, CircuitState]
Seen = tuple[float, States]  # seconds, and the states whenever they change, and each second besides
Way = Callable[[States, float], Level]


@dataclass(frozen=True, slots=True)
class Outage:
    """Whether the call of each tick failed, from when to when, and of which capabilities."""

    failed: tuple[bool, ...]
    began_s: float
    recovered_s: float
    takes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Level changes, seconds from the beginning to the fall, and from recovery to full for good."""

    changes: int
    detected_s: float
    full_again_s: float


def outage(seed: int) -> Outage:
    """Return the outage of this seed."""
    random = Random(seed)
    chances = [HEALTHY] * (60 * TICKS_A_SECOND)
    began = len(chances)
    chances += [1.0] * (random.randint(30, 120) * TICKS_A_SECOND)
    flapping_until = len(chances) + random.randint(*FLAPS_S) * TICKS_A_SECOND
    while len(chances) < flapping_until:
        spell_s = random.expovariate(1 / SPELL_S)
        chances += [random.choice(CHANCES)] * (1 + int(spell_s * TICKS_A_SECOND))
    recovered = len(chances)
    chances += [HEALTHY] * (400 * TICKS_A_SECOND)
    failed = tuple(random.random() < chance for chance in chances)
    takes = TAKES[seed % len(TAKES)]
    return Outage(failed, began / TICKS_A_SECOND, recovered / TICKS_A_SECOND, takes)


def naive() -> Way:
    """The level that the states have at this moment."""
    return lambda states, _: standing(states).level


def laddered(ladder: Ladder) -> Way:
    def level(states: States, now_s: float) -> Level:
        ladder.take(states, now_s)
        return ladder.level

    return level


def by_rate(told: Outage, closes_below: float = OPENS_AT) -> Iterator[Seen]:
    """Yield what the rate of failures tells; hysteresis is a `closes_below` below what opens."""
    window = deque([False] * WINDOW_CALLS, WINDOW_CALLS)
    failures = 0
    state: CircuitState = "closed"
    for tick, failed in enumerate(told.failed, start=1):
        failures += failed - window[0]
        window.append(failed)
        limit = OPENS_AT if state == "closed" else closes_below
        before, state = state, "open" if failures >= limit * WINDOW_CALLS else "closed"
        if state != before or tick % TICKS_A_SECOND == 0:
            yield tick / TICKS_A_SECOND, dict.fromkeys(told.takes, state)


def by_circuit(told: Outage, calls_a_second: int = 2) -> Iterator[Seen]:
    """Yield what a circuit of this program tells: it sees calls while closed, then canaries."""
    circuit = Circuit(Policy(), Random(1).random)
    for tick, failed in enumerate(told.failed, start=1):
        now_s = tick / TICKS_A_SECOND
        before = circuit.state
        if (admitted := circuit.try_canary(now_s)) is not None:
            yield now_s, dict.fromkeys(told.takes, circuit.state)
            permit: Permit | None = admitted[0]
        else:
            due = tick % (TICKS_A_SECOND // calls_a_second) == 0
            permit = circuit.admit() if due else None
        if permit is not None and failed:
            circuit.failed(permit, now_s, "it failed")
        elif permit is not None:
            circuit.succeeded(permit, now_s)
        if circuit.state != before or tick % TICKS_A_SECOND == 0:
            yield now_s, dict.fromkeys(told.takes, circuit.state)


def outcome(told: Outage, seen: Iterator[Seen], way: Way) -> Outcome:
    """Play an outage, as it is seen, to a way of choosing."""
    level: Level = "full"
    changes, detected, full_again = 0, float("inf"), 0.0
    for now_s, states in seen:
        now = way(states, now_s)
        if now == level:
            continue
        changes += 1
        if level == "full" and now_s >= told.began_s:
            detected = min(detected, now_s - told.began_s)
        level = now
        full_again = max(0.0, now_s - told.recovered_s) if now == "full" else float("inf")
    return Outcome(changes, detected, full_again)
