"""What follows from measurements: states, the per cent, the report."""

import shlex
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bolt_tui.command_line import check, parser
from engine.checks.validation.criteria import asking
from engine.checks.validation.criteria.catalogue import BARS, PHASES, Phase, bars
from engine.checks.validation.criteria.shown import Shown, listed, worst
from engine.checks.validation.report import evidence, verdict
from engine.checks.validation.validate import _part, passed, ready_pct
from engine.evidence import Answer, TaskRecord, Understanding

from .validate_ground import criterion, ground, validated

STATES = st.sampled_from(["proven", "failed", "unproven"])


@given(st.lists(st.tuples(STATES, st.booleans()), min_size=1, max_size=40))
def test_ready_is_what_is_proven_of_what_is_required(found: list[tuple[str, bool]]) -> None:
    """Nothing but proven counts, what is not required never does, and all is 100 %."""
    criteria = [criterion(str(n), state, required=r) for n, (state, r) in enumerate(found)]
    required = [state for state, is_required in found if is_required]
    whole = bool(required) and all(state == "proven" for state in required)
    assert (ready_pct(criteria) == 100) == whole
    assert passed(validated(*criteria)) == (whole or not required)
    others = [criterion("more", "failed", required=False), *criteria]
    assert ready_pct(others) == ready_pct(criteria)


@pytest.mark.parametrize("phase", PHASES)
def test_a_phase_leaves_room_for_what_was_seen(phase: Phase) -> None:
    """Of 120 columns, thirty: the rest is the table's other columns with two blanks before each."""
    longest = [
        max(map(len, column))
        for column in zip(*((bar.text, "unproven", bar.bar) for bar in bars(phase)), strict=True)
    ]
    assert sum(longest) + 4 * 2 + 30 <= 120


def test_each_criterion_of_the_plan_is_there_once() -> None:
    """A name for each, a phase for each, and the phases make the whole."""
    assert len({bar.name for bar in BARS}) == len(BARS)
    assert sum(len(bars(phase)) for phase in PHASES) == len(bars("all")) == len(BARS)


def test_each_way_to_see_it_again_is_a_command_that_exists() -> None:
    """The command line takes every one of them as it stands."""
    for bar in BARS:
        for one in bar.again.split(";"):
            program, *words = shlex.split(one)
            if program == "bolt-tui":
                check(words)
                parser().parse_args(words)


@pytest.mark.anyio
async def test_a_measurement_that_crashes_fails_its_own_criteria(tmp_path: Path) -> None:
    """With the cause for a proof; what was measured before stays."""
    found = {"status": Shown("proven", "3 of 3", "so")}

    async def broken(_: object) -> dict[str, Shown]:
        raise OSError(5, "Input/output error")

    await _part(ground(tmp_path), "kernels", {"acceleration"}, broken, found)
    assert found["status"].state == "proven"
    assert found["acceleration"].state == "failed"
    assert "Input/output error" in found["acceleration"].proof


def test_the_report_names_what_is_lacking_first() -> None:
    """The verdict counts, and says what failed; an additional criterion is said to be one."""
    seen = validated(
        criterion("fast", "proven"),
        criterion("right", "failed"),
        criterion("known", "unproven"),
        criterion("nice", "failed", required=False),
    )
    said = evidence(seen)
    assert said.verdict.endswith(
        "1 of 3 criteria are proven, 1 failed, 1 unproven; right: seen; so"
    )
    assert [one.title for one in said.sections][:2] == ["Lacking", "Phase 1"]
    assert "nice (optional)" in str(said.sections[1])
    assert verdict(validated(criterion("a", "proven"))).endswith("are proven")
    unseen = replace(criterion("broken", "failed"), figure="unknown")
    assert verdict(validated(unseen)).endswith("1 failed; broken: so")


def test_sentences_are_told_once_and_a_few_of_them() -> None:
    """Twenty times the same is one; of many the first three, and how many there are besides."""
    assert listed(["gone"] * 20) == "gone"
    assert listed(list("abcde")) == "a; b; c; and 2 more"


def test_what_needs_all_is_as_bad_as_its_worst() -> None:
    """Unproven is worse than proven, failed worse than unproven, nothing is no proof."""
    shown = {state: Shown(state, "", "") for state in ("proven", "failed", "unproven")}
    assert worst([shown["proven"], shown["unproven"]]) == "unproven"
    assert worst([shown["unproven"], shown["failed"]]) == "failed"
    assert worst([]) == "unproven"


def answer(*tasks: tuple[str, str, float, float, tuple[str, ...]]) -> Answer:
    """Return an answer whose tasks have an agent, a begin, a length and needs."""
    return Answer(
        status="answered",
        level="full",
        query=Understanding("q", "q", "q"),
        verdict="so",
        tasks=tuple(
            TaskRecord(name, name, agent, "finished", needs, start_ms, took_ms, 1)
            for name, agent, start_ms, took_ms, needs in tasks
        ),
    )


def test_tasks_one_after_the_other_do_not_overlap() -> None:
    """Two at a time count double, a pause between them counts against them."""
    in_turn = answer(("a", "1", 5, 100, ()), ("b", "1", 105, 100, ()))
    at_once = answer(("a", "1", 5, 100, ()), ("b", "2", 5, 100, ()))
    with_a_pause = answer(("a", "1", 0, 100, ()), ("b", "2", 300, 100, ()))
    assert [asking.overlap(one) for one in (in_turn, at_once, with_a_pause)] == [1.0, 2.0, 0.5]
    assert asking.overlap(answer()) == 0.0


def test_a_task_that_begins_before_what_it_needs_is_a_problem() -> None:
    """So are one agent for all, and a task that did not finish."""
    good = answer(("a", "1", 0, 100, ()), ("b", "2", 0, 50, ()), ("c", "1", 100, 5, ("a", "b")))
    early = answer(("a", "1", 0, 100, ()), ("b", "2", 60, 50, ("a",)))
    alone = answer(("a", "1", 0, 100, ()), ("b", "1", 100, 50, ()))
    assert asking.agents(good) == []
    assert asking.agents(early) == ["b began before a, which it needs, had ended"]
    assert asking.agents(alone) == ["one agent did all of it"]


@pytest.mark.parametrize(
    ("several", "one", "state"),
    [
        ((2.0, 1.0), (1.0, 1.5), "proven"),
        ((1.1, 1.0), (1.0, 1.5), "failed"),  # they don't work at the same time
        ((3.0, 2.0), (1.0, 1.0), "failed"),  # they do, and are in each other's way
    ],
)
def test_parallel_work_overlaps_and_is_no_slower(
    several: tuple[float, float], one: tuple[float, float], state: str
) -> None:
    """Both are asked for: an overlap may be nothing but waiting for each other."""
    assert asking.parallel(several, one, 4).state == state
