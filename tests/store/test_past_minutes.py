"""Trends of a span against a computation in plain Python, from samples and from kept minutes."""

import statistics
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable
from pathlib import Path

import pytest
from msgspec.structs import replace

from engine.events import EngineSample, Event, GpuDevice, GpuSample, HostSample
from engine.store.folding.fold_outcome import Limits
from engine.store.folding.manifest import publish, read
from engine.store.leases.pool import Pool
from engine.store.past import minutes
from engine.store.past.past import Past
from engine.store.past.snapshot import View
from engine.store.past.trend import Recorded, Stretch, read_recorded, read_trends

from .stores import DAY_S, NOON_S, folded, samples, write

pytestmark = pytest.mark.anyio

NAMES = ("cpu", "memory", "temperature", "gpu", "engine.cpu_pct", "loop_lag_p99_ms")
STEPS = 6
VALUES: dict[str, Callable[[Event], float | None]] = {
    "cpu": lambda one: statistics.fmean(one.cpu_pct) if isinstance(one, HostSample) else None,
    "memory": lambda one: _memory(one) if isinstance(one, HostSample) else None,
    "temperature": lambda one: _hottest(one) if isinstance(one, HostSample) else None,
    "gpu": lambda one: _gpu(one) if isinstance(one, GpuSample) else None,
    "engine.cpu_pct": lambda one: one.cpu_pct if isinstance(one, EngineSample) else None,
    "loop_lag_p99_ms": lambda one: one.loop_lag_p99_ms if isinstance(one, EngineSample) else None,
}


def _memory(one: HostSample) -> float | None:
    if one.memory_used_bytes is None or not one.memory_total_bytes:
        return None
    return 100.0 * one.memory_used_bytes / one.memory_total_bytes


def _hottest(one: HostSample) -> float | None:
    return max(one.temperatures_c.values(), default=None)


def _gpu(one: GpuSample) -> float | None:
    return one.devices[0].busy_pct if one.devices else None


def two_days(store: Path) -> list[Event]:
    """Two sessions that watch together for a while, a gap, and a GPU that does not tell."""
    begin_s = NOON_S - DAY_S + 17.5
    one = samples("one", 1500, begin_s)
    other = samples("other", 900, begin_s + 700)
    late = samples("late", 600, NOON_S + 43_000)  # over midnight in UTC
    mute = GpuSample(devices=(GpuDevice("a", "drm"),), session="mute", seq=1, wall_s=NOON_S)
    for name, events in (("one", one), ("other", other), ("late", late), ("mute", [mute])):
        write(store, name, events)
    return [*one, *other, *late, mute]


# Not a whole minute, so that one at each end of a step belongs to one of both.
END_S = NOON_S + 43_900.25
START_S = END_S - 1.3 * DAY_S


