"""The bars of the ladder on the simulated outages, with fixed seeds."""

from collections.abc import Callable, Iterator
from statistics import mean

import pytest

from engine.breaker.degradation import Ladder
from tests.breaker.outages import (
    Outage,
    Outcome,
    Seen,
    Way,
    by_circuit,
    by_rate,
    laddered,
    naive,
    outage,
    outcome,
)

SEEDS = range(40)


@pytest.fixture(scope="module")
def told() -> list[Outage]:
    return [outage(seed) for seed in SEEDS]


@pytest.fixture(scope="module")
def ladder(told: list[Outage]) -> list[Outcome]:
    return outcomes(told, lambda: laddered(Ladder()))


@pytest.fixture(scope="module")
def plain(told: list[Outage]) -> list[Outcome]:
    return outcomes(told, naive)


def outcomes(
    told: list[Outage],
    way: Callable[[], Way],
    seen: Callable[[Outage], Iterator[Seen]] = by_rate,
) -> list[Outcome]:
    return [outcome(one, seen(one), way()) for one in told]


def test_it_changes_the_level_a_dozen_times_where_a_naive_way_does_over_150(
    ladder: list[Outcome], plain: list[Outcome]
) -> None:
    """The mean of 40 outages of 20 minutes: at most 12 changes, the naive way more than 150."""
    assert mean(one.changes for one in plain) > 150
    assert mean(one.changes for one in ladder) <= 12


def test_it_falls_as_soon_as_the_rate_shows_the_outage(
    ladder: list[Outcome], plain: list[Outcome]
) -> None:
    """No outage is seen later than 13 s after it began, and never later than by the naive way."""
    assert max(one.detected_s for one in ladder) <= 13
    assert [one.detected_s for one in ladder] == [one.detected_s for one in plain]


def test_it_is_full_again_soon_after_true_recovery(ladder: list[Outcome]) -> None:
    """After every outage it is full for good within 145 s of recovery, in the mean within 90 s."""
    assert max(one.full_again_s for one in ladder) <= 145
    assert mean(one.full_again_s for one in ladder) <= 90


def test_with_this_programs_circuit_the_bars_hold_too(told: list[Outage]) -> None:
    """Canaries in place of a rate: no more changes, seen as soon, and full again in time."""
    ladder = outcomes(told, lambda: laddered(Ladder()), by_circuit)
    assert mean(one.changes for one in ladder) <= 12
    assert max(one.detected_s for one in ladder) <= 13
    assert max(one.full_again_s for one in ladder) <= 145
    assert mean(one.full_again_s for one in ladder) <= 90
