import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.agents.answer import Cut, compose
from engine.agents.executor import Outcome, Run
from engine.evidence import (
    Answer,
    ErrorKind,
    Evidence,
    Plan,
    PlannedTask,
    TaskError,
    TaskRecord,
    Text,
    Understanding,
    usage_error,
)

ONE = Understanding("text", "said", "system_status")
SEVERAL = Understanding("text", "said", "multi_part")

Given = tuple[str, Evidence | None, TaskError | None]


def gave(name: str, verdict: str, *, found: bool = True, weight: int = 0, **more: object) -> Given:
    return name, Evidence(verdict, found=found, weight=weight, **more), None  # type: ignore[arg-type]


def failed(name: str, cause: str, kind: ErrorKind = "failed", remedy: str = "") -> Given:
    return name, None, TaskError(kind, cause, remedy)


def answer(
    *given: Given,
    about: Understanding = ONE,
    cut: Cut | None = None,
    never_begun: tuple[str, ...] = (),
    assumptions: tuple[str, ...] = (),
) -> Answer:
    names = [*(name for name, _, _ in given), *never_begun]
    run = Run("q1", Plan(tuple(PlannedTask(n, n) for n in names), assumptions), 0.0)
    for name, evidence, error in given:
        status = "failed" if error else "finished"
        record = TaskRecord(name, name, "agent-1", status, (), 1.0, 2.0, 1, error)  # type: ignore[arg-type]
        run.outcomes[name] = Outcome(record, evidence)
    return compose(about, run, "limited", 12.5, cut)


def test_an_answer_leads_with_the_heaviest_verdict() -> None:
    """The weightiest tasks speak, in the plan's order; sections follow, theirs first."""
    given = answer(
        gave("a", "light", sections=(Text("t", "1"),)),
        gave("b", "heavy", weight=2, sections=(Text("t", "2"),)),
        gave("c", "as heavy", weight=2),
    )
    assert (given.status, given.verdict) == ("answered", "Heavy. As heavy.")
    assert given.sections == (Text("t", "2"), Text("t", "1"))
    assert (given.level, given.elapsed_ms, given.query) == ("limited", 12.5, ONE)


def test_who_found_something_speaks_before_who_did_not() -> None:
    """A heavier task that found nothing doesn't hide what another found."""
    given = answer(gave("a", "nothing here", found=False, weight=3), gave("b", "two lines"))
    assert (given.status, given.verdict) == ("answered", "Two lines.")


def test_each_part_of_a_question_has_its_say() -> None:
    """In a query of several parts every part's own verdict is told, whatever its weight."""
    given = answer(
        gave("1.code.importers", "3 files import it", weight=1),
        gave("2.machine.memory", "4 GiB used", weight=2),
        gave("2.machine.processes", "python is the largest"),
        about=SEVERAL,
    )
    assert given.verdict == "3 files import it. 4 GiB used."


def test_a_tool_name_with_a_dot_is_no_part() -> None:
    """Only a query of several parts is taken apart."""
    given = answer(gave("machine.a", "light"), gave("engine.b", "heavy", weight=1))
    assert given.verdict == "Heavy."


def test_nothing_found_is_an_answer() -> None:
    """Tools that worked and found nothing say so, which is no failure."""
    given = answer(gave("a", "no line matches", found=False))
    assert (given.status, given.verdict) == ("nothing_found", "No line matches.")


def test_without_evidence_the_causes_are_the_verdict() -> None:
    """A failure tells cause and remedy, each once, and not what was merely skipped."""
    given = answer(
        failed("a", "it broke", remedy="mend it"),
        failed("b", "it broke", remedy="mend it"),
        failed("c", "it needs a, which gave nothing", "skipped"),
    )
    assert (given.status, given.verdict) == ("failed", "It broke; mend it.")


def test_a_failure_beside_nothing_found_is_a_failure() -> None:
    """That one tool found nothing proves nothing while another could not look."""
    given = answer(gave("a", "no line", found=False), failed("b", "it broke"))
    assert (given.status, given.verdict) == ("failed", "It broke.")


def test_a_failure_beside_a_finding_degrades() -> None:
    """What was found is told first, what is missing after it."""
    given = answer(gave("a", "3 files"), failed("b", "it broke"), failed("c", "x", "skipped"))
    assert (given.status, given.verdict) == ("degraded", "3 files. Missing: It broke.")


def test_a_poorer_answer_says_in_what_way() -> None:
    """Evidence that lacks something degrades the answer, also without a failed task."""
    given = answer(gave("a", "3 files", lacks="the index is down"), failed("b", "it broke"))
    assert given.verdict == "3 files. Missing: The index is down. It broke."
    given = answer(gave("a", "3 files", lacks="the index is down"))
    assert (given.status, given.verdict) == ("degraded", "3 files. Missing: The index is down.")


