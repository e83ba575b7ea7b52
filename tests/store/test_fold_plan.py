"""What is decided without a disk: which lines hold, what is merged, dropped and deleted."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from engine.store.errors import FoldFailed
from engine.store.folding.fold_client import fold
from engine.store.folding.lifetime import crowded_days, expired_days, past_grace
from engine.store.folding.manifest import Part
from engine.store.folding.piles import day_of
from engine.store.journals.lines import last_places, records
from engine.store.journals.records import sealed

from .stores import DAY_S, NOON_S


def part(day: int, fold: int = 1, size: int = 10) -> Part:
    """Return a part of so many days after noon."""
    wall_s = NOON_S + day * DAY_S
    name = day_of(wall_s)
    path = f"parts/g{fold:08d}-x/day={name}/facts.parquet"
    return Part(path, "facts", name, 1, size, 0, 5, wall_s, wall_s)


@given(st.lists(st.integers(0, 12)))
def test_the_last_place_of_each_number_is_known(numbers: list[int]) -> None:
    """Taking what stands last, or is not mentioned, keeps each number's last line and no other."""
    last = last_places(iter(numbers))
    kept = [place for place, one in enumerate(numbers) if last.get(one, place) == place]
    assert kept == sorted({one: place for place, one in enumerate(numbers)}.values())


@given(st.lists(st.integers(1, 9), max_size=20), st.integers(0, 19), st.binary(max_size=40))
def test_records_are_each_once_between_rubbish(
    tmp_path_factory: pytest.TempPathFactory, numbers: list[int], where: int, rubbish: bytes
) -> None:
    """The last line of each number is read, whatever else stands between the lines."""
    lines = [
        sealed(b'{"type":"Odd","session":"a","seq":%d,"wall_s":%d.5}' % (number, place))
        for place, number in enumerate(numbers)
    ]
    lines.insert(where, rubbish + b"\n")
    path = tmp_path_factory.mktemp("lines") / "a.jsonl"
    path.write_bytes(b"".join(lines))
    damaged = list[bytes]()
    found = list(records([path], lambda _, raw: damaged.append(raw)))
    wanted = {number: place + 0.5 for place, number in enumerate(numbers)}
    assert {one.head.seq: one.head.wall_s for one in found} == wanted
    assert len(found) == len(wanted)
    assert b"".join(damaged).replace(b"\n", b"") == rubbish.replace(b"\n", b"")


def test_a_day_is_merged_when_it_is_over() -> None:
    """More than eight folds of a day that is over, more than thirty-two of one that goes on."""
    nine = [part(0, fold) for fold in range(9)]
    assert crowded_days(nine, NOON_S + DAY_S) == ["2026-11-20"]
    assert crowded_days(nine[1:], NOON_S + DAY_S) == []
    assert crowded_days(nine, NOON_S) == []
    assert crowded_days([part(0, fold) for fold in range(33)], NOON_S) == ["2026-11-20"]


def test_days_leave_by_age_and_by_size() -> None:
    """The oldest first, no more than needed, and never the newest."""
    week = [part(day) for day in range(7)]
    now_s = NOON_S + 6 * DAY_S
    assert expired_days(week, now_s, 90, 10**9) == []
    assert expired_days(week, now_s, 5, 10**9) == ["2026-11-20"]
    assert expired_days(week, now_s, 90, 50) == ["2026-11-20", "2026-11-21"]
    assert expired_days(week, now_s, 0, 0) == [one.day for one in week[:-1]]
    assert expired_days([], now_s, 1, 1) == []


def test_a_clock_that_is_ahead_by_years_drops_nothing() -> None:
    """Age counts from the newest record, unless that is of the future itself."""
    week = [part(day) for day in range(7)]
    assert expired_days(week, NOON_S + 4000 * DAY_S, 90, 10**9) == []


def test_a_clock_that_was_behind_by_years_drops_nothing() -> None:
    """Records of 1970 that came into the store today are as young as today."""
    late = replace(part(-20_000), folded_s=NOON_S)
    old = part(-20_000, fold=2)
    assert expired_days([late, part(0)], NOON_S + DAY_S, 90, 10**9) == []
    assert expired_days([late, part(0)], NOON_S + 91 * DAY_S, 90, 10**9) == [late.day]
    assert expired_days([old, part(0)], NOON_S + DAY_S, 90, 10**9) == [old.day]


def test_the_grace_is_a_minute_by_the_clock_as_it_is_now() -> None:
    """What was superseded a minute ago goes; after a clock set back it waits."""
    since = {"old": NOON_S - 60, "new": NOON_S - 59, "future": NOON_S + DAY_S}
    assert past_grace(since, NOON_S) == ["old"]


@pytest.mark.anyio
async def test_a_fold_that_breaks_is_told(tmp_path: Path) -> None:
    """Whatever its process dies of, the client raises a sentence with the store's path."""
    (tmp_path / "fold.lock").mkdir()
    with pytest.raises(FoldFailed, match=r"can't be folded: Is a directory") as raised:
        await fold(tmp_path)
    assert str(tmp_path) in str(raised.value)
