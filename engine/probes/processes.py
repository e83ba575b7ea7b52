"""The busiest processes: dear to read, so only while someone looks at them."""

from collections.abc import Iterator

from msgspec import Struct

from engine.clock import Clock
from engine.events import ProcessRow, ProcessSample
from engine.probes import psutil_port
from engine.probes.process_table import ProcessTable, Seen, table_here
from engine.probes.reading import NEEDS_TWO


class Scan(Struct, frozen=True):
    """All processes at one moment; `pids` includes those that could not be read."""

    at_s: float
    pids: frozenset[int]
    seen: tuple[Seen, ...]


class Ranked(Struct, frozen=True):
    """A process and its share of one core, which is None where it can't be told."""

    seen: Seen
    cpu_pct: float | None


class ProcessProbe:
    """Samples processes; CPU shares cover the time since the previous sample.

    A call takes milliseconds and belongs in one worker thread. Making the probe loads psutil.
    """

    def __init__(self, clock: Clock, *, table: ProcessTable | None = None) -> None:
        self._clock = clock
        self._table = table or table_here(psutil_port.load())
        self._before: Scan | None = None

    def forget(self) -> None:
        """Drop the previous reading: after a pause, a share over the whole pause misleads."""
        self._before = None

    def sample(self, top_n: int = 20) -> ProcessSample:
        """Return the `top_n` busiest by CPU, then by resident memory; the total counts all.

        Processes that ended meanwhile or may not be read are left out of the rows.
        """
        before, scan = self._before, self._scan()
        self._before = scan
        unknown: dict[str, str] = {}
        if before is None:
            unknown["cpu_pct"] = NEEDS_TWO
        if hidden := len(scan.pids) - len(scan.seen):
            unknown["rows"] = f"{hidden} of {len(scan.pids)} processes ended or may not be read"
        rows = (self._row(ranked) for ranked in rank(before, scan)[: max(0, top_n)])
        return ProcessSample(
            rows=tuple(row for row in rows if row is not None),
            total=len(scan.pids),
            unknown=unknown,
        )

    def _scan(self) -> Scan:
        at_s = self._clock.monotonic_s()
        pids = self._table.pids()
        seen = (self._table.look(pid) for pid in pids)
        return Scan(at_s, frozenset(pids), tuple(one for one in seen if one is not None))

    def _row(self, ranked: Ranked) -> ProcessRow | None:
        seen, pid = ranked.seen, ranked.seen.key[0]
        named = self._table.name_and_user(pid)
        if named is None:
            return None
        name, user = named
        return ProcessRow(
            pid=pid, name=name, cpu_pct=ranked.cpu_pct, rss_bytes=seen.rss_bytes, user=user
        )


def rank(before: Scan | None, scan: Scan) -> list[Ranked]:
    """Order by CPU share of one core since `before`, then by memory."""
    ranked = [Ranked(seen, pct) for seen, pct in _shares(before, scan)]
    ranked.sort(key=lambda r: (r.cpu_pct or 0.0, r.seen.rss_bytes), reverse=True)
    return ranked


def _shares(before: Scan | None, scan: Scan) -> Iterator[tuple[Seen, float | None]]:
    if before is None or scan.at_s <= before.at_s:
        yield from ((seen, None) for seen in scan.seen)
        return
    window_s = scan.at_s - before.at_s
    used = {seen.key: seen.cpu_s for seen in before.seen}
    # A process that was there and could not be read has time from before this window; one that
    # was not there has none.
    hidden = before.pids - {pid for pid, _ in used}
    for seen in scan.seen:
        used_s = max(0.0, seen.cpu_s - used.get(seen.key, 0.0))
        yield seen, None if seen.key[0] in hidden else 100.0 * used_s / window_s
