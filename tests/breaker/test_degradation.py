from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.breaker.degradation import standing
from engine.events import CircuitState

CAPABILITIES = (
    "search.index",
    "search.scan",
    "graph",
    "symbols",
    "kernels.gpu",
    "kernels.cpu",
    "store.write",
    "store.read",
    "probes.host",
    "probes.gpu",
    "market",
    "notify",
    "agents",
    "memory",
)
STATES: tuple[CircuitState, ...] = ("closed", "open", "half_open", "absent")
ORDER = ("existing_tools", "monitoring", "limited", "full")


def by_the_table(out: set[str]) -> str:
    """Return the level as the design's table has it."""
    if {"probes.host", "store.read"} <= out:
        return "existing_tools"
    if out & {"search.scan", "kernels.cpu", "store.write", "agents", "memory"}:
        return "monitoring"
    return "limited" if out & {"search.index", "graph", "symbols"} else "full"


def test_every_combination_of_failures_has_the_tables_level() -> None:
    """All 16384 sets of open circuits give the level of the table."""
    for count in range(len(CAPABILITIES) + 1):
        for out in combinations(CAPABILITIES, count):
            states: dict[str, CircuitState] = {
                name: "open" if name in out else "closed" for name in CAPABILITIES
            }
            assert standing(states).level == by_the_table(set(out)), out


def test_an_absent_capability_never_lowers_the_level() -> None:
    """Whatever is absent, in every combination with every other state, counts as not there."""
    some = ("search.scan", "symbols", "store.write", "store.read", "probes.host")
    for given_states in product(STATES, repeat=len(some)):
        states = dict(zip(some, given_states, strict=True))
        present = {name: state for name, state in states.items() if state != "absent"}
        assert standing(states) == standing(present)
    assert standing(dict.fromkeys(CAPABILITIES, "absent")).level == "full"


def test_a_half_open_circuit_is_still_out() -> None:
    """Only its canary's success brings a capability back."""
    for name in CAPABILITIES:
        half: dict[str, CircuitState] = {name: "half_open"}
        full: dict[str, CircuitState] = {name: "open"}
        assert standing(half) == standing(full)


@pytest.mark.parametrize("name", ["kernels.gpu", "probes.gpu", "market", "notify", "store.read"])
def test_what_is_not_needed_leaves_the_level_and_is_named(name: str) -> None:
    """A capability that only some queries use keeps the level full, and the reason names it."""
    now = standing({name: "open", "symbols": "closed"})
    assert (now.level, now.lift) == ("full", "")
    assert name in now.why


def test_a_lower_level_says_why_and_what_lifts_it() -> None:
    """The capabilities that decide the level are named, the others are not."""
    now = standing({"search.scan": "open", "graph": "open", "kernels.cpu": "half_open"})
    assert (now.level, now.why) == ("monitoring", "kernels.cpu and search.scan failed")
    assert now.lift == "kernels.cpu and search.scan answering its canary"


def test_with_nothing_out_everything_works() -> None:
    """The full level says so."""
    assert standing({"symbols": "closed"}).why == "everything present works"
    assert standing({}).level == "full"


@given(
    st.dictionaries(st.sampled_from(CAPABILITIES), st.sampled_from(STATES)),
    st.sampled_from(CAPABILITIES),
)
def test_one_more_failure_never_raises_the_level(
    states: dict[str, CircuitState], name: str
) -> None:
    """The level falls or stays with each capability that goes."""
    worse: dict[str, CircuitState] = {**states, name: "open"}
    assert ORDER.index(standing(worse).level) <= ORDER.index(standing(states).level)
