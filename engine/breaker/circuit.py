"""One capability's circuit: a state machine without I/O and without a clock of its own.

    closed ──(failures in a row reach the threshold)──► open
    open ──(the wait is over)──► half_open ──(the canary succeeds)──► closed
                                    └──(the canary fails)──► open, and the wait doubles

Work is admitted only while closed; an open circuit is tried by one canary, never by a user's query.
Each opening and closing begins a new *era*: what was admitted in an earlier one and reports late
changes nothing. A cancelled call is no failure. Times are monotonic seconds from the caller.
"""

from dataclasses import dataclass

from engine.events import CircuitState


@dataclass(frozen=True, slots=True)
class Policy:
    """When to open, and how long to wait before trying again."""

    failure_threshold: int = 5
    wait_s: float = 10.0
    max_wait_s: float = 60.0


@dataclass(frozen=True, slots=True)
class Permit:
    """Leave to do one piece of work; hand it back with its result."""

    era: int
    canary: bool = False


@dataclass(frozen=True, slots=True)
class Transition:
    """A change of state with its cause."""

    was: CircuitState
    state: CircuitState
    cause: str


class Circuit:
    """Decides who may try. Each method returns the transition that it caused, or None."""

    def __init__(self, policy: Policy) -> None:
        self.state: CircuitState = "closed"
        self.failures = 0
        self.cause = ""
        self.try_at_s: float | None = None
        self._policy = policy
        self._era = 0
        self._wait_s = policy.wait_s

    def admit(self) -> Permit | None:
        """Return a permit while the circuit is closed, otherwise None; nothing is created then."""
        return Permit(self._era) if self.state == "closed" else None

    def try_canary(self, now_s: float) -> tuple[Permit, Transition] | None:
        """Admit the one canary once the wait is over."""
        if self.state != "open" or self.try_at_s is None or now_s < self.try_at_s:
            return None
        change = self._move("half_open", "the wait is over")
        return Permit(self._era, canary=True), change

    def succeeded(self, permit: Permit) -> Transition | None:
        if permit.era != self._era:
            return None
        self.failures = 0
        self.cause = ""
        if not permit.canary:
            return None
        self._wait_s = self._policy.wait_s
        self.try_at_s = None
        return self._move("closed", "the canary succeeded")

    def failed(self, permit: Permit, now_s: float, cause: str) -> Transition | None:
        if permit.era != self._era:
            return None
        self.failures += 1
        self.cause = cause
        if permit.canary:
            longest_s = max(self._policy.wait_s, self._policy.max_wait_s)
            self._wait_s = min(self._wait_s * 2, longest_s)
        elif self.failures < self._policy.failure_threshold:
            return None
        self.try_at_s = now_s + self._wait_s
        return self._move("open", cause)

    def cancelled(self, permit: Permit, now_s: float) -> Transition | None:
        """Take a permit back that came to nothing; a canary may be tried again at once."""
        if permit.era != self._era or not permit.canary:
            return None
        self.try_at_s = now_s
        return self._move("open", "the canary was cancelled")

    def _move(self, state: CircuitState, cause: str) -> Transition:
        change = Transition(self.state, state, cause)
        self.state = state
        self._era += 1
        return change
