"""Text searches held against ripgrep itself, run beside them on the same files."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from engine.checks.validation.criteria.sample import Sample
from engine.checks.validation.criteria.shown import Shown, judged, listed, unproven
from engine.clock import Clock
from engine.evidence import Answer, Findings, clean
from engine.process import run
from engine.runtime import Engine

Line = tuple[str, int]
_TIMES: Final = 5
_NEAR: Final = 1.0
_RAW: Final = ("--no-config", "--color=never", "--no-heading", "--with-filename", "--line-number",
               "--null", "--sort=none")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Compared:
    """One search both ways; times in ms, each the middle one of five."""

    asked: str
    lines: int
    problem: str
    engine_ms: float
    ripgrep_ms: float


def searches(sample: Sample) -> list[tuple[str, ...]]:
    """Return the searches as options and pattern."""
    return [
        (sample.rare,),
        (f"nowhere{sample.rare}nowhere",),
        ("-w", sample.middling),
        ("-i", sample.middling.swapcase()),
        ("-e", rf"{sample.rare}\b|{sample.middling}\w+"),
        ("-w", sample.common),
    ]


async def compare(engine: Engine, rg: str, clock: Clock, sample: Sample) -> list[Compared]:
    """Search both ways, one after the other."""
    return [await _compare(engine, rg, clock, sample, words) for words in searches(sample)]


async def _compare(
    engine: Engine, rg: str, clock: Clock, sample: Sample, words: tuple[str, ...]
) -> Compared:
    *options, pattern = words
    raw_options = [one for one in options if one != "-e"]
    if "-e" not in options:
        raw_options.append("-F")
    argv = [rg, *_RAW, *raw_options, "-e", pattern, "--", "."]
    query = f":search {' '.join(options)} '{pattern}'"
    answers, ours, theirs = list[Answer](), list[float](), list[float]()
    for _ in range(_TIMES):
        began_s = clock.monotonic_s()
        raw = await run(argv, cwd=sample.root, timeout_s=60.0)
        theirs.append((clock.monotonic_s() - began_s) * 1000)
        began_s = clock.monotonic_s()
        answers.append(await engine.ask(query))
        ours.append((clock.monotonic_s() - began_s) * 1000)
    expected, found = _raw(raw.stdout), _found(answers[-1])
    differing = {line for line in expected ^ found if not sample.changed(line[0])}
    problem = difference(answers[-1], expected & differing, found & differing)
    return Compared(query, len(expected), problem, median(ours), median(theirs))


def _raw(out: bytes) -> set[Line]:
    lines = set[Line]()
    for row in out.split(b"\n"):
        name, zero, rest = row.partition(b"\0")
        number = rest.partition(b":")[0]
        if zero and number.isdigit():
            lines.add((clean(name.removeprefix(b"./").decode(errors="replace")), int(number)))
    return lines


def _found(answer: Answer) -> set[Line]:
    """Return the lines of the first list: what follows it is of files that are left out."""
    for section in answer.sections:
        if isinstance(section, Findings):
            return {(item.path, item.line or 0) for item in section.items}
    return set()


def difference(answer: Answer, expected: set[Line], found: set[Line]) -> str:
    """Return how the lines of an answer differ from those expected, else nothing."""
    if answer.status not in ("answered", "nothing_found"):
        return f"{answer.query.text} was {answer.status}: {answer.verdict}"
    if not expected and answer.status == "nothing_found":
        return ""  # what it shows then is of files that both leave out
    missed, extra = sorted(expected - found), sorted(found - expected)
    said = [f"it misses {name}:{number}" for name, number in missed]
    said += [f"only it has {name}:{number}" for name, number in extra]
    return f"{answer.query.text}: {listed(said)}" if said else ""


def exactness(compared: Sequence[Compared], text_index: str) -> Shown:
    """Return whether all lines are the same."""
    problems = [one.problem for one in compared if one.problem]
    lines = sum(one.lines for one in compared)
    figure = f"{len(compared) - len(problems)} of {len(compared)} searches, {lines:,} lines"
    return judged(not problems, figure, listed(problems) or f"compared line by line; {text_index}")


def speed(compared: Sequence[Compared], text_index: str) -> Shown:
    """Return whether an answer takes no longer than ripgrep's process does."""
    # Where nothing is found the engine looks further, where ripgrep doesn't.
    same = [one for one in compared if one.lines]
    if not same:
        return unproven("no search found a line")
    ratios = [one.engine_ms / one.ripgrep_ms for one in same]
    ours = median(one.engine_ms for one in same)
    theirs = median(one.ripgrep_ms for one in same)
    figure = f"{ours:.1f} ms, ripgrep {theirs:.1f} ms"
    slow = [
        f"{one.asked} {one.engine_ms:.1f} ms, ripgrep {one.ripgrep_ms:.1f} ms"
        for one in same
        if one.engine_ms > one.ripgrep_ms
    ]
    proof = f"the middle of {len(same)} searches, each the middle of {_TIMES}; {text_index}"
    return judged(
        median(ratios) <= _NEAR, figure, f"{proof}; slower: {listed(slow)}" if slow else proof
    )
