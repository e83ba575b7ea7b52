"""What came of one fault, and whether that is what was expected."""

from typing import Final

from msgspec import Struct

from engine.checks.drill.fault import LONGEST_S, Fault
from engine.evidence import Level, Status

# Beyond what the calm before had, for a machine that does other things as well.
SLACK_MS: Final = 50.0


class Seen(Struct, frozen=True, kw_only=True):
    """What was measured; times in seconds, latencies in ms as of 95 of 100 cases.

    `detect_s` and `recover_s` are None where it did not come to that in time.
    """

    detect_s: float | None
    recover_s: float | None
    opened: dict[str, str]
    lowest: Level
    status: Status | None
    verdict: str
    asked: int
    unanswered: int
    errors: int
    causeless: int
    slowest_s: float
    lag_calm_ms: float | None
    lag_ms: float | None
    reach_calm_ms: float | None
    reach_ms: float | None
    wrong: tuple[str, ...] = ()


class Outcome(Struct, frozen=True, kw_only=True):
    """One row of the scorecard; `problems` empty: as expected. `not_tried` says why not."""

    name: str
    does: str
    expected: str
    within_s: float | None = None
    seen: Seen | None = None
    problems: tuple[str, ...] = ()
    not_tried: str = ""

    @property
    def verdict(self) -> str:
        if self.not_tried:
            return "not tried"
        return "not as expected" if self.problems else "as expected"


def not_tried(fault: Fault, why: str) -> Outcome:
    """Return the outcome of a fault that can't be done here."""
    return Outcome(name=fault.name, does=fault.does, expected=fault.expected.words, not_tried=why)


def broken(fault: Fault, problem: str) -> Outcome:
    """Return the outcome of a fault whose session came to no end."""
    return Outcome(
        name=fault.name, does=fault.does, expected=fault.expected.words, problems=(problem,)
    )


def judged(fault: Fault, seen: Seen) -> Outcome:
    """Hold what was seen against what was expected."""
    problems = (*_reaction(fault, seen), *_answers(fault, seen), *_screen(seen), *seen.wrong)
    return Outcome(
        name=fault.name,
        does=fault.does,
        expected=fault.expected.words,
        within_s=fault.expected.within_s if fault.notice else None,
        seen=seen,
        problems=problems,
    )


def _reaction(fault: Fault, seen: Seen) -> list[str]:
    wanted, found = fault.expected, []
    if fault.notice and seen.detect_s is None:
        found.append(f"it was not noticed within {LONGEST_S:g} s")
    elif seen.detect_s is not None and seen.detect_s > wanted.within_s:
        found.append(f"noticed after {seen.detect_s:.1f} s, expected {wanted.within_s:g} s")
    if wanted.level is not None and seen.lowest != wanted.level:
        found.append(f"the level went to {seen.lowest}, expected {wanted.level}")
    if wanted.circuit == "" and seen.opened:
        found += [f"{name} opened: {cause}" for name, cause in seen.opened.items()]
    if seen.recover_s is None:
        found.append("it did not recover in time")
    return found


def _answers(fault: Fault, seen: Seen) -> list[str]:
    wanted, found = fault.expected, []
    if seen.status not in wanted.statuses:
        found.append(f'"{wanted.question}" was {seen.status or "not answered"}: {seen.verdict}')
    elif wanted.says not in seen.verdict:
        found.append(f'"{wanted.question}" doesn\'t say "{wanted.says}": {seen.verdict}')
    if seen.unanswered:
        found.append(f"{seen.unanswered} of {seen.asked} queries got no answer")
    if seen.causeless:
        found.append(f"{seen.causeless} of {seen.errors} failed queries don't say why")
    if seen.errors > fault.most_errors * seen.asked:
        allowed = f"expected at most {100 * fault.most_errors:.0f} %"
        found.append(f"{seen.errors} of {seen.asked} queries failed, {allowed}")
    return found


def _screen(seen: Seen) -> list[str]:
    found = []
    for what, calm, now in (
        ("the loop is late", seen.lag_calm_ms, seen.lag_ms),
        ("events reach a reader", seen.reach_calm_ms, seen.reach_ms),
    ):
        if calm is not None and now is not None and now > calm + SLACK_MS:
            found.append(f"{what} by {now:.0f} ms, {calm:.0f} ms before")
    return found
