"""Measures this engine on this machine: real work, timed; nothing is estimated."""

import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import anyio

from engine.agents.tool import Call
from engine.bus import Bus
from engine.clock import Clock
from engine.events import Notice
from engine.evidence import Evidence, Figure, Figures
from engine.search.errors import SearchError
from engine.search.scan import scan
from engine.search.text_query import TextQuery
from engine.store.journals.journal import Journal

_EVENTS = 20_000
_CONTRACTS = 100_000


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds a run, least, median and most of `runs`."""

    least_ms: float
    median_ms: float
    most_ms: float
    runs: int

    def figure(self, name: str, source: str) -> Figure:
        spread = f"{source}; {self.runs} runs, {self.least_ms:.3g} to {self.most_ms:.3g} ms"
        return Figure(name, round(self.median_ms, 3), "ms, median", spread)


async def timed(clock: Clock, runs: int, work: Callable[[], Awaitable[object]]) -> Timing:
    """Run `work` once unmeasured and then `runs` times."""
    await work()
    times = []
    for _ in range(runs):
        before_s = clock.monotonic_s()
        await work()
        times.append((clock.monotonic_s() - before_s) * 1000)
    times.sort()
    return Timing(times[0], times[len(times) // 2], times[-1], runs)


def _runs(call: Call, quick: int, full: int) -> int:
    return quick if call.flag("quick") else full


async def bus(call: Call) -> Evidence:
    """Publish facts to one subscriber on a bus of its own."""
    clock = call.services.clock

    async def publish() -> None:
        own = Bus("benchmark", clock)
        with own.subscribe(capacity=_EVENTS) as subscription:
            for _ in range(_EVENTS):
                own.publish(Notice(key="benchmark", severity="info", text="one"))
            subscription.take()

    timing = await timed(clock, _runs(call, 5, 20), publish)
    each_us = timing.median_ms * 1000 / _EVENTS
    items = (
        timing.figure(f"publish {_EVENTS:,} events", "this engine's bus"),
        Figure("each", round(each_us, 3), "µs", "the median over the number of events"),
    )
    return Evidence(
        f"an event takes {each_us:.2f} µs on the bus", (Figures("Bus", items),), weight=1
    )


async def store(call: Call) -> Evidence:
    """Commit records, one after the other, to a journal beside the real ones."""
    services, runs = call.services, _runs(call, 100, 1000)
    with TemporaryDirectory(prefix="benchmark-", dir=_existing(services.store)) as folder:
        journal = Journal(Path(folder), "benchmark")
        own = Bus("benchmark", services.clock)

        async def commit() -> None:
            event = Notice(key="benchmark", severity="info", text="one")
            own.stamp(event)
            await journal.commit(event)

        try:
            timing = await timed(services.clock, runs, commit)
        finally:
            journal.close()
    return Evidence(
        f"a record is acknowledged after {timing.median_ms:.2f} ms",
        (Figures("Store", (timing.figure("commit one record", "journal, level os"),)),),
        weight=1,
    )


async def kernels(call: Call) -> Evidence:
    """Price contracts with all Greeks in one batch."""
    runs = _runs(call, 5, 20)
    batch, devices = await anyio.to_thread.run_sync(_batch)

    async def price() -> None:
        await anyio.to_thread.run_sync(batch)

    timing = await timed(call.services.clock, runs, price)
    rate = _CONTRACTS / timing.median_ms / 1000
    items = (
        timing.figure(f"{_CONTRACTS:,} European prices with Greeks", devices),
        Figure("throughput", round(rate, 2), "million contracts a second", devices),
        *await anyio.to_thread.run_sync(_crossover, call),
    )
    return Evidence(
        f"{rate:.1f} million European prices with Greeks a second",
        (Figures("Kernels", items),),
        weight=1,
    )


async def search(call: Call) -> Evidence:
    """Search the project for a word that isn't there, which reads every file."""
    services = call.services
    query = TextQuery(pattern=f"nowhere-{os.getpid()}-{services.session}")
    settings = services.settings.config.search

    async def look() -> None:
        try:
            await scan(
                services.ripgrep(),
                str(services.project),
                query,
                max_rows=1,
                timeout_s=settings.timeout_s,
                left_out={},
            )
        except SearchError as error:
            from engine.agents.tools.text_search import as_tool_error

            raise as_tool_error(error) from error

    async def ask_index() -> str:
        found = await services.text.find(query, max_rows=1, timeout_s=settings.timeout_s)
        return "" if found.indexed else found.why_scanned or "a single run doesn't build one"

    files = await services.files()
    runs = _runs(call, 5, 20)
    timing = await timed(services.clock, runs, look)
    items = [timing.figure("a text that is nowhere", "ripgrep, plain scan")]
    if why_not := await ask_index():
        items.append(Figure("the same by the text index", None, "ms", "", None, why_not))
    else:
        # With what a search of nothing found does besides: a look into ignored and binary files.
        indexed = await timed(services.clock, runs, ask_index)
        items.append(indexed.figure("the same by the text index", "with a look at ignored files"))
    return Evidence(
        f"searching all {len(files):,} files takes {timing.median_ms:.0f} ms",
        (Figures("Search", tuple(items)),),
        weight=1,
    )


def _batch() -> tuple[Callable[[], object], str]:
    """Return a pricing run over a fixed grid of contracts, and what it runs on."""
    from engine.kernels import european
    from engine.kernels.contracts import spread

    spot, years, volatility = spread(_CONTRACTS)
    return (
        lambda: european.price("put", spot, 100.0, years, volatility, 0.04),
        "numpy float64, one thread",
    )


def _crossover(call: Call) -> tuple[Figure, ...]:
    """Return from how many contracts on MLX prices, as measured here: before, or else now."""
    from engine.agents.tools.backend_door import crossover_file

    name, unit = "MLX prices from", "contracts on"
    kept = crossover_file(call.services).known_or_measured()
    found = kept.crossover
    where = kept.place or f"not kept: {kept.trouble}"
    when = datetime.fromtimestamp(kept.measured_s, UTC).astimezone()
    if found.device == "none":
        return (Figure(name, None, unit, reason=found.reason),)
    items = [
        Figure(name, found.contracts, unit, f"{found.device}; {found.reason}")
        if found.contracts is not None
        else Figure(name, None, unit, reason=f"it never wins by a fifth: {found.reason}"),
        Figure("measured", f"{when:%Y-%m-%d %H:%M}", "", str(where)),
    ]
    return tuple(items)


def _existing(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder
