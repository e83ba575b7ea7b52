"""What a soak has seen, as its process tells it: marks on the way, and all of it at the end."""

from msgspec import Struct

from engine.checks.soak.gates import Gate, Mark, gates

FLAPS = "soak_flaps"  # the rule that is made to fire


class TickAccount(Struct, frozen=True):
    """One probe's ticks: `expected` by the clock, `due` by the probe, then where each went."""

    probe: str
    interval_s: float
    expected: int
    due: int
    taken: int
    idle: int
    missed: dict[str, int] = {}  # by reason
    under_way: int = 0

    @property
    def problem(self) -> str:
        """Return why the account is not in balance; empty where it is.

        A tick may fall between the last look at the clock and the end.
        """
        if abs(self.expected - self.due) > 1:
            return f"{self.expected} ticks by the clock, {self.due} by {self.probe}"
        if not 0 <= self.under_way <= 1:
            return f"{self.under_way} ticks of {self.probe} are in no column"
        return ""


class Asked(Struct, frozen=True):
    """The questions, and what came of them; failed ones by their cause."""

    asked: int = 0
    answered: int = 0
    failed: int = 0
    causeless: int = 0
    causes: dict[str, int] = {}
    slowest_s: float = 0.0


class AlertsSeen(Struct, frozen=True):
    """Alerts that fired, by rule; `expected` of the rule that was made to.

    `under_way`: so many more were, which may have fired and ended when all was ended early.
    """

    expected: int = 0
    fired: dict[str, int] = {}
    resolved: dict[str, int] = {}
    received: int = 0  # messages that reached the channel
    expected_received: int = 0
    under_way: int = 0

    @property
    def problem(self) -> str:
        """Return how they are not as expected; empty where they are."""
        others = {rule: count for rule, count in self.fired.items() if rule != FLAPS}
        if others:
            return (
                f"not expected: {', '.join(f'{rule} {count}×' for rule, count in others.items())}"
            )
        for what, seen in (("fired", self.fired), ("resolved", self.resolved)):
            count = seen.get(FLAPS, 0)
            if not 0 <= count - self.expected <= self.under_way:
                return f"{FLAPS} {what} {count} times, {self.expected} expected"
        if not 0 <= self.received - self.expected_received <= 2 * self.under_way:
            return f"{self.received} messages arrived, {self.expected_received} expected"
        return ""


class Progress(Struct, frozen=True, tag="progress"):
    """How far it is."""

    mark: Mark


class Soaked(Struct, frozen=True, tag="soaked"):
    """Everything; seconds of its own time, but for `real_s` and `waited_s`.

    `done` is False where it was ended before its time; `waited_s` says for how long time could not
    leap, by what was at work.
    """

    own_s: float
    real_s: float
    done: bool
    marks: tuple[Mark, ...]
    ticks: tuple[TickAccount, ...]
    questions: Asked
    alerts: AlertsSeen
    published: int
    recorded: int
    folds: int = 0
    folded_journals: int = 0
    level_changes: int = 0
    circuits_opened: dict[str, int] = {}
    indexes_ready: dict[str, int] = {}
    faults: dict[str, int] = {}
    visits: int = 0
    notices: dict[str, int] = {}
    waited_s: dict[str, float] = {}
    problems: tuple[str, ...] = ()

    @property
    def speed(self) -> float:
        """How many times as fast as the machine's its time really was."""
        return self.own_s / self.real_s if self.real_s else 0.0

    @property
    def gates(self) -> tuple[Gate, ...]:
        return gates(self.marks)

    @property
    def unjudged(self) -> tuple[str, ...]:
        """Return of what it can't be told whether it grows: too little was seen of it, or noise."""
        return tuple(one.name for one in self.gates if one.verdict in ("unjudged", "unclear"))

    @property
    def wrong(self) -> tuple[tuple[str, str], ...]:
        """Return what is not as it should be, by name."""
        found = [(gate.name, gate.why) for gate in self.gates if gate.verdict == "grows"]
        found += [(one.probe, one.problem) for one in self.ticks if one.problem]
        found += [("the session", problem) for problem in self.problems]
        if alerts := self.alerts.problem:
            found.append(("alerts", alerts))
        if self.recorded != self.published:
            said = f"{self.recorded:,} of {self.published:,} events are in the store"
            found.append(("the record", said))
        asked = self.questions
        if asked.asked != asked.answered:
            found.append(("questions", f"{asked.asked - asked.answered} had no answer"))
        if asked.failed:
            found.append(("questions", f"{asked.failed} of {asked.asked} failed"))
        return tuple(found)
