"""What a face is told of the ladder."""

import pytest

from engine.breaker.degradation import LEVELS, Ladder
from engine.breaker.rungs import rungs, sentence, span
from engine.events import CircuitState
from engine.evidence import Level

ALL: dict[str, CircuitState] = {
    "graph": "closed",
    "symbols": "closed",
    "search.scan": "closed",
    "store.write": "closed",
    "store.read": "closed",
    "probes.host": "closed",
    "memory": "absent",
}


def ladder(cap: Level = "full", **out: CircuitState) -> Ladder:
    """Return a ladder to which everything worked at 0 s and these failed at 10 s."""
    made = Ladder(cap)
    made.take(ALL, 0)
    made.take({**ALL, **{name.replace("_", "."): state for name, state in out.items()}}, 10)
    return made


def told(of: Ladder, now_s: float, **tries: float) -> dict[str, tuple[bool, str, float | None]]:
    named = {name.replace("_", "."): wait for name, wait in tries.items()}
    return {one.level: (one.holds, one.why, one.next_try_s) for one in rungs(of, now_s, named)}


def test_with_nothing_out_every_level_holds() -> None:
    """All four are told, the highest first, the present one marked, each with its present needs."""
    seen = rungs(ladder(), 5, {})
    assert [one.level for one in seen] == list(reversed(LEVELS))
    assert [one.here for one in seen] == [True, False, False, False]
    assert all(one.holds and not one.lift for one in seen)
    assert seen[0].needs == ("graph", "symbols")
    assert seen[1].needs == ("search.scan", "store.write")
    assert sentence(ladder(), 40, {}) == "full for 40 s: everything present works"


def test_a_level_that_fails_names_what_failed_and_its_next_try() -> None:
    """The soonest try of what failed is told; a level above says which one comes first."""
    now = ladder(search_scan="open", store_write="open")
    seen = told(now, 20, search_scan=30.0, store_write=12.0)
    assert seen["limited"] == (False, "search.scan and store.write failed", 12.0)
    assert seen["full"] == (True, "limited comes first", None)
    assert seen["monitoring"] == (True, "what it needs works", None)
    assert sentence(now, 20, {"search.scan": 30.0, "store.write": 12.0}) == (
        "monitoring for 10 s: search.scan and store.write failed; what would lift it: "
        "search.scan and store.write answering its canary, next in 12 s"
    )


def test_a_level_that_waits_says_for_what_and_how_long() -> None:
    """When the graph works again the wait is the dwell's rest."""
    now = ladder(graph="open")
    now.take(ALL, 20)
    assert told(now, 24)["full"] == (True, "graph was out and works again", 6.0)
    assert sentence(now, 29.5, {}).endswith("graph working on for 10 s, next now")


def test_an_unknown_wait_is_not_shown() -> None:
    """What is tried by nobody has no time: forced open, or tried right now."""
    now = ladder(graph="half_open")
    assert told(now, 20)["full"] == (False, "graph failed", None)
    assert sentence(now, 20, {}).endswith("graph answering its canary")


def test_a_cap_and_a_pin_are_the_reason_above_them() -> None:
    """Levels that the phase or the operator keep from being reached say so."""
    capped = told(ladder("limited"), 20)
    assert capped["full"] == (True, "phase in [rollout] allows no more than limited", None)
    pinned = ladder()
    pinned.pin("monitoring", "trying it", 20, for_s=60)
    seen = told(pinned, 30)
    assert seen["full"][1].startswith("pinned (trying it)")
    assert (seen["limited"][2], seen["full"][2]) == (50.0, 50.0)


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(-1, "0 s"), (0.4, "0 s"), (119, "119 s"), (120, "2 min"), (7199, "120 min"), (7200, "2 h")],
)
def test_spans(seconds: float, shown: str) -> None:
    """One whole unit is enough for how long a level stands."""
    assert span(seconds) == shown
