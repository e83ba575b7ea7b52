"""Two days of a real session in a minute, as a program: what they came to is one line of JSON.

A process of its own: what it holds is nobody else's, so that growth can be told.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import anyio
import duckdb
import msgspec
import pytest

from engine.checks.soak.child import SETTINGS, soak
from engine.checks.soak.clock import LeapingClock, LeapingLoop, Work, counted
from engine.checks.soak.course import Rhythm
from engine.checks.soak.gates import DAY_S
from engine.checks.soak.report import Soaked
from engine.runtime import agents_watch, alerting, company, memory_guard, sampling
from engine.runtime.loop_lag import LoopLag
from engine.search import code_talk
from engine.store.folding.fold import Fold
from engine.store.folding.fold_lock import FoldingElsewhere, fold_lock
from engine.store.folding.fold_outcome import Busy, Folded, Limits

HOUR_S = 3600.0
DAYS_S = 2 * DAY_S
EVERY_S = 60.0
CALM = {
    **SETTINGS,
    "probes.host_interval_s": "20",
    "probes.gpu_interval_s": "60",
    "store.flush_interval_s": "60",
    "alerts.interval_s": "60",
}
# Each question, fault and kind of visit comes before the time that counts for growth begins.
RHYTHM = Rhythm(
    question_s=HOUR_S, fault_s=3 * HOUR_S, flap_s=600, visit_s=3 * HOUR_S, mark_s=HOUR_S / 2
)


class Days(msgspec.Struct, frozen=True):
    """What the session saw, and how many journals its folds took."""

    seen: Soaked
    folded_journals: int


def calm(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have what looks around each second or two do so each minute."""
    monkeypatch.setattr(sampling, "LoopLag", partial(LoopLag, interval_s=EVERY_S))
    monkeypatch.setattr(memory_guard, "TICK_S", EVERY_S)
    monkeypatch.setattr(agents_watch, "_TICK_S", EVERY_S)
    monkeypatch.setattr(company, "LOOK_S", EVERY_S)
    monkeypatch.setattr(company, "FOLD_S", 3 * HOUR_S)
    monkeypatch.setattr(alerting, "LOOK_S", EVERY_S)
    monkeypatch.setattr(code_talk, "BEAT_S", EVERY_S)
    monkeypatch.setattr(code_talk, "SILENT_S", 6 * EVERY_S)


def folding(clock: LeapingClock, monkeypatch: pytest.MonkeyPatch) -> list[Folded]:
    """Fold here, by the session's own time: a process of its own has the machine's."""
    done: list[Folded] = []

    def work(store: Path, limits: Limits) -> Folded:
        with fold_lock(store, clock.wall_s()), duckdb.connect(config={"threads": 1}) as connection:
            fold = Fold(
                store,
                lambda sql, parameters=(): connection.execute(sql, list(parameters)).fetchall(),
                limits,
                clock,
            )
            done.append(fold.run())
        return done[-1]

    async def fold(store: Path, limits: Limits | None = None) -> Folded | Busy:
        try:
            return await anyio.to_thread.run_sync(work, store, limits or Limits())
        except FoldingElsewhere as elsewhere:  # a visitor's session, or that of the course
            return Busy(elsewhere.who)

    monkeypatch.setattr(company, "fold", fold)
    return done


@contextmanager
def leaping(clock: LeapingClock, work: Work) -> Iterator[dict[str, object]]:
    with counted(work):
        yield {"loop_factory": lambda: LeapingLoop(clock, work, 1e9)}


def two_days(folder: Path) -> Days:
    """Let a console's session live 48 hours of its own time, of which waiting is skipped.

    Real are the engine with its bus, journal, circuits, ladder, memory guard, alerts, outbox with
    its sending process, the children of the search, the questions, and the files of the store;
    what looks around each second or two does so each minute, the fold (each three hours) is a call
    in a thread, so that it sees the session's time and may delete what is old by that.
    """
    clock, work = LeapingClock(), Work()
    with pytest.MonkeyPatch.context() as monkeypatch, leaping(clock, work) as options:
        calm(monkeypatch)
        folds = folding(clock, monkeypatch)
        seen = anyio.run(
            partial(soak, folder, DAYS_S, clock, work=work, settings=CALM, rhythm=RHYTHM),
            backend_options=options,
        )
    return Days(seen, sum(one.journals for one in folds))


if __name__ == "__main__":
    os.write(sys.stdout.fileno(), msgspec.json.encode(two_days(Path(sys.argv[1]))))