def stretch(found: Iterable[tuple[float, float]]) -> Stretch:
    """Work out one stretch from times and readings."""
    by_minute = defaultdict[int, list[float]](list)
    for at_s, value in found:
        by_minute[int(at_s // 60)].append(value)
    if not by_minute:
        return Stretch()
    means = sorted(statistics.fmean(values) for values in by_minute.values())
    place = 0.95 * (len(means) - 1)
    low = int(place)
    p95 = means[low] + (place - low) * (means[min(low + 1, len(means) - 1)] - means[low])
    every = [value for values in by_minute.values() for value in values]
    return Stretch(len(every), len(means), statistics.fmean(means), p95, max(every))


def expected(events: Iterable[Event], name: str) -> tuple[Stretch, Stretch, list[float | None]]:
    told = [(one.wall_s, value) for one in events if (value := VALUES[name](one)) is not None]
    begun = [(one[0] // 60 * 60, *one) for one in told]  # each with the beginning of its minute

    def between(first_s: float, last_s: float) -> Stretch:
        return stretch((at, value) for begin, at, value in begun if first_s <= begin < last_s)

    width_s = (END_S - START_S) / STEPS
    steps = [
        between(START_S + step * width_s, START_S + (step + 1) * width_s) for step in range(STEPS)
    ]
    return (
        between(START_S, END_S),
        between(2 * START_S - END_S, START_S),
        [one.mean for one in steps],
    )


@pytest.fixture
async def past(tmp_path: Path) -> AsyncIterator[Past]:
    pool = Pool(2)
    yield Past(pool, tmp_path)
    await pool.close()


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Minutes are kept of however few rows."""
    monkeypatch.setattr(minutes, "_WORTH_ROWS", 1)


async def keep(past: Past) -> None:
    await past.keep_minutes(NAMES, 2 * START_S - END_S, END_S)


async def is_as_expected(past: Past, events: list[Event]) -> None:
    trends = await past.read(lambda view: read_trends(view, NAMES, START_S, END_S, STEPS))
    for one in trends:
        now, before, steps = expected(events, one.name)
        for side, true_side in ((one.now, now), (one.before, before)):
            assert (side.count, side.minutes) == (true_side.count, true_side.minutes), one.name
        found = [*numbers(one.now), *numbers(one.before), *one.steps]
        truth = [*numbers(now), *numbers(before), *steps]
        for number, true in zip(found, truth, strict=True):
            assert number == (true if true is None else pytest.approx(true, rel=1e-12)), one.name
    signs = {int(one.wall_s // 60) for one in events if isinstance(one, EngineSample)}
    was = {minute for minute in signs if 2 * START_S - END_S <= minute * 60 < START_S}
    now_s = {minute for minute in signs if START_S <= minute * 60 < END_S}
    recorded = await past.read(lambda view: read_recorded(view, NAMES, START_S, END_S))
    assert recorded == Recorded(len(now_s), len(was))


def numbers(one: Stretch) -> list[float | None]:
    return [one.mean, one.p95, one.most]


def kept(store: Path) -> list[Path]:
    return sorted((store / minutes.FOLDER).glob("*"))


async def test_trends_are_those_of_the_samples(tmp_path: Path, past: Past) -> None:
    """From journals, from parts, and from parts beside journals."""
    events = two_days(tmp_path)
    await is_as_expected(past, events)
    folded(tmp_path)
    await is_as_expected(past, events)
    more = samples("more", 300, NOON_S + 20_000)
    write(tmp_path, "more", more)
    await is_as_expected(past, [*events, *more])


async def test_trends_from_kept_minutes_are_the_same(
    tmp_path: Path, past: Past, at_once: None
) -> None:
    """Also where parts came later, that hold other readings of the same minutes."""
    events = two_days(tmp_path)
    folded(tmp_path)
    await keep(past)
    assert len(kept(tmp_path)) == 3
    await is_as_expected(past, events)
    more = samples("more", 300, NOON_S - DAY_S + 600)
    write(tmp_path, "more", more)
    folded(tmp_path)
    await is_as_expected(past, [*events, *more])
    await keep(past)
    assert len(kept(tmp_path)) == 6
    await is_as_expected(past, [*events, *more])


async def test_kept_minutes_are_read_in_place_of_the_samples(
    tmp_path: Path, past: Past, at_once: None
) -> None:
    """The parts that they were made of are not even opened, so that a long span is light."""
    two_days(tmp_path)
    folded(tmp_path)
    await keep(past)

    def parts_used(view: View) -> int:
        read_trends(view, NAMES, START_S, END_S, STEPS)
        return len(view.used)

    assert await past.read(parts_used) == 0


async def test_few_samples_are_read_as_they_are(tmp_path: Path, past: Past) -> None:
    """Nothing is written for what takes no time."""
    two_days(tmp_path)
    folded(tmp_path)
    await keep(past)
    assert kept(tmp_path) == []


async def test_damaged_minutes_count_for_nothing_and_are_made_again(
    tmp_path: Path, past: Past, at_once: None
) -> None:
    """A flipped byte changes no figure."""
    events = two_days(tmp_path)
    folded(tmp_path)
    await keep(past)
    whole = {path.name: path.read_bytes() for path in kept(tmp_path)}
    for path in kept(tmp_path):
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 255
        path.write_bytes(data)
    minutes.is_sound.cache_clear()
    await is_as_expected(past, events)
    await keep(past)
    assert {path.name: path.read_bytes() for path in kept(tmp_path)} == whole


async def test_where_nothing_can_be_written_the_samples_are_read(
    tmp_path: Path, past: Past, at_once: None
) -> None:
    """A file stands where the folder would be; no half made file is left either."""
    events = two_days(tmp_path)
    folded(tmp_path)
    (tmp_path / minutes.FOLDER).write_text("in the way")
    await keep(past)
    await is_as_expected(past, events)
    assert past.problems == ()


async def test_minutes_go_with_the_last_of_their_parts(
    tmp_path: Path, past: Past, at_once: None
) -> None:
    """Only once nobody can be reading those any more; parts that are dropped count at once."""
    events = two_days(tmp_path)
    folded(tmp_path)
    await keep(past)
    folded(tmp_path, Limits(before="2026-11-20"))
    left = [one for one in events if one.wall_s >= NOON_S - DAY_S / 2]
    assert 0 < len(left) < len(events)
    await is_as_expected(past, left)
    publish(tmp_path, replace(read(tmp_path), parts=(), retired={}))
    await keep(past)
    assert kept(tmp_path) == []
