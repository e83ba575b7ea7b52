"""What leaks is told from what only wavers, by synthetic series with a known slope."""

import random
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from engine.checks.soak.gates import DAY_S, GATES, Mark, gates, settled, slope

HOUR_S = 3600.0
MIB = 1 << 20
CALM = Mark(0.0, 100 * MIB, 15, 17, 25, 2, 4, 20 * MIB)


@dataclass(frozen=True)
class Leak:
    """What a session leaves behind each hour of its own time."""

    field: str
    per_hour: float


def series(hours: int, seed: int, leak: Leak | None = None) -> list[Mark]:
    """Return marks of each quarter of an hour: warm after a tenth, then wavering, with a leak."""
    chance, marks = random.Random(seed), []
    for number in range(1, hours * 4 + 1):
        warm = min(1.0, number / (hours * 0.4))
        mark = replace(
            CALM,
            at_s=number * HOUR_S / 4,
            rss_bytes=round(60 * MIB * warm + 40 * MIB + chance.gauss(0, 2 * MIB)),
            threads=CALM.threads + chance.choice((0, 0, 1, 3)),
            descriptors=CALM.descriptors + chance.choice((0, 0, 0, 6)),
            tasks=CALM.tasks + chance.choice((0, 0, 1, 2)),
            children=CALM.children + chance.choice((0, 0, 0, 1)),
        )
        if leak is not None:
            left = round(leak.per_hour * number / 4)
            mark = replace(mark, **{leak.field: getattr(mark, leak.field) + left})
        marks.append(mark)
    return marks


def verdicts(marks: list[Mark]) -> dict[str, str]:
    return {gate.name: gate.verdict for gate in gates(marks)}


@pytest.mark.parametrize("seed", range(5))
def test_what_only_wavers_is_flat(seed: int) -> None:
    """Caches that fill at the beginning and readings that jump are no leak."""
    assert set(verdicts(series(48, seed)).values()) == {"flat"}


@pytest.mark.parametrize(
    "leak",
    [
        Leak("rss_bytes", 0.6 * MIB),  # some 170 bytes a second
        Leak("threads", 0.25),
        Leak("descriptors", 0.25),
        Leak("tasks", 0.25),
        Leak("children", 0.25),
    ],
    ids=lambda leak: leak.field,
)
def test_each_gate_finds_its_own_leak_and_no_other(leak: Leak) -> None:
    """Bytes with each tick, a file, task, thread or child now and then: that gate tells."""
    found = verdicts(series(48, 1, leak))
    assert {name for name, verdict in found.items() if verdict != "flat"} == {leak.field}
    assert found[leak.field] == "grows"


def test_too_little_is_unjudged_and_not_flat() -> None:
    """Nine marks prove nothing; the reason names the number."""
    found = gates(series(48, 2)[-9:])
    assert {gate.verdict for gate in found} == {"unjudged"}
    assert all("9 marks" in gate.why for gate in found)


def test_an_hour_s_noise_is_unclear() -> None:
    """Where the interval reaches beyond the bound, nothing is claimed of either kind."""
    chance = random.Random(3)
    marks = [
        replace(CALM, at_s=HOUR_S + n * 60.0, rss_bytes=100 * MIB + chance.randrange(4 * MIB))
        for n in range(60)
    ]
    assert verdicts(marks)["rss_bytes"] == "unclear"


def test_a_steep_slope_of_next_to_nothing_is_unclear_and_a_leak_of_an_hour_is_not() -> None:
    """Two thirds of a MiB in an hour is 16 a day, and no leak yet; 100 MiB in an hour is one."""
    marks = [replace(CALM, at_s=HOUR_S + n * 60.0) for n in range(60)]
    crept = [replace(m, rss_bytes=m.rss_bytes + n * MIB // 90) for n, m in enumerate(marks)]
    leapt = [replace(m, rss_bytes=m.rss_bytes + n * 2 * MIB) for n, m in enumerate(marks)]
    assert verdicts(crept)["rss_bytes"] == "unclear"
    assert verdicts(leapt)["rss_bytes"] == "grows"


def test_the_warm_up_is_a_fifth_of_the_time_and_an_hour_at_least() -> None:
    """What grew only then does not count."""
    marks = series(10, 4)
    assert settled(marks)[0].at_s == 2 * HOUR_S
    assert settled(series(2, 4))[0].at_s == HOUR_S
    assert settled([]) == []


def test_a_third_of_wild_readings_moves_nothing() -> None:
    """The median of all pairs' slopes; a mean or least squares would follow them."""
    at_s = [n * HOUR_S for n in range(60)]
    values = [5.0 if n % 3 else 5.0 + 1000 * n for n in range(60)]
    found = slope(at_s, values)
    assert found is not None
    assert abs(found.per_day) < 1e-9


def test_sen_s_interval_of_an_example_by_hand() -> None:
    """Ten points on a line of 2 a day with one wild: 45 slopes, the interval from the 12th on.

    Kendall's variance of ten is 10 · 9 · 25 / 18 = 125; 1.96 · √125 = 21.9; (45 − 21.9) / 2 = 11.5
    and (45 + 21.9) / 2 = 33.5, so the bounds are the 11th or 12th and the 34th smallest slope.
    """
    values = [2.0 * n for n in range(10)]
    values[9] = 40.0
    found = slope([n * DAY_S for n in range(10)], values)
    assert found is not None
    assert (found.per_day, found.low) == (2.0, 2.0)
    assert found.high == 2.0  # 36 of the 45 are of the nine on the line


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=30),
    st.floats(-1e3, 1e3),
    st.floats(-1e6, 1e6),
)
def test_a_line_added_is_added_to_the_slope(
    values: list[float], per_day: float, offset: float
) -> None:
    """Theil and Sen's estimate is equivariant: a line on top of any series shifts it by its own."""
    at_s = [n * HOUR_S for n in range(len(values))]
    plain = slope(at_s, values)
    line = [value + offset + per_day * t / DAY_S for value, t in zip(values, at_s, strict=True)]
    added = slope(at_s, line)
    assert plain is not None
    assert added is not None
    assert added.per_day == pytest.approx(plain.per_day + per_day, rel=1e-6, abs=1e-2)
    assert added.low <= added.per_day <= added.high


def test_moments_that_are_the_same_have_no_slope() -> None:
    """None, never 0."""
    assert slope([1.0, 1.0], [1.0, 9.0]) is None
    assert slope([], []) is None


def test_every_gate_names_a_field_and_a_bound() -> None:
    """A gate on something that no mark has would be none."""
    assert all(hasattr(CALM, name) and bound > 0 for name, _, _, bound, _ in GATES)
    assert [gate.name for gate in gates(series(48, 5))] == [name for name, *_ in GATES]
