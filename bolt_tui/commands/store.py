"""`bolt-tui store status | fold | verify | export | prune`: works without an engine.

Others may write to the store meanwhile. Exit codes: 0 done, and also where somebody else folds
already; 1 it could not be done, or `verify` found something; 2 usage; 3 there is nothing; 130, 143
stopped by SIGINT, SIGTERM.
"""

import argparse
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import anyio
import anyio.to_thread
from msgspec.structs import replace

from bolt_tui.commands import store_report
from bolt_tui.opening import settings
from bolt_tui.printing import EXIT, emit
from bolt_tui.refusing import OutputError
from bolt_tui.stopping import until_signal
from engine.agents.moments import BadMoment, moment, until
from engine.clock import SystemClock
from engine.config import Config
from engine.errors import BadQuery
from engine.evidence import Answer
from engine.store.errors import ManifestDamaged, StoreError
from engine.store.folder import store_folder
from engine.store.folding.fold_client import fold
from engine.store.folding.fold_outcome import Limits
from engine.store.folding.lifetime import days_before
from engine.store.folding.manifest import Part, read
from engine.store.folding.piles import day_of
from engine.store.folding.verify import verify
from engine.store.leases.pool import Pool, StoreReadError
from engine.store.past.events import EVER_S
from engine.store.past.export import Wanted, export
from engine.store.past.past import Past
from engine.store.past.store_size import damaged_minutes


@dataclass(frozen=True, slots=True)
class Store:
    """The store to work on, with what may be kept in it."""

    folder: Path
    config: Config
    now_s: float

    @property
    def limits(self) -> Limits:
        kept = self.config.store
        return Limits(kept.keep_days, int(kept.max_gb * 1e9))


Work = Callable[[Store, argparse.Namespace], Awaitable[Answer]]


def run(arguments: argparse.Namespace) -> int:
    """Carry out the action and return the exit code.

    Raises:
        BadProject, ConfigError, BadQuery, ExportRefused.
        OutputError: it could not be done.
    """
    config = settings(arguments).loaded.config
    store = Store(store_folder(config.store.folder), config, SystemClock().wall_s())
    received: list[int] = []
    try:
        work = partial(_ACTIONS[arguments.action], store, arguments)
        answer = anyio.run(until_signal, work, received)
    except (StoreError, StoreReadError, OSError) as error:
        raise OutputError(str(error)) from error
    if answer is None:
        return 128 + received[0]
    emit(answer, arguments.output or "text")
    return EXIT[answer.status]


async def _status(store: Store, _: argparse.Namespace) -> Answer:
    pool = Pool(1)
    try:
        return await store_report.status(
            Past(pool, store.folder), store.folder, store.limits, store.now_s
        )
    finally:
        await pool.close()


async def _fold(store: Store, _: argparse.Namespace) -> Answer:
    return store_report.folded(await fold(store.folder, store.limits))


async def _verify(store: Store, _: argparse.Namespace) -> Answer:
    records = await anyio.to_thread.run_sync(verify, store.folder)
    minutes = await anyio.to_thread.run_sync(damaged_minutes, store.folder)
    return store_report.verified(store.folder, [*records, *minutes])


async def _export(store: Store, arguments: argparse.Namespace) -> Answer:
    path = Path(arguments.file).expanduser()
    start_s = _time("--from", arguments.begin, store.now_s, -EVER_S)
    since_s = None if arguments.begin is None else start_s
    end_s = _time("--to", arguments.end, store.now_s, EVER_S, since_s)
    if start_s > end_s:
        raise BadQuery(f"--from {arguments.begin} is after --to {arguments.end}")
    pool = Pool(1)
    try:
        wanted = Wanted(path, store.now_s, start_s, end_s, arguments.session)
        done = await export(Past(pool, store.folder), wanted)
    finally:
        await pool.close()
    return store_report.exported(path, done)


def _time(
    option: str, text: str | None, now_s: float, default: float, since_s: float | None = None
) -> float:
    if text is None:
        return default
    try:
        return moment(text, now_s) if since_s is None else until(text, since_s, now_s)
    except BadMoment as error:
        raise BadQuery(f"{option}: {error}") from error


async def _prune(store: Store, arguments: argparse.Namespace) -> Answer:
    """Fold and drop the days before one; with --dry-run only say which of the folded would go."""
    try:
        parts = read(store.folder).parts
    except ManifestDamaged:
        parts = ()  # the fold rebuilds it
    before = _first_kept(parts, store.now_s, arguments)
    if arguments.dry_run:
        return store_report.would_prune(parts, days_before(parts, before), before)
    limits = replace(store.limits, before=before)
    return store_report.pruned(parts, await fold(store.folder, limits), before)


def _first_kept(parts: Sequence[Part], now_s: float, arguments: argparse.Namespace) -> str:
    """Return the first day to keep; days count back from the newest that is on record."""
    if arguments.keep_days is None:
        return _day(arguments.before).isoformat()
    newest = date.fromisoformat(min(day_of(now_s), max((part.day for part in parts), default="9")))
    return (newest - timedelta(min(arguments.keep_days, newest.toordinal() - 1))).isoformat()


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadQuery(f"--before expects a day like 2026-11-21, found {text[:40]!r}") from error


_ACTIONS: dict[str, Work] = {
    "status": _status,
    "fold": _fold,
    "verify": _verify,
    "export": _export,
    "prune": _prune,
}
