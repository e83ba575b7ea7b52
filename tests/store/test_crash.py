"""Processes that are killed or stopped at any moment, and what the store has afterwards.

`STORE_KILLS=100 pytest tests/store/test_crash.py` kills so many.
"""

import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from itertools import count, islice
from pathlib import Path

import anyio
import duckdb
import pytest

from engine.store.folding import manifest
from engine.store.journals.journal import read_events
from engine.store.journals.segments import is_live, segments
from engine.store.leases.pool import Pool
from engine.store.past.past import Past
from engine.store.sessions.sessions import Peers

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("STORE_KILLS", "8"))
WRITERS = 8
COMMITS = 200
Ids = set[tuple[str, int]]


class Writer:
    """A session in a process of its own, and what it said was acknowledged."""

    def __init__(self, folder: Path, session: str, commits: int, stack: ExitStack) -> None:
        self.session, self.heard = session, Ids()
        module = [sys.executable, "-m", "tests.store.writer"]
        self.process = stack.enter_context(
            subprocess.Popen(
                [*module, str(folder), session, str(commits), "0.02"],
                cwd=ROOT,
                stdout=subprocess.PIPE,
            )
        )
        stack.callback(self.process.kill)
        assert self.process.stdout is not None
        self.says = self.process.stdout

    def hear(self, count: int) -> None:
        """Wait until it has said so much more; READY is for the record that came first."""
        for raw in islice(self.says, count):
            self.heard.add((self.session, 1 if raw == b"READY\n" else int(raw)))

    def acknowledged(self) -> Ids:
        """Wait for its end and return all that it ever said; half a number is none."""
        for raw in self.says:
            if raw.endswith(b"\n"):
                self.heard.add((self.session, 1 if raw == b"READY\n" else int(raw)))
        self.process.wait()
        return self.heard


def folding(folder: Path, stack: ExitStack) -> "subprocess.Popen[bytes]":
    process = stack.enter_context(
        subprocess.Popen(
            [sys.executable, "-m", "engine.store.folding.fold_process", str(folder)],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
        )
    )
    stack.callback(process.kill)
    return process


def readable(folder: Path) -> Counter[tuple[str, int]]:
    """Return how often each record can be read, as anybody would: parts and what is not in them."""
    state = manifest.read(folder)
    found: Counter[tuple[str, int]] = Counter()
    for part in segments(folder):
        if part.path.name not in state.consumed:
            found.update({(event.session, event.seq) for event in read_events(part.path)})
    paths = [str(folder / part.path) for part in state.parts]
    if paths:
        with duckdb.connect() as database:
            rows = database.execute("SELECT session, seq FROM read_parquet(?)", [paths]).fetchall()
        found.update((str(session), int(seq)) for session, seq in rows)
    return found


def test_whoever_is_killed_what_was_acknowledged_is_there_once(tmp_path: Path) -> None:
    """Eight sessions commit while sessions and folding processes are killed: at no time is
    something lost or there twice, and in the end all of it is folded.
    """
    dice, acknowledged, killed = random.Random(), Ids(), Counter[str]()
    names = (f"s{number}" for number in count())
    with ExitStack() as stack:
        writers = [Writer(tmp_path, next(names), COMMITS, stack) for _ in range(WRITERS)]
        folder = folding(tmp_path, stack)
        while killed.total() < KILLS:
            for place, writer in enumerate(writers):
                if writer.process.poll() is not None:  # it had its 200
                    acknowledged |= writer.acknowledged()
                    writers[place] = Writer(tmp_path, next(names), COMMITS, stack)
            if dice.random() < 0.4:
                killed["folding"] += ended_early(folder, dice.random() * 0.5)
                folder = folding(tmp_path, stack)
            else:
                place = dice.randrange(WRITERS)
                writers[place].hear(1 + dice.randrange(COMMITS // 5))
                writers[place].process.kill()
                acknowledged |= writers[place].acknowledged()
                killed["writing"] += writers[place].process.returncode == -signal.SIGKILL
                writers[place] = Writer(tmp_path, next(names), COMMITS, stack)
            assert_complete(tmp_path, acknowledged)
        for writer in writers:
            acknowledged |= writer.acknowledged()
            assert writer.process.returncode == 0
        ended_early(folder, 0)
        assert_complete(tmp_path, acknowledged)
        assert folding(tmp_path, stack).wait() == 0
    assert_complete(tmp_path, acknowledged)
    assert unfolded(tmp_path) == []
    assert len(acknowledged) >= WRITERS * (COMMITS + 1)
    assert killed["writing"] > 0


def ended_early(process: "subprocess.Popen[bytes]", after_s: float) -> bool:
    """Kill a process that still runs after a while; False where it had done its work."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(after_s)
    process.kill()
    return process.wait() == -signal.SIGKILL


def assert_complete(folder: Path, acknowledged: Ids) -> None:
    """All of it can be read once, by anybody's DuckDB and by the store's own reader."""
    for read in (readable, by_the_store):
        found = read(folder)
        assert acknowledged <= found.keys()
        assert set(found.values()) <= {1}


def by_the_store(folder: Path) -> Counter[tuple[str, int]]:
    return Counter(anyio.run(_events, folder))


async def _events(folder: Path) -> list[tuple[str, int]]:
    pool = Pool(1)
    try:
        events = await Past(pool, folder).events(0.0, 1e12)
    finally:
        await pool.close()
    return [(event.session, event.seq) for event in events]


def unfolded(folder: Path) -> list[str]:
    """Return the segments whose records are in no part."""
    consumed = manifest.read(folder).consumed
    return [part.path.name for part in segments(folder) if part.path.name not in consumed]


@pytest.fixture
def stopped(tmp_path: Path) -> Iterator[Writer]:
    """A session that was stopped while it committed."""
    with ExitStack() as stack:
        writer = Writer(tmp_path, "stopped", 100_000, stack)
        writer.hear(30)
        writer.process.send_signal(signal.SIGSTOP)
        yield writer


def test_a_stopped_session_stops_nobody(tmp_path: Path, stopped: Writer) -> None:
    """Others commit, look, fold and read while it holds its lock; it is seen as still there."""
    with ExitStack() as stack:
        other = Writer(tmp_path, "other", COMMITS, stack)
        other.hear(1)
        watch = Peers(tmp_path)
        states = {(peer.session, peer.state) for peer in watch.look()}
        assert states >= {("stopped", "here")}
        acknowledged = other.acknowledged()
        assert folding(tmp_path, stack).wait() == 0
        assert_complete(tmp_path, acknowledged | stopped.heard)
        (left,) = unfolded(tmp_path)
        assert is_live(tmp_path / "journals" / left)
        assert left.startswith("stopped.")


def test_a_stopped_session_goes_on_and_is_folded_in_the_end(
    tmp_path: Path, stopped: Writer
) -> None:
    """After it continues it commits more; after it dies its last segment is folded."""
    with ExitStack() as stack:
        assert folding(tmp_path, stack).wait() == 0
        stopped.process.send_signal(signal.SIGCONT)
        stopped.hear(100)
        stopped.process.kill()
        acknowledged = stopped.acknowledged()
        assert folding(tmp_path, stack).wait() == 0
    assert_complete(tmp_path, acknowledged)
    assert unfolded(tmp_path) == []
