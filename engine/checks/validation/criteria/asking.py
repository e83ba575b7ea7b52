"""Questions put to a session of the real engine: of all kinds, many at once, several agents."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

import anyio

from engine.checks.validation.criteria.sample import Sample
from engine.checks.validation.criteria.shown import Shown, judged, listed
from engine.clock import Clock
from engine.evidence import Answer, TaskRecord
from engine.runtime import Engine

# The plan's own four, which its test asks five times each.
PLAN: Final = ("system status", "hardware monitoring", "memory usage", "performance metrics")
_AT_ONCE: Final = 20
_AT_ONCE_S: Final = 60.0
_ERRORS: Final = 0.1
_LONGER_S: Final = 60.0
_OVERLAP: Final = 1.2
_NO_SLOWER: Final = 0.9
_ROUNDS: Final = 2
_FAILED: Final = ("failed", "timed_out")
_SLACK_MS: Final = 1.0


def standard(sample: Sample, target: str) -> tuple[str, ...]:
    """Return twenty questions of all kinds, about this project."""
    rare, word = sample.rare, sample.middling
    about = (f":outline {target}", f":importers {target}", f":impact {target}") if target else (
        f":search -w {sample.common}", f":search -i {rare}", ":orphans"
    )  # fmt: skip
    return (
        *PLAN, *about,
        f"find {rare}", f":search -w {word}", f"where is {word} used", "find TODO",
        "code overview", "find import cycles", "error recovery status", "recent errors",
        "git history", ":hardware", ":sessions", "monitor for 1 second",
        "price a put, spot 100, strike 95, 45 days, volatility 30%, rate 4%",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of some questions; `mean_s` over all of them."""

    answers: tuple[Answer, ...]
    took_s: tuple[float, ...]

    @property
    def failed(self) -> list[str]:
        return [
            f'"{one.query.text}" {one.status}: {one.verdict}'
            for one in self.answers
            if one.status in _FAILED
        ]

    @property
    def rate(self) -> float:
        return 1 - len(self.failed) / len(self.answers)

    @property
    def mean_s(self) -> float:
        return sum(self.took_s) / len(self.took_s)


async def one_by_one(engine: Engine, clock: Clock, questions: Sequence[str]) -> Asked:
    """Ask them in their order."""
    answers, took_s = list[Answer](), list[float]()
    for question in questions:
        began_s = clock.monotonic_s()
        answers.append(await engine.ask(question))
        took_s.append(clock.monotonic_s() - began_s)
    return Asked(tuple(answers), tuple(took_s))


async def at_once(engine: Engine, clock: Clock, *, longer: bool) -> Shown:
    """Ask the plan's twenty at once; `longer`: again and again for a minute."""
    began_s = clock.monotonic_s()
    answers, rounds, slowest_s = list[Answer](), 0, 0.0

    async def ask(text: str) -> None:
        answers.append(await engine.ask(text))

    while not rounds or (longer and clock.monotonic_s() - began_s < _LONGER_S):
        round_s = clock.monotonic_s()
        async with anyio.create_task_group() as group:
            for number in range(_AT_ONCE):
                group.start_soon(ask, PLAN[number % len(PLAN)])
        rounds, slowest_s = rounds + 1, max(slowest_s, clock.monotonic_s() - round_s)
    errors = [f"{one.query.text}: {one.verdict}" for one in answers if one.status in _FAILED]
    figure = f"{slowest_s:.2f} s, {len(errors)} of {len(answers)} failed"
    holds = slowest_s < _AT_ONCE_S and len(errors) < _ERRORS * len(answers)
    times = f"{rounds} times {_AT_ONCE}" if rounds > 1 else f"{_AT_ONCE} at once"
    return judged(holds, figure, listed(errors) or f"{times}, in one session; the slowest round")


def overlap(answer: Answer) -> float:
    """Return the sum of the tasks' times over the time from the first's begin to the last's end."""
    spans = [_span(task) for task in answer.tasks if task.started_ms is not None]
    if not spans:
        return 0.0
    wall_ms = max(end for _, end in spans) - min(start for start, _ in spans)
    return sum(end - start for start, end in spans) / wall_ms if wall_ms > 0 else 0.0


def _span(task: TaskRecord) -> tuple[float, float]:
    start_ms = task.started_ms or 0.0
    return start_ms, start_ms + (task.elapsed_ms or 0.0)


def agents(answer: Answer) -> list[str]:
    """Return what is wrong with how the tasks of one answer were worked on."""
    ends = {task.id: _span(task)[1] for task in answer.tasks}
    problems = [f"{one.id} ({one.tool}) {one.status}" for one in answer.tasks
                if one.status != "finished"]  # fmt: skip
    problems += [
        f"{one.id} began before {need}, which it needs, had ended"
        for one in answer.tasks
        for need in one.needs
        if one.started_ms is not None and one.started_ms + _SLACK_MS < ends[need]
    ]
    if len({one.agent for one in answer.tasks}) < 2:
        problems.append("one agent did all of it")
    return problems


async def orchestrated(engine: Engine, question: str) -> Shown:
    """Have several agents work on one plan, and on one of which a part can't succeed."""
    whole = await engine.ask(question)
    mixed = await engine.ask("system status; find no-such-file.py imports; memory usage")
    problems = agents(whole)
    if mixed.status in _FAILED or not any(one.status == "finished" for one in mixed.tasks):
        problems.append(f"one part's failure took the others along: {mixed.verdict}")
    doers = len({task.agent for task in whole.tasks})
    figure = f"{len(whole.tasks)} tasks by {doers} agents, {len(problems)} problems"
    proof = f'"{question}": all finished, each after what it needs; a part that fails fails alone'
    return judged(not problems, figure, listed(problems) or proof)


async def timed(engine: Engine, clock: Clock, question: str) -> tuple[float, float]:
    """Return the middle overlap and time in seconds of a question, asked once before it counts."""
    asked = await one_by_one(engine, clock, [question] * (_ROUNDS + 1))
    if asked.failed:
        return 0.0, median(asked.took_s[1:])
    return median(overlap(one) for one in asked.answers[1:]), median(asked.took_s[1:])


def parallel(several: tuple[float, float], one: tuple[float, float], count: int) -> Shown:
    """Hold a plan by several agents against the same plan by one."""
    (found, took_s), (_, alone_s) = several, one
    figure = f"{found:.2f} at a time, {alone_s / took_s:.2f} x one agent"
    proof = (
        f"the mean of {_ROUNDS} times: {took_s * 1000:.0f} ms with {count} agents, "
        f"{alone_s * 1000:.0f} ms with one; time that tasks wait for each other counts as theirs"
    )
    return judged(found > _OVERLAP and alone_s / took_s >= _NO_SLOWER, figure, proof)
