"""The outcome of a soak as an answer: the verdict, what is wrong, and every figure behind it."""

from engine.checks.soak.gates import Gate, Mark
from engine.checks.soak.report import Soaked, TickAccount
from engine.checks.soak.soak import Outcome
from engine.evidence import (
    Answer,
    Cell,
    Figure,
    Figures,
    Section,
    Status,
    Table,
    Text,
    Understanding,
)

_GATES = ("what", "unit", "a day", "from", "to", "at most", "at first", "at last", "verdict")
_TICKS = ("probe", "every (s)", "by the clock", "due", "taken", "nothing to take", "missed", "why")
_WAY = ("own time (h)", "memory (MiB)", "threads", "descriptors", "tasks", "children", "journals",
        "store (MiB)")  # fmt: skip
_MIB = 1 << 20
_HOW = (
    "A console's session with settings, project, store and cache of its own, asked, visited by "
    "other sessions, its children killed and a circuit held open now and again, its alerts sent to "
    "a webhook on loopback. Slopes are the median of all pairs' after the first fifth, an hour at "
    "least, with their 95 % interval; what grows is wrong where the whole interval is beyond the "
    "bound, and unclear where only its end is."
)


def scorecard(outcome: Outcome) -> Answer:
    """Return the outcome as an answer: failed where anything was wrong.

    It is degraded where growth could not be judged.
    """
    status: Status = "answered" if outcome.passed else "failed"
    if outcome.passed and outcome.seen is not None and outcome.seen.unjudged:
        status = "degraded"
    if outcome.cut_short:
        status = "cancelled"
    sections: list[Section] = [Text("How time went", outcome.way)]
    if outcome.seen is not None:
        sections = [*_sections(outcome.seen), *sections]
    sections.append(Text("How it was done", _HOW))
    return Answer(
        status=status,
        level="full",
        query=Understanding("soak", "soak", "soak", {}, 1.0),
        verdict=outcome.verdict,
        sections=tuple(sections),
    )


def _sections(seen: Soaked) -> list[Section]:
    wrong = Table("Wrong", ("where", "what"), seen.wrong)
    return [
        *((wrong,) if seen.wrong else ()),
        Figures("What happened", tuple(_figures(seen))),
        Table("Does it grow?", _GATES, tuple(map(_gate, seen.gates))),
        Table(
            "On the way", _WAY, tuple(map(_on_the_way, seen.marks[:: len(seen.marks) // 16 + 1]))
        ),
        Table("Ticks", _TICKS, tuple(map(_ticks, seen.ticks))),
        *_counts("Faults", "fault", seen.faults),
        *_counts("Circuits that opened", "circuit", seen.circuits_opened),
        *_counts("Failed questions", "why", seen.questions.causes),
        *_counts("Notices", "notice", seen.notices),
        *_counts("Time did not leap (s)", "while these were at work", seen.waited_s),
    ]


def _figures(seen: Soaked) -> list[Figure]:
    asked, alerts, last = seen.questions, seen.alerts, seen.marks[-1] if seen.marks else None
    figures = [
        Figure("own time", round(seen.own_s / 3600, 2), "h"),
        Figure("real time", round(seen.real_s, 1), "s"),
        Figure("speed", round(seen.speed, 1), "times"),
        Figure("questions asked", asked.asked),
        Figure("answered", asked.answered - asked.failed),
        Figure("failed", asked.failed),
        Figure("slowest answer", asked.slowest_s, "s"),
        Figure("level changes", seen.level_changes),
        Figure("visiting sessions", seen.visits),
        *(
            Figure(f"{name} index ready", count, "times")
            for name, count in seen.indexes_ready.items()
        ),
        Figure("alerts fired", sum(alerts.fired.values())),
        Figure("alerts expected", alerts.expected),
        Figure("alert messages received", alerts.received),
        Figure("alert messages expected", alerts.expected_received),
        Figure("folds", seen.folds),
        Figure("journals folded", seen.folded_journals),
        Figure("events published", seen.published),
        Figure("events in the store", seen.recorded),
    ]
    if last is not None:
        figures.append(Figure("the store", round(last.store_bytes / _MIB, 1), "MiB"))
    return figures


def _gate(gate: Gate) -> tuple[Cell, ...]:
    slope = gate.slope
    numbers: tuple[Cell, ...] = (None, None, None)
    if slope is not None:
        numbers = (round(slope.per_day, 3), round(slope.low, 3), round(slope.high, 3))
    ends = (None if one is None else round(one, 1) for one in (gate.first, gate.last))
    verdict = f"{gate.verdict}: {gate.why}" if gate.verdict.startswith("un") else gate.verdict
    return (gate.name, gate.unit, *numbers, gate.bound, *ends, verdict)


def _on_the_way(mark: Mark) -> tuple[Cell, ...]:
    return (
        round(mark.at_s / 3600, 1), round(mark.rss_bytes / _MIB, 1), mark.threads,
        mark.descriptors, mark.tasks, mark.children, mark.journals,
        round(mark.store_bytes / _MIB, 1),
    )  # fmt: skip


def _ticks(one: TickAccount) -> tuple[Cell, ...]:
    missed = {why: count for why, count in one.missed.items() if count}
    why = "; ".join(f"{count} {why}" for why, count in missed.items())
    return (
        one.probe, one.interval_s, one.expected, one.due, one.taken, one.idle,
        sum(missed.values()), why,
    )  # fmt: skip


def _counts(title: str, what: str, counts: dict[str, int] | dict[str, float]) -> tuple[Table, ...]:
    rows = tuple((name, round(count, 1)) for name, count in counts.items())
    return (Table(title, (what, "times"), rows),) if rows else ()
