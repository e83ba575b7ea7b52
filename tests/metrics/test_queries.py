import random
import statistics
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from engine.events import Event
from engine.evidence import Status
from engine.metrics import Metrics, MetricValue, Reading

from .events import end, refused

WINDOW_S = 100.0
Taken = tuple[float, str, str, Status, float]  # time, session, query, status, elapsed ms
_STATUSES: tuple[Status, ...] = ("answered", "degraded", "failed", "timed_out", "cancelled")
NAMES = (
    "queries_ended",
    "query_success_ratio",
    "response_mean_seconds",
    "response_p50_seconds",
    "response_p95_seconds",
    "response_p99_seconds",
    "errors_last_hour",
)

taken = st.tuples(
    st.floats(0, 300).map(lambda s: round(s, 1)),
    st.sampled_from("abc"),
    st.integers(0, 400).map(str),
    st.sampled_from(_STATUSES),
    st.floats(0, 1e5),
)
# A query ends once, whenever and by whomever it is told.
many = st.lists(taken, unique_by=lambda one: one[1:3], max_size=60)


def fed(ends: Sequence[Taken], most: int = 10_000) -> Metrics:
    metrics = Metrics(WINDOW_S, most)
    for one in ends:
        metrics.take(event(one), one[0])
    return metrics


def event(one: Taken) -> Event:
    _, session, query, status, elapsed_ms = one
    return end(session, query, status, elapsed_ms)


def values(metrics: Metrics, now_s: float) -> list[MetricValue]:
    found = metrics.readings(now_s)
    return [found[name].value for name in NAMES]


def naive(ends: Sequence[Taken], now_s: float) -> list[MetricValue]:
    """Everything again from the whole list, by the definitions."""
    inside = [one for one in ends if one[0] >= now_s - WINDOW_S]
    good = sum(one[3] in ("answered", "degraded") for one in inside)
    bad = sum(one[3] in ("failed", "timed_out") for one in inside)
    times = sorted(one[4] / 1000 for one in inside if one[3] != "cancelled")
    if not times:
        return [len(inside), None, None, None, None, None, 0]
    ranks = [next(x for x in times if sum(y <= x for y in times) * 100 >= p * len(times))
             for p in (50, 95, 99)]  # fmt: skip
    return [len(inside), good / (good + bad), statistics.fmean(times), *ranks, bad]


def near(one: MetricValue, other: MetricValue) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) <= 1e-9 * max(1.0, abs(other))
    return one == other


