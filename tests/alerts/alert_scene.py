"""An evaluator, its outbox and its clocks, and a table that says by hand what must come of them."""

from dataclasses import dataclass, field

from engine.alerts.expression import parse
from engine.alerts.known import KNOWN
from engine.alerts.machine import Machine
from engine.alerts.notices import Notice, Origin, due
from engine.alerts.rules import Rule
from engine.alerts.silence import Silence, silence
from engine.alerts.silences import Lasting
from engine.alerts.standing import Standing, decode
from engine.clock import ManualClock
from engine.events import AlertEvent, AlertFiring, AlertPending, AlertResolved
from engine.metrics import Reading

DAY_S = 86_400.0
ORIGIN = Origin("/home/me/wheel", "desk")


def a_rule(
    expr: str = "cpu_ratio > 0.9", name: str = "hot", for_s: float = 0.0, keep_s: float = 0.0
) -> Rule:
    return Rule(
        name=name,
        expr=parse(expr, KNOWN),
        for_s=for_s,
        keep_firing_for_s=keep_s,
        summary="It is hot: {value}",
        repeat_s=3600.0,
    )


def readings(word: str) -> dict[str, Reading]:
    """true, false, unknown; `true/3`: true, and it rests upon 3 events."""
    said, _, events = word.partition("/")
    value = {"true": 0.95, "false": 0.5, "unknown": None}[said]
    reason = "" if value else "no sensor"
    return {"cpu_ratio": Reading(value, "ratio", "hand", reason, int(events) if events else None)}


@dataclass
class Scene:
    """What one evaluator does in each round; the outbox knows the ids that it has taken."""

    rules: tuple[Rule, ...]
    send_resolved: bool = True
    clock: ManualClock = field(default_factory=lambda: ManualClock(monotonic_s=5000.0))
    outbox: dict[str, Notice] = field(default_factory=dict)
    silences: list[Silence] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.written = Standing().encode()
        self.restart()

    def restart(self) -> None:
        """Another session takes over what was written down."""
        self.lasting = Lasting()
        self.machine = Machine(self.rules, decode(self.written))

    def change(self, rules: tuple[Rule, ...]) -> None:
        """The rules change between two rounds."""
        self.rules = rules
        self.machine.change(rules)

    def silence(self, for_s: float, rule: str = "hot") -> None:
        made = silence(f"{len(self.silences):08x}", {"rule": rule}, self.clock.wall_s(), for_s)
        self.silences.append(made)

    def look(self, word: str, *, dies: bool = False) -> tuple[list[AlertEvent], list[str]]:
        """Evaluate once; return the events and the kinds of the messages that are new."""
        mono_s, wall_s = self.clock.monotonic_s(), self.clock.wall_s()
        events = self.machine.evaluate(readings(word), mono_s, wall_s)
        self.written = self.machine.standing.encode()
        lasting = self.lasting.now(self.silences, mono_s, wall_s)
        found = due(
            self.machine.standing,
            lasting,
            ("slack", "email"),
            ORIGIN,
            wall_s,
            send_resolved=self.send_resolved,
        )
        new = [notice for notice in found.notices if notice.message.id not in self.outbox]
        self.outbox |= {notice.message.id: notice for notice in new}
        if dies:  # after the messages went in, before that was noted
            self.restart()
        else:
            self.machine.settle(found)
            self.written = self.machine.standing.encode()
        return list(events), [notice.message.kind for notice in new]

    def act(self, what: str) -> None:
        """silence 600 | clock -1 (days) | restart | removed | off | expr CONDITION."""
        verb, _, rest = what.partition(" ")
        if verb == "silence":
            self.silence(float(rest))
        elif verb == "clock":
            self.clock.set_wall(self.clock.wall_s() + float(rest) * DAY_S)
        elif verb == "restart":
            self.restart()
        else:
            raise AssertionError(what)

    def follow(self, table: str) -> None:
        """Play a table of `seconds | what | events | messages`; the last two are expectations."""
        began_s = self.clock.monotonic_s()
        for line in filter(None, map(str.strip, table.splitlines())):
            at, what, *expected = [cell.strip() for cell in line.split("|")]
            self.clock.advance(float(at) - (self.clock.monotonic_s() - began_s))
            if not what.startswith(("true", "false", "unknown")):
                self.act(what)
                continue
            word, _, fate = what.partition(" ")
            events, sent = self.look(word, dies=fate == "dies")
            seen = [", ".join(map(told, events)), ", ".join(sent)]
            assert seen == [*expected, "", ""][:2], line


def told(event: AlertEvent) -> str:
    """Return an event as a table has it."""
    if isinstance(event, AlertPending):
        return "over" if event.over else "pending"
    if isinstance(event, AlertFiring):
        return f"firing{' kept' if event.kept else ''}{' unknown' if event.unknown else ''}"
    assert isinstance(event, AlertResolved)
    return "resolved"
