"""Folding and reading a store of realistic days: size, pace, memory and times.

    python -m tests.benchmarks.store_reading [DAYS]

The samples are noisy the way a machine's are: random walks for load and memory, bursts for disk
and network, tenths of percents and degrees, seconds that are not quite a second apart.
"""

import random
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import anyio
import msgspec
from msgspec.structs import replace

from engine.bus import Bus
from engine.clock import SystemClock
from engine.events import EngineSample, Event, GpuDevice, GpuSample, HostSample, Notice
from engine.store.folding.fold_outcome import Folded
from engine.store.journals.journal import Journal, line
from engine.store.leases.pool import Pool
from engine.store.past.past import Past

DAY_S = 86_400
START_S = 1_795_132_800.0  # 2026-11-20
_CORES = 14
_SENSORS = ("PMU tdie1", "PMU tdie2", "PMU tdie3", "PMU tdie4", "NAND", "battery")
_NO_STALL = {"memory_stall_pct": "Linux only"}


class Machine:
    """A laptop of 14 cores with one GPU, as its probes read it."""

    def __init__(self, seed: int, start_s: float) -> None:
        self._rng = random.Random(seed)
        self._start_s = self._now_s = start_s
        self._busy = 20.0
        self._used = 20 << 30
        self._load = 3.0
        self._warm = [45.0] * len(_SENSORS)
        self._rss = 90 << 20
        self._published = 0

    def seconds(self, count: int, session: str) -> Iterator[Event]:
        """Yield what a session records in so many seconds, each event with its place and times."""
        seq = 0
        for second in range(count):
            self._now_s = self._start_s + second + self._rng.gauss(0.004, 0.001)
            events = [self._host(), self._engine()]
            if second % 2 == 0:
                events.append(self._gpu())
            for event in events:
                seq += 1
                self._now_s += self._rng.uniform(0.0002, 0.002)
                yield _placed(event, session, seq, self._now_s, self._start_s)

    def _host(self) -> HostSample:
        rng = self._rng
        self._busy = min(95.0, max(2.0, self._busy + rng.gauss(0, 2)))
        self._used = min(35 << 30, max(12 << 30, self._used + 4096 * rng.randrange(-9000, 9000)))
        self._load = max(0.2, self._load + rng.gauss(0, 0.05))
        self._warm = [round(min(99.0, max(30.0, x + rng.gauss(0, 0.3))), 1) for x in self._warm]
        cores = (min(100.0, max(0.0, rng.gauss(self._busy, 12))) for _ in range(_CORES))
        loads = (self._load, self._load * 0.97, self._load * 0.95)
        burst = rng.random() < 0.3
        return HostSample(
            cpu_pct=tuple(round(core, 1) for core in cores),
            core_kinds="EEEEPPPPPPPPPP",
            cpu_freq_mhz=tuple(float(rng.randrange(1200, 4500)) for _ in range(_CORES)),
            load_avg=(round(loads[0], 4), round(loads[1], 4), round(loads[2], 4)),
            memory_total_bytes=48 << 30,
            memory_used_bytes=self._used,
            memory_available_bytes=(48 << 30) - self._used,
            memory_pressure="normal",
            swap_total_bytes=2 << 30,
            swap_used_bytes=rng.randrange(4) << 20,
            disk_read_bps=4096 * rng.randrange(1, 20_000) / 1.0004 if burst else 0.0,
            disk_write_bps=4096 * rng.randrange(1, 9_000) / 1.0004,
            net_recv_bps=rng.randrange(200, 900_000) / 1.0004,
            net_sent_bps=rng.randrange(200, 90_000) / 1.0004,
            temperatures_c=dict(zip(_SENSORS, self._warm, strict=True)),
            source="psutil 7.2.2, macmon 0.7.1",
            unknown=_NO_STALL,
        )

    def _engine(self) -> EngineSample:
        rng = self._rng
        self._rss += 4096 * rng.randrange(-50, 51)
        self._published += rng.randrange(2, 9)
        return EngineSample(
            rss_bytes=self._rss,
            cpu_pct=round(max(0.0, rng.gauss(1.5, 0.6)), 1),
            loop_lag_p99_ms=rng.gauss(1.2, 0.2),
            loop_lag_max_ms=rng.gauss(4.0, 0.9),
            agents_max=8,
            subscribers=3,
            bus_published=self._published,
            journal_pending=rng.randrange(1, 6),
            journal_written=self._published - 3,
        )

    def _gpu(self) -> GpuSample:
        rng = self._rng
        device = GpuDevice(
            name="Apple M4 Pro GPU",
            source="macmon 0.7.1",
            busy_pct=round(max(0.0, rng.gauss(20, 8)), 1),
            memory_used_bytes=16384 * rng.randrange(60_000, 64_000),
            memory_total_bytes=48 << 30,
            freq_mhz=float(rng.randrange(338, 1578)),
            power_w=round(rng.uniform(0.05, 9), 3),
            temperature_c=round(rng.gauss(48, 2), 1),
            cores=20,
            unknown={},
        )
        return GpuSample(devices=(device,), mlx_memory_bytes=rng.randrange(4) << 20)


def _placed(event: Event, session: str, seq: int, wall_s: float, start_s: float) -> Event:
    return replace(event, session=session, seq=seq, wall_s=wall_s, mono_s=wall_s - start_s + 5e3)