def test_a_cause_is_told_once() -> None:
    """Tasks that lack the same say it in one sentence, with what each of them adds."""
    given = answer(
        gave("a", "3 files", lacks="graph is out; 9 s more; found by text"),
        failed("b", "graph is out; 9 s more", remedy="mend it"),
        failed("c", "graph is out; 9 s more", remedy="mend it"),
    )
    assert given.verdict == "3 files. Missing: Graph is out; 9 s more; found by text; mend it."


def test_what_a_failed_task_had_so_far_counts() -> None:
    """Partial evidence of a failed task is evidence, and its error is still told."""
    name, _, error = failed("a", "it broke")
    given = answer((name, Evidence("half of it"), error))
    assert (given.status, given.verdict) == ("degraded", "Half of it. Missing: It broke.")


@pytest.mark.parametrize(
    ("cut", "begin"), [("timed_out", "Out of time."), ("cancelled", "Cancelled.")]
)
def test_a_query_that_was_cut_short_says_what_it_had(cut: Cut, begin: str) -> None:
    """The verdict begins with the end, then tells what there was, then what failed."""
    assert answer(cut=cut, never_begun=("a",)).verdict == begin
    given = answer(gave("a", "4 samples"), failed("b", "it broke"), cut=cut, never_begun=("c",))
    assert (given.status, given.verdict) == (cut, f"{begin} 4 samples. Missing: It broke.")
    assert [(task.id, task.status) for task in given.tasks] == [
        ("a", "finished"),
        ("b", "failed"),
        ("c", "cancelled"),
    ]


def test_every_planned_task_is_on_record() -> None:
    """A task that never began is recorded as cancelled, without an agent and without times."""
    record = answer(gave("a", "x"), never_begun=("b",), cut="cancelled").tasks[1]
    assert (record.agent, record.started_ms, record.elapsed_ms, record.attempts) == (
        None,
        None,
        None,
        0,
    )


def test_assumptions_are_told_once_the_plans_first() -> None:
    """The plan's assumptions come before the tools', each once."""
    given = answer(
        gave("a", "x", assumptions=("rate 0 %", "act/365")),
        gave("b", "y", assumptions=("rate 0 %",)),
        assumptions=("nothing is edited",),
    )
    assert given.assumptions == ("nothing is edited", "rate 0 %", "act/365")


def test_what_was_not_searched_is_kept() -> None:
    """What the searches left out is in the answer."""
    given = answer(
        gave("a", "x", not_searched={"hidden": 3}), gave("b", "y", not_searched={"binary": 1})
    )
    assert given.not_searched == {"hidden": 3, "binary": 1}


def test_a_name_at_the_beginning_keeps_its_letters() -> None:
    """A sentence gets a capital and a full stop; one that begins with a name keeps its letter."""
    given = answer(
        gave("a", "src/x.py has 3 functions"),
        gave("b", "is it?"),
        gave("c", " spaced "),
        gave("d", ""),
    )
    assert given.verdict == "src/x.py has 3 functions. Is it? Spaced."


def test_a_usage_error_is_told_apart() -> None:
    """Only an answer that failed because of its question is the asker's error."""
    assert usage_error(answer(failed("a", "no such day", "usage")))
    assert not usage_error(answer(failed("a", "it broke")))
    assert not usage_error(answer(gave("a", "x"), failed("b", "no such day", "usage")))


VERDICTS = st.text(max_size=8)
ANY = st.one_of(
    st.builds(
        lambda v, f, w, lacks: ("gave", Evidence(v, found=f, weight=w, lacks=lacks)),
        VERDICTS,
        st.booleans(),
        st.integers(0, 3),
        st.none() | VERDICTS,
    ),
    st.builds(
        lambda kind, cause: ("failed", TaskError(kind, cause)),
        st.sampled_from(["usage", "unavailable", "failed", "timeout"]),
        st.text(min_size=1, max_size=8),
    ),
)


@given(st.lists(ANY, min_size=1, max_size=6), st.sampled_from([None, "timed_out", "cancelled"]))
def test_the_status_follows_from_the_outcomes(
    rows: list[tuple[str, Evidence | TaskError]], cut: Cut | None
) -> None:
    """Any mixture of evidence and errors has the one status that the rules give it."""
    given: list[Given] = [
        (f"t{n}", one, None) if isinstance(one, Evidence) else (f"t{n}", None, one)
        for n, (_, one) in enumerate(rows)
    ]
    evidence = [one for _, one, _ in given if one]
    errors = [one for _, _, one in given if one]
    status = answer(*given, cut=cut).status
    if cut:
        assert status == cut
    elif any(e.found for e in evidence):
        poorer = errors or any(e.lacks for e in evidence)
        assert status == ("degraded" if poorer else "answered")
    else:
        assert status == ("failed" if errors else "nothing_found")
