"""`bolt-tui drill [--only FAULT…] | --list`: the only way to the faults that are done on purpose.

Exit codes: 0 all as expected, 1 one was not, 2 there is no such fault.
"""

import argparse
import tempfile
from pathlib import Path

import anyio

from bolt_tui.printing import EXIT, emit, note
from engine.checks.drill.catalogue import faults
from engine.checks.drill.drill import drill
from engine.checks.drill.fault import Fault
from engine.checks.drill.outcome import Outcome
from engine.evidence import Answer, Cell, Section, Status, Table, Text, Understanding

_SCORE = ("fault", "noticed (s)", "of at most (s)", "back (s)", "asked", "failed", "slowest (s)",
          "verdict")  # fmt: skip
_SCREEN = ("fault", "loop late, calm (ms)", "then (ms)", "to a reader, calm (ms)", "then (ms)")
_HOW = (
    "Each fault had a session, a project and a store of its own. A circuit's first wait was 1 s "
    "there, and agents and memory had small limits; what decides when a circuit opens and when the "
    "level climbs was as set by default. For the way from a key to the screen "
    "stand the loop's lateness and the time until a reader has an event, each as in 95 of 100 "
    "cases."
)


def run(arguments: argparse.Namespace) -> int:
    """Do the faults and return the exit code.

    Raises:
        UnknownFault.
    """
    chosen = faults(tuple(arguments.only or ()))
    answer = _listed(chosen) if arguments.list else anyio.run(_drilled, chosen)
    emit(answer, arguments.output or "text")
    return EXIT[answer.status]


async def _drilled(chosen: tuple[Fault, ...]) -> Answer:
    with tempfile.TemporaryDirectory(prefix="bolt-tui-drill-") as folder:
        outcomes = await drill(chosen, Path(folder), lambda one: note(_line(one)))
    return scorecard(outcomes)


def scorecard(outcomes: tuple[Outcome, ...]) -> Answer:
    """Return the outcomes as an answer, which failed where one is not as expected."""
    wrong = [one for one in outcomes if one.problems]
    tried = [one for one in outcomes if not one.not_tried]
    sections: list[Section] = [Table("Scorecard", _SCORE, tuple(map(_score, outcomes)))]
    if wrong:
        rows = tuple((one.name, problem) for one in wrong for problem in one.problems)
        sections.append(Table("Not as expected", ("fault", "what"), rows))
    if missing := tuple((one.name, one.not_tried) for one in outcomes if one.not_tried):
        sections.append(Table("Not tried", ("fault", "why"), missing))
    sections.append(Table("Screen", _SCREEN, tuple(_screen(one) for one in tried)))
    sections.append(Text("How it was done", _HOW))
    said = f"{len(tried) - len(wrong)} of {len(tried)} faults went as expected"
    return _answer("failed" if wrong else "answered", said, *sections)


def _score(one: Outcome) -> tuple[Cell, ...]:
    if (seen := one.seen) is None:
        return (one.name, None, one.within_s, None, None, None, None, one.verdict)
    return (
        one.name,
        seen.detect_s,
        one.within_s,
        seen.recover_s,
        seen.asked,
        seen.errors,
        seen.slowest_s,
        one.verdict,
    )


def _screen(one: Outcome) -> tuple[Cell, ...]:
    if (seen := one.seen) is None:
        return (one.name, None, None, None, None)
    return (one.name, seen.lag_calm_ms, seen.lag_ms, seen.reach_calm_ms, seen.reach_ms)


def _line(one: Outcome) -> str:
    why = "; ".join(one.problems) or one.not_tried
    return f"{one.name}: {one.verdict}{f': {why}' if why else ''}"


def _listed(chosen: tuple[Fault, ...]) -> Answer:
    rows = tuple((one.name, one.does, one.expected.words) for one in chosen)
    table = Table("Faults", ("fault", "what is done", "what has to follow"), rows)
    return _answer("answered", f"{len(rows)} faults; none was done", table)


def _answer(status: Status, verdict: str, *sections: Section) -> Answer:
    return Answer(
        status=status,
        level="full",
        query=Understanding("drill", "drill", "drill", {}, 1.0),
        verdict=verdict,
        sections=sections,
    )
