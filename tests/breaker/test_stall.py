from engine.breaker.stall import Stall, Work


def test_all_agents_have_to_be_stuck() -> None:
    """One that got on, or a free one, and the agents are well."""
    stall = Stall(2)
    old, young = Work("code.dead", 0.0, 60.0), Work("graph.cycles", 50.0, 60.0)
    assert stall.take([old], None, 100.0) == ""
    assert stall.take([old, young], None, 100.0) == ""
    assert stall.take([old, young], None, 141.0) == (
        "all 2 agents are stuck: no progress for 91 s in code.dead, graph.cycles"
    )


def test_progress_is_what_counts() -> None:
    """Half as long again as the task's time without a sign, not since it began."""
    stall, work = Stall(1), Work("code.dead", 0.0, 10.0)
    assert stall.take([work], None, 15.0) == ""
    assert stall.take([work], None, 15.1) == (
        "the only agent is stuck: no progress for 15 s in code.dead"
    )
    work.moved_s = 15.0
    assert stall.take([work], None, 30.0) == ""


def test_what_may_take_for_ever_is_never_stuck() -> None:
    """Watching the machine has no time of its own."""
    assert Stall(1).take([Work("machine.monitor", 0.0, None)], None, 1e6) == ""


def test_a_late_loop_counts_after_ten_seconds_on_end() -> None:
    """A single reading in time, or none, and it has to be late for ten seconds again."""
    stall = Stall(4)
    said = [
        stall.take([], lag_ms, now)
        for now, lag_ms in [(0, 300.0), (9, 400.0), (10, 250.0), (11, 300.0), (20, 300.0)]
    ]
    assert said == [""] * 5
    assert stall.take([], 512.0, 21.0) == (
        "the event loop has been more than 250 ms late for 10 s, 512 ms at last"
    )
    assert stall.take([], None, 22.0) == ""
