import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.agents.schedule import PlanError, Schedule
from engine.evidence import Plan, PlannedTask


def task(name: str, *needs: str, priority: int = 0) -> PlannedTask:
    return PlannedTask(name, "tool", {}, needs, None, priority)


def drain(schedule: Schedule) -> list[str]:
    names = []
    while one := schedule.pop():
        names.append(one.id)
    return names


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """A plan without cycles, in any order, with priorities and needs that may be named twice."""
    count = draw(st.integers(0, 9))
    tasks = []
    for number in range(count):
        needs = draw(st.lists(st.integers(0, max(0, number - 1)), max_size=3)) if number else []
        names = tuple(f"t{need}" for need in needs)
        tasks.append(task(f"t{number}", *names, priority=draw(st.integers(-2, 2))))
    return Plan(tuple(draw(st.permutations(tasks))))


@given(plans(), st.data())
def test_every_task_runs_once_and_never_before_its_needs(plan: Plan, data: st.DataObject) -> None:
    """However the running tasks end, each is handed out once, after all that it needs."""
    schedule, begun, ended = Schedule(plan), list[str](), set[str]()
    running: list[PlannedTask] = []
    while len(schedule) or running:
        if len(schedule) and (not running or data.draw(st.booleans())):
            one = schedule.pop()
            assert one is not None
            assert set(one.needs) <= ended
            begun.append(one.id)
            running.append(one)
        else:
            one = running.pop(data.draw(st.integers(0, len(running) - 1)))
            ended.add(one.id)
            assert schedule.finish(one.id, succeeded=True) == []
    assert sorted(begun) == sorted(one.id for one in plan.tasks)


@given(plans(), st.data())
def test_of_the_ready_tasks_the_highest_priority_goes_first(
    plan: Plan, data: st.DataObject
) -> None:
    """Among the ready ones the priority decides, and at the same priority the plan's order."""
    schedule, place = Schedule(plan), {one.id: n for n, one in enumerate(plan.tasks)}
    ended: set[str] = set()
    left = {one.id: one for one in plan.tasks}
    while one := schedule.pop():
        ready = [other for other in left.values() if set(other.needs) <= ended]
        assert one == min(ready, key=lambda other: (-other.priority, place[other.id]))
        del left[one.id]
        ended.add(one.id)
        schedule.finish(one.id, succeeded=True)


@given(plans(), st.data())
def test_a_failure_loses_its_dependents_and_no_others(plan: Plan, data: st.DataObject) -> None:
    """What depends on a failure, near or far, is lost once and never runs; all else runs once."""
    needs = {one.id: set(one.needs) for one in plan.tasks}
    failing = data.draw(st.sets(st.sampled_from(sorted(needs)))) if needs else set()
    schedule, ran, lost = Schedule(plan), list[str](), list[str]()
    while one := schedule.pop():
        ran.append(one.id)
        for gone in schedule.finish(one.id, succeeded=one.id not in failing):
            assert any(need in failing or need in lost for need in gone.needs)
            lost.append(gone.id)
    expected = set[str]()
    while more := {
        name for name in needs if name not in expected and needs[name] & (expected | failing)
    }:
        expected |= more
    assert sorted(lost) == sorted(expected)
    assert sorted(ran) == sorted(needs.keys() - expected)


@given(st.lists(st.booleans(), min_size=1, max_size=6))
def test_a_tolerant_task_runs_if_any_of_its_needs_succeeded(results: list[bool]) -> None:
    """It waits for all of them, then runs unless every one of them failed."""
    names = [f"t{n}" for n in range(len(results))]
    plan = Plan((*map(task, names), task("sum", *names), task("after", "sum")))
    schedule = Schedule(plan, tolerant=frozenset({"sum"}))
    assert drain(schedule) == names
    lost: list[str] = []
    for place, (name, ok) in enumerate(zip(names, results, strict=True)):
        assert len(schedule) == 0, f"before {place}"
        lost += [one.id for one in schedule.finish(name, succeeded=ok)]
    if any(results):
        assert (drain(schedule), lost) == (["sum"], [])
    else:
        assert (drain(schedule), lost) == ([], ["sum", "after"])


def test_a_task_that_is_not_tolerant_needs_all() -> None:
    """One failure among several needs is enough, once all have ended."""
    schedule = Schedule(Plan((task("a"), task("b"), task("c", "a", "b"))))
    drain(schedule)
    assert schedule.finish("a", succeeded=False) == []
    assert [one.id for one in schedule.finish("b", succeeded=True)] == ["c"]


def test_one_end_may_set_many_free() -> None:
    """One, then six, then one: all six are ready at once, the last only after them."""
    sides = [f"side{n}" for n in range(6)]
    plan = Plan((task("first"), *(task(s, "first") for s in sides), task("last", *sides)))
    schedule = Schedule(plan)
    assert drain(schedule) == ["first"]
    schedule.finish("first", succeeded=True)
    assert len(schedule) == 6
    assert drain(schedule) == sides
    for side in sides:
        assert len(schedule) == 0
        schedule.finish(side, succeeded=True)
    assert drain(schedule) == ["last"]


def test_a_very_long_chain_is_lost_without_an_error() -> None:
    """Thousands of tasks in a row are no matter."""
    chain = [task("t0"), *(task(f"t{n}", f"t{n - 1}") for n in range(1, 5000))]
    schedule = Schedule(Plan(tuple(chain)))
    schedule.pop()
    assert len(schedule.finish("t0", succeeded=False)) == 4999


@pytest.mark.parametrize(
    ("tasks", "said"),
    [
        ((task("a"), task("a")), "two tasks of the plan have the same id"),
        ((task("a", "b"),), "task a needs b, which the plan doesn't have"),
        ((task("a", "a"),), "the tasks a wait for each other"),
        ((task("a", "c"), task("b", "a"), task("c", "b"), task("d")), "the tasks a, b, c wait"),
    ],
)
def test_a_plan_without_an_order_is_refused(tasks: tuple[PlannedTask, ...], said: str) -> None:
    """An id twice, a need that isn't there and a cycle are told apart."""
    with pytest.raises(PlanError, match=f"^{said}"):
        Schedule(Plan(tasks))


def test_an_empty_plan_has_nothing_to_do() -> None:
    """A plan without tasks is no error."""
    schedule = Schedule(Plan(()))
    assert (len(schedule), schedule.pop()) == (0, None)
