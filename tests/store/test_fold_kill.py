"""The fold dies at any moment, and nobody who reads meanwhile notices."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pytest
from msgspec.structs import replace

from engine.store.folding.fold_outcome import Busy, Limits
from engine.store.folding.fold_process import fold
from engine.store.folding.manifest import publish, read
from engine.store.leases.pool import Parameter, Row
from engine.store.past.snapshot import Snapshot, View

from .stores import facts, folded, samples, write

KILLS = int(os.environ.get("BOLT_FOLD_KILLS", "20"))
EVER = (-1e300, 1e300)


@dataclass
class Reader:
    """Takes one snapshot after the other; each must hold all that was written before it."""

    store: Path
    written: dict[str, int] = field(default_factory=dict)  # records by session
    snapshots: int = 0
    wrong: list[str] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)

    def look(self, connection: duckdb.DuckDBPyConnection) -> None:
        def execute(sql: str, parameters: Sequence[Parameter] = (), /) -> list[Row]:
            return connection.execute(sql, list(parameters)).fetchall()

        before = dict(self.written)
        rows = Snapshot(self.store).read(execute, _counts)
        self.snapshots += 1
        for session, count in before.items():
            if rows.get(session) != (count, count):
                self.wrong.append(f"{session}: {rows.get(session)} in place of {count}")

    def run(self) -> None:
        with duckdb.connect() as connection:
            while not self._stop.is_set():
                self.look(connection)

    @contextmanager
    def reading(self) -> Iterator[None]:
        thread = threading.Thread(target=self.run)
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            thread.join()


def _counts(view: View) -> dict[str, tuple[int, int]]:
    tables = " UNION ALL ".join(
        f"SELECT session, seq FROM {view.table(kind, *EVER)}"
        for kind in ("facts", "HostSample", "EngineSample", "GpuSample")
    )
    rows = view.execute(
        f"SELECT session, count(*), count(DISTINCT seq) FROM ({tables}) GROUP BY session"
    )
    return {str(row[0]): (int(str(row[1])), int(str(row[2]))) for row in rows}


def started(store: Path) -> subprocess.Popen[bytes]:
    argv = [sys.executable, "-m", "engine.store.folding.fold_process", str(store)]
    return subprocess.Popen(argv, stdout=subprocess.PIPE)


def record(reader: Reader, name: str, rng: random.Random) -> None:
    """Write one session's journal, in one piece so that it is finished as soon as it is seen."""
    events = [*samples(name, rng.randrange(1, 40)), *facts(name, "x" * rng.randrange(5))]
    events = [replace(one, seq=number) for number, one in enumerate(events, 1)]
    aside = write(reader.store / "aside", name, events)
    journals = reader.store / "journals"
    journals.mkdir(exist_ok=True)
    aside.rename(journals / aside.name)
    reader.written[name] = len(events)


def let_the_grace_pass(store: Path) -> None:
    manifest = read(store)
    consumed, retired = (dict.fromkeys(them, 0.0) for them in (manifest.consumed, manifest.retired))
    publish(store, replace(manifest, consumed=consumed, retired=retired))


@pytest.mark.timeout(60 + 2 * KILLS)
def test_a_killed_fold_loses_and_doubles_nothing(tmp_path: Path) -> None:
    """After each kill, and in every snapshot meanwhile, all records are there exactly once."""
    rng, reader = random.Random(os.environ.get("BOLT_SEED", "1")), Reader(tmp_path)
    record(reader, "s0", rng)
    begun_s = time.monotonic()
    started(tmp_path).communicate()
    whole_s = time.monotonic() - begun_s
    killed = 0
    with reader.reading():
        for number in range(1, KILLS + 1):
            for letter in "ab":
                record(reader, f"s{number}{letter}", rng)
            process = started(tmp_path)
            time.sleep(rng.uniform(0.2, 1.1) * whole_s)
            process.kill()
            process.communicate()
            killed += process.returncode == -signal.SIGKILL
            if rng.random() < 0.5:
                let_the_grace_pass(tmp_path)
            assert not reader.wrong, reader.wrong[:3]
    folded(tmp_path)
    with duckdb.connect() as connection:
        reader.look(connection)
    assert not reader.wrong, reader.wrong[:3]
    assert killed > KILLS // 4
    assert reader.snapshots > KILLS
    assert not list((tmp_path / "parts").glob(".tmp-*"))


def test_a_stopped_fold_holds_up_nobody_but_folds(tmp_path: Path) -> None:
    """While it is stopped all is readable, another fold hears who; continued, it ends well."""
    rng, reader = random.Random(3), Reader(tmp_path)
    record(reader, "first", rng)
    process = started(tmp_path)
    lock = tmp_path / "fold.lock"
    while not lock.exists() or not lock.read_bytes():
        time.sleep(0.002)
    process.send_signal(signal.SIGSTOP)
    try:
        record(reader, "second", rng)
        outcome = fold(tmp_path, Limits())
        assert isinstance(outcome, Busy)
        assert str(process.pid) in outcome.who
        with duckdb.connect() as connection:
            reader.look(connection)
    finally:
        process.send_signal(signal.SIGCONT)
    process.communicate()
    assert process.returncode == 0
    folded(tmp_path)
    with duckdb.connect() as connection:
        reader.look(connection)
    assert reader.wrong == []
