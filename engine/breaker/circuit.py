"""One capability's circuit: a state machine without I/O and without a clock of its own.

    closed ──(failures in a row, failure rate or slow rate)──► open
    open ──(the wait is over)──► half_open ──(its canaries succeed)──► closed
                                    └──(they fail, or take too long)──► open, the wait doubles
    any ──(force)──► open or closed, until it is released or its time is over

Work is admitted only while closed; an open circuit is tried by at most `canaries` canaries, never
by a user's query. Each opening and closing begins a new *era*: what was admitted in an earlier one
and reports late changes nothing. A cancelled call is no failure. Times are monotonic seconds from
the caller, chance is a number from 0 to 1 from the caller. All calls come from one thread.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import Literal, get_args

from engine.breaker.policy import Policy as Policy  # noqa: PLC0414 - found here too
from engine.breaker.window import Counts, Window
from engine.events import CircuitState

How = Literal["open", "closed", "disabled"]
WAYS: tuple[How, ...] = get_args(How)


@dataclass(slots=True, eq=False)
class Permit:
    """Leave to do work; hand it back with the result. All work of an era has the same one.

    While nothing bad is in the window a good call changes nothing but a count. So until
    `calm_until_s` calls that took at most `slow_s` may just be added to `good`: the circuit takes
    them from there, and once the era is over nobody does. For a canary there is no such moment.
    """

    canary: bool = False
    slow_s: float = inf
    calm_until_s: float = -inf
    good: int = 0


@dataclass(frozen=True, slots=True)
class Transition:
    """A change of state with its cause; both states are the same where only the force changed."""

    was: CircuitState
    state: CircuitState
    cause: str


@dataclass(frozen=True, slots=True)
class Force:
    """Held by somebody: open admits nobody, closed counts and never opens, disabled counts nothing.

    `until_s` None: until it is released.
    """

    how: How
    reason: str
    until_s: float | None = None


@dataclass(slots=True)
class _Round:
    """The canaries of one half-open spell."""

    until_s: float
    given: int = 0
    done: int = 0
    failed: int = 0
    slow: int = 0


class Circuit:
    """Decides who may try. Each method returns the transition that it caused, or None."""

    __slots__ = (
        "_chance",
        "_permit",
        "_round",
        "_said",
        "_trying",
        "_wait_s",
        "_was_out",
        "_window",
        "cause",
        "failures",
        "forced",
        "policy",
        "state",
        "try_at_s",
    )

    def __init__(self, policy: Policy, chance: Callable[[], float] = lambda: 0.0) -> None:
        self.policy = policy
        self.state: CircuitState = "closed"
        self.failures = 0
        self.cause = ""
        self.try_at_s: float | None = None
        self.forced: Force | None = None
        self._was_out = False  # before it was forced
        self._chance = chance
        self._wait_s = policy.wait_s
        self._window = Window(policy.window_calls, policy.window_s)
        self._said = ""  # by the last failure
        self._permit: Permit | None = Permit(slow_s=policy.slow_s)
        self._trying: set[Permit] = set()
        self._round = _Round(0.0)

    # ── work ─────────────────────────────────────────────────────────────────────────────────

    def admit(self) -> Permit | None:
        """Return a permit while the circuit is closed, otherwise None; nothing is created."""
        return self._permit

    def succeeded(self, permit: Permit, now_s: float, took_s: float = 0.0) -> Transition | None:
        """Count a success that took so long; a canary's counts towards its round."""
        slow = took_s > self.policy.slow_s
        if now_s < permit.calm_until_s and not slow:
            permit.good += 1
            return None
        if permit is not self._permit:
            return self._tried(permit, now_s, None, slow=slow)
        if self._is_disabled():
            return None
        self.failures = 0
        self.cause = ""
        self._collect()
        if slow:
            self._window.bad(now_s, failed=False, slow=True)
        else:
            self._window.good(now_s)
        return self._judged(now_s)

    def failed(
        self, permit: Permit, now_s: float, cause: str, took_s: float = 0.0
    ) -> Transition | None:
        """Count a failure that took so long."""
        slow = took_s > self.policy.slow_s
        if permit is not self._permit:
            return self._tried(permit, now_s, cause, slow=slow)
        if self._is_disabled():
            return None
        self._collect()
        self.failures += 1
        self.cause = self._said = cause
        self._window.bad(now_s, failed=True, slow=slow)
        return self._judged(now_s)

    def cancelled(self, permit: Permit) -> None:
        """Take a permit back that came to nothing; one more canary may be tried in its place."""
        if permit in self._trying:
            self._trying.remove(permit)
            self._round.given -= 1

    def counts(self, now_s: float) -> Counts:
        """Return what is in the window; while open, what was when it opened, as far as it lasts."""
        self._collect()
        return self._window.counts(now_s)

    # ── canaries and time ────────────────────────────────────────────────────────────────────

    @property
    def canaries(self) -> int:
        """How many canaries are in flight."""
        return len(self._trying)

    @property
    def next_at_s(self) -> float | None:
        """When `try_canary` or `tick` has something to do; None: not by time alone."""
        if self.forced is not None:
            return self.forced.until_s
        if self.state == "half_open":
            free = self._round.given < self.policy.canaries
            return 0.0 if free else self._round.until_s
        return self.try_at_s

    def try_canary(self, now_s: float) -> tuple[Permit, Transition | None] | None:
        """Admit a canary once the wait is over, while there are fewer than the policy has."""
        change = None
        if self.state == "open" and self.try_at_s is not None and now_s >= self.try_at_s:
            change = self._move("half_open", "the wait is over")
            self.try_at_s = None
            self._round = _Round(now_s + self.policy.max_wait_s)
        if self.state != "half_open" or self._round.given >= self.policy.canaries:
            return None
        self._round.given += 1
        permit = Permit(canary=True)
        self._trying.add(permit)
        return permit, change

    def tick(self, now_s: float) -> Transition | None:
        """Let go of a force whose time is over, and of canaries that did not come back."""
        if self.forced is not None:
            until_s = self.forced.until_s
            over = until_s is not None and now_s >= until_s
            return self.release(now_s, "the time of its force is over") if over else None
        if self.state == "half_open" and now_s >= self._round.until_s:
            self._said = f"its canary took longer than {self.policy.max_wait_s:g} s"
            return self._reopen(now_s)
        return None

    # ── by hand ──────────────────────────────────────────────────────────────────────────────

    def force(self, force: Force) -> Transition:
        """Hold the circuit as the force says; one that is forced already is forced anew."""
        if self.forced is None:
            self._was_out = self.state != "closed"
        self.forced = force
        self.try_at_s = None
        if force.how == "open":
            return self._move("open", f"forced open: {force.reason}")
        self._fresh()
        return self._move("closed", f"forced {force.how}: {force.reason}")

    def release(self, now_s: float, cause: str) -> Transition | None:
        """Let it go by itself again: closed, or to its canary at once where it was out before."""
        if self.forced is None:
            return None
        self.forced = None
        if self._was_out:
            self.cause = self._said
            self.try_at_s = now_s
            return self._move("open", cause)
        self._fresh()
        return self._move("closed", cause)

    def stay_open(self, try_at_s: float, wait_s: float, failures: int, cause: str) -> Transition:
        """Open it as an earlier session left it."""
        self.failures = failures
        self.cause = self._said = cause
        self.try_at_s = try_at_s
        self._wait_s = min(max(wait_s, self.policy.wait_s), self.policy.max_wait_s)
        return self._move("open", cause)

    # ── verdicts ─────────────────────────────────────────────────────────────────────────────

    def _judged(self, now_s: float) -> Transition | None:
        """Open where the last call was one too many."""
        calls, failed, slow = self._window.counts(now_s)
        if self._permit is not None:
            calm = not (self.failures or failed or slow)
            self._permit.calm_until_s = self._window.turn_s if calm else -inf
        policy = self.policy
        if self.forced is not None:
            return None
        if self.failures >= policy.failure_threshold:
            return self._open(now_s, self._said)
        if calls < policy.minimum_calls:
            return None
        if failed / calls >= policy.failure_rate:
            return self._open(now_s, f"{failed} of {calls} calls failed, the last: {self._said}")
        if slow / calls >= policy.slow_rate:
            said = f"{slow} of {calls} calls took longer than {policy.slow_s:g} s"
            return self._open(now_s, said)
        return None

    def _tried(
        self, permit: Permit, now_s: float, cause: str | None, *, slow: bool
    ) -> Transition | None:
        """Take a canary's result; what is of an earlier era changes nothing."""
        if permit not in self._trying:
            return None
        self._trying.remove(permit)
        tries = self._round
        tries.done += 1
        tries.slow += slow
        if cause is not None:
            tries.failed += 1
            self.failures += 1
            self._said = cause
        elif slow:
            self._said = f"its canary took longer than {self.policy.slow_s:g} s"
        if tries.done < self.policy.canaries:
            return None
        failed, slowed = tries.failed / tries.done, tries.slow / tries.done
        if failed >= self.policy.failure_rate or slowed >= self.policy.slow_rate:
            return self._reopen(now_s)
        self._fresh()
        self._wait_s = self.policy.wait_s
        return self._move("closed", "the canary succeeded")

    def _reopen(self, now_s: float) -> Transition:
        self._wait_s = min(self._wait_s * 2, self.policy.max_wait_s)
        return self._open(now_s, self._said)

    def _open(self, now_s: float, cause: str) -> Transition:
        self.cause = self._said = cause
        # Chance only shortens: the longest wait is a promise. Many sessions don't try at once.
        self.try_at_s = now_s + self._wait_s * (1 - self.policy.jitter * self._chance())
        return self._move("open", cause)

    def _fresh(self) -> None:
        """Forget what was counted."""
        self.failures = 0
        self.cause = self._said = ""
        self.try_at_s = None
        self._window = Window(self.policy.window_calls, self.policy.window_s)

    def _collect(self) -> None:
        """Put the calls that were only counted into the window."""
        if self._permit is not None and self._permit.good:
            self._window.more(self._permit.good)
            self._permit.good = 0

    def _is_disabled(self) -> bool:
        return self.forced is not None and self.forced.how == "disabled"

    def _move(self, state: CircuitState, cause: str) -> Transition:
        change = Transition(self.state, state, cause)
        self.state = state
        self._collect()
        self._permit = Permit(slow_s=self.policy.slow_s) if state == "closed" else None
        self._trying.clear()
        return change