def write_day(store: Path, start_s: float, session: str, seconds: int = DAY_S) -> int:
    """Write a session's journal in hourly segments, and return its bytes."""
    folder = store / "journals"
    folder.mkdir(parents=True, exist_ok=True)
    number, total, lines = 0, 0, list[bytes]()
    for event in Machine(int(start_s), start_s).seconds(seconds, session):
        lines.append(line(event))
        if len(lines) == 9000:
            total += _segment(folder, session, number, lines)
            number, lines = number + 1, []
    return total + _segment(folder, session, number, lines)


def _segment(folder: Path, session: str, number: int, lines: list[bytes]) -> int:
    name = f"{session}.{number:04d}.jsonl" if number else f"{session}.jsonl"
    return (folder / name).write_bytes(b"".join(lines))


def main(days: int) -> None:
    """Make a store of so many days, fold it, and print what was measured."""
    with TemporaryDirectory() as folder:
        store = Path(folder)
        print(f"{days} days of 14 cores at 1 Hz; the newest 20 minutes are in a live journal")
        _fold_days(store, days)
        anyio.run(_read, store, days)


def _fold_days(store: Path, days: int) -> None:
    written, pace = 0, list[float]()
    for day in range(days):
        written += write_day(store, START_S + day * DAY_S, f"day{day}")
        ended = subprocess.run(
            [sys.executable, "-m", "engine.store.folding.fold_process", store],
            stdout=subprocess.PIPE,
            check=True,
        )
        outcome = msgspec.json.decode(ended.stdout, type=Folded)
        pace.append(outcome.bytes / outcome.elapsed_ms / 1000)
        if day == 0:
            print(f"  a fold of {written / 1e6:.0f} MB holds {_most_kib() / 1024:.0f} MiB at most")
    size = sum(path.stat().st_size for path in store.glob("parts/*/*/*.parquet"))
    print(f"  folded at {min(pace):.0f}–{max(pace):.0f} MB/s of journal")
    print(f"  {written / days / 1e6:.1f} MB of journal a day become {size / days / 1e6:.2f} MB")


def _most_kib() -> int:
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return most // 1024 if sys.platform == "darwin" else most


async def _read(store: Path, days: int) -> None:
    now_s = START_S + days * DAY_S + 1200
    write_day(store, now_s - 1200, "live", 1200)
    pool = Pool(8)
    past = Past(pool, store)
    asked: list[tuple[str, Callable[[], Awaitable[object]]]] = [
        ("the last hour of one metric", lambda: past.metric("cpu", now_s - 3600, now_s, 120)),
        ("a day of one metric", lambda: past.metric("cpu", now_s - DAY_S, now_s, 120)),
        ("all days of one metric", lambda: past.metric("cpu", START_S, now_s, 120)),
        ("a minute of all events", lambda: past.events(now_s - 5000, now_s - 4940)),
        ("how things stood", lambda: past.standing(now_s - 2000, f"day{days - 1}")),
        ("the marks of a day", lambda: past.marks(now_s - DAY_S, now_s)),
        ("the sessions of a day", lambda: past.sessions(now_s - DAY_S, now_s)),
    ]
    for text, ask in asked:
        begun_s = time.perf_counter()
        await ask()
        first_ms = (time.perf_counter() - begun_s) * 1000
        times = [await _ms(ask) for _ in range(9)]
        print(f"  {text}: first {first_ms:.0f} ms, then {statistics.median(times):.1f} ms")
    await _concurrent(store, past, now_s)
    await pool.close()


async def _ms(ask: Callable[[], Awaitable[object]]) -> float:
    begun_s = time.perf_counter()
    await ask()
    return (time.perf_counter() - begun_s) * 1000


async def _concurrent(store: Path, past: Past, now_s: float) -> None:
    """Eight readers and a writer: the pool against a connection for each query."""

    async def pooled() -> None:
        await past.metric("cpu", now_s - 3600, now_s, 120)

    async def apart() -> None:
        pool = Pool(1)
        await Past(pool, store).metric("cpu", now_s - 3600, now_s, 120)
        await pool.close()

    both = {"leases": await _rate(store, pooled, 8), "connections": await _rate(store, apart, 1)}
    ratio = both["leases"] / both["connections"]
    told = ", ".join(f"{name} {rate:.0f}/s" for name, rate in both.items())
    print(f"  8 readers and a writer: {told}: {ratio:.1f}×")


async def _rate(store: Path, ask: Callable[[], Awaitable[None]], each: int) -> float:
    """Return how many answers a second eight readers get while a writer commits."""
    journal, bus = Journal(store, f"writer{each}"), Bus(f"writer{each}", SystemClock())

    async def read() -> None:
        for _ in range(each * 3):
            await ask()

    async def write(scope: anyio.CancelScope) -> None:
        with scope:
            while True:
                event = Notice(key="x", severity="info", text="x")
                bus.stamp(event)
                await journal.commit(event)
                await anyio.sleep(0.01)

    begun_s, scope = time.perf_counter(), anyio.CancelScope()
    async with anyio.create_task_group() as group:
        group.start_soon(write, scope)
        async with anyio.create_task_group() as readers:
            for _ in range(8):
                readers.start_soon(read)
        scope.cancel()
    journal.close()
    return 8 * each * 3 / (time.perf_counter() - begun_s)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
