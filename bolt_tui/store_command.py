"""`bolt-tui store status | fold | verify | export | prune`: works without an engine.

Others may write to the store meanwhile. Exit codes: 0 done, and also where somebody else folds
already; 1 it could not be done, or `verify` found something; 2 usage; 3 there is nothing.
"""

import argparse
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import anyio
import anyio.to_thread

from bolt_tui import store_report
from bolt_tui.cli import OutputError
from bolt_tui.opening import settings
from bolt_tui.printing import EXIT, emit
from engine.agents.moments import BadMoment, moment
from engine.clock import SystemClock
from engine.config import Config
from engine.errors import BadQuery
from engine.evidence import Answer
from engine.store.errors import ManifestDamaged, StoreError
from engine.store.export import Wanted, export
from engine.store.fold_client import fold
from engine.store.fold_outcome import Limits
from engine.store.folder import store_folder
from engine.store.lifetime import expired_days
from engine.store.manifest import read
from engine.store.past import Past
from engine.store.past_events import EVER_S
from engine.store.piles import day_of
from engine.store.pool import Pool, StoreReadError
from engine.store.verify import verify


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


def run(arguments: argparse.Namespace) -> int:
    """Carry out the action and return the exit code.

    Raises:
        BadProject, ConfigError, BadQuery, ExportRefused.
        OutputError: it could not be done.
    """
    config = settings(arguments).loaded.config
    store = Store(store_folder(config.store.folder), config, SystemClock().wall_s())
    work = _ACTIONS[arguments.action]
    try:
        answer = anyio.run(work, store, arguments)
    except (StoreError, StoreReadError, OSError) as error:
        raise OutputError(str(error)) from error
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
    problems = await anyio.to_thread.run_sync(verify, store.folder)
    return store_report.verified(store.folder, problems)


async def _export(store: Store, arguments: argparse.Namespace) -> Answer:
    path = Path(arguments.file).expanduser()
    start_s = _time("--from", arguments.begin, store.now_s, -EVER_S)
    end_s = _time("--to", arguments.end, store.now_s, EVER_S)
    if start_s > end_s:
        raise BadQuery(f"--from {arguments.begin} is after --to {arguments.end}")
    pool = Pool(1)
    try:
        wanted = Wanted(path, store.now_s, start_s, end_s, arguments.session)
        done = await export(Past(pool, store.folder), wanted)
    finally:
        await pool.close()
    return store_report.exported(path, done)


def _time(option: str, text: str | None, now_s: float, default: float) -> float:
    try:
        return default if text is None else moment(text, now_s)
    except BadMoment as error:
        raise BadQuery(f"{option}: {error}") from error


async def _prune(store: Store, arguments: argparse.Namespace) -> Answer:
    """Fold with a limit of days; with --dry-run only say which of the folded days would go."""
    try:
        parts = read(store.folder).parts
    except ManifestDamaged:
        parts = ()  # the fold rebuilds it
    days = sorted({part.day for part in parts} | {day_of(store.now_s)})
    newest = min(day_of(store.now_s), max((part.day for part in parts), default=days[-1]))
    keep = arguments.keep_days
    if keep is None:
        keep = max(0, (date.fromisoformat(newest) - _day(arguments.before)).days)
    limits = Limits(int(keep), store.limits.max_bytes)
    going = expired_days(parts, store.now_s, limits.keep_days, limits.max_bytes)
    first_kept = date.fromisoformat(newest) - timedelta(limits.keep_days)
    if arguments.dry_run:
        return store_report.would_prune(parts, going, first_kept)
    return store_report.pruned(parts, await fold(store.folder, limits), first_kept)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadQuery(f"--before expects a day like 2026-11-21, found {text[:40]!r}") from error


_ACTIONS: dict[str, Callable[[Store, argparse.Namespace], Awaitable[Answer]]] = {
    "status": _status,
    "fold": _fold,
    "verify": _verify,
    "export": _export,
    "prune": _prune,
}