@given(many, st.floats(0, 300), st.randoms(use_true_random=False))
def test_the_fold_is_what_the_list_of_ends_says(
    ends: list[Taken], later_s: float, rng: random.Random
) -> None:
    """Counts, ratio, mean and ranks equal a recomputation, in any order and with repetitions."""
    now_s = max((one[0] for one in ends), default=0.0) + later_s
    told = [*ends, *rng.sample(ends, len(ends) // 3)]
    rng.shuffle(told)
    found, expected = values(fed(told), now_s), naive(ends, now_s)
    assert all(map(near, found, expected)), (found, expected)


@given(many, st.integers(1, 20), st.randoms(use_true_random=False))
def test_no_more_than_a_number_of_ends_is_kept(
    ends: list[Taken], most: int, rng: random.Random
) -> None:
    """The newest are kept, whatever the order they came in, and the source says so."""
    now_s = max((one[0] for one in ends), default=0.0)
    told = ends.copy()
    rng.shuffle(told)
    metrics = fed(told, most)
    kept = sorted(ends)[-most:]
    found, expected = values(metrics, now_s), naive(kept, now_s)
    assert all(map(near, found, expected)), (found, expected)
    cut = len([one for one in ends if one[0] >= now_s - WINDOW_S]) > most
    source = metrics.readings(now_s)["queries_ended"].source
    assert source.endswith(f", only the last {most}") == cut


@given(many, many)
def test_a_copy_goes_its_own_way(before: list[Taken], after: list[Taken]) -> None:
    """What is taken after the copy is in one of the two, and either is as if it were alone."""
    metrics = fed(before)
    other = metrics.copy()
    for one in after:
        metrics.take(event(one), one[0])
    now_s = 300.0
    assert other.readings(now_s) == fed(before).readings(now_s)
    assert metrics.readings(now_s) == fed([*before, *after]).readings(now_s)
    for one in after:
        other.take(event(one), one[0])
    assert other.readings(now_s) == metrics.readings(now_s)


def test_memory_is_bounded() -> None:
    """A hundred thousand ends leave what is kept of a few, and no name of the others."""
    metrics = Metrics(WINDOW_S, most=50)
    for number in range(100_000):
        metrics.take(end("s", f"q{number}"), number / 1000)
    window = metrics._queries
    assert len(window._ends) == len(window._known) == 50


def test_without_any_query_the_ratios_are_unknown_and_the_counts_are_zero() -> None:
    """Nothing that failed is 0 failures; a share of nothing is no number."""
    found = Metrics().readings(0.0)
    source = "queries of all sessions, last 1 h"
    why = "no query was answered or failed in the last hour"
    assert found["queries_ended"] == Reading(0, "", source, "", 0)
    assert found["errors_last_hour"] == Reading(0, "", source, "", 0)
    assert found["query_success_ratio"] == Reading(None, "ratio", source, why, 0)
    assert found["response_p95_seconds"] == Reading(None, "seconds", source, why, 0)


def test_a_cancelled_query_is_neither_success_nor_failure() -> None:
    """It counts as ended, and in nothing else."""
    found = fed([(1.0, "a", "1", "cancelled", 9e9), (2.0, "a", "2", "failed", 2000.0)]).readings(
        3.0
    )
    assert found["queries_ended"].value == 2
    assert found["query_success_ratio"] == Reading(
        0.0, "ratio", "queries of all sessions, last 100 s", "", 1
    )
    assert found["response_mean_seconds"].value == 2.0
    assert found["errors_last_hour"].value == 1


def test_a_refused_question_is_neither_success_nor_failure() -> None:
    """What was put wrongly says nothing of how well queries are served."""
    metrics = Metrics(WINDOW_S)
    metrics.take(refused("a", "1"), 1.0)
    metrics.take(end("a", "2"), 1.0)
    found = metrics.readings(2.0)
    assert found["queries_ended"].value == 2
    assert found["query_success_ratio"].value == 1.0
    assert found["errors_last_hour"].value == 0


def test_an_end_that_is_told_again_later_is_the_same_end() -> None:
    """It leaves the window by the time at which it was told first."""
    metrics = Metrics(WINDOW_S)
    metrics.take(end("a", "1"), 0.0)
    metrics.take(end("a", "1"), 5.0)
    assert metrics.readings(100.0)["queries_ended"].value == 1
    assert metrics.readings(100.1)["queries_ended"].value == 0


def test_a_watch_counts_in_no_response_time() -> None:
    """How long it takes was asked for; that it succeeded counts as of any other."""
    metrics = Metrics(WINDOW_S)
    metrics.take(end("a", "1", elapsed_ms=160_000.0, intent="monitor"), 1.0)
    found = metrics.readings(2.0)
    assert (found["query_success_ratio"].value, found["query_success_ratio"].events) == (1.0, 1)
    assert found["response_mean_seconds"] == Reading(
        None,
        "seconds",
        "queries of all sessions, last 100 s",
        "no query whose time counts was answered or failed in the last 100 s",
        0,
    )
    metrics.take(end("a", "2", elapsed_ms=500.0), 1.5)
    found = metrics.readings(2.0)
    assert (found["response_p99_seconds"].value, found["response_p99_seconds"].events) == (0.5, 1)
    assert found["queries_ended"].value == 2
