"""Folding: finished journals become parts, and one manifest publishes them.

A fold may die at any moment. Until its manifest is renamed into place nothing that it made counts:
the next one deletes it and reads the journals again. After that the journals are superfluous, and
a later fold deletes them, when nobody can be reading them any more.
"""

import shutil
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from secrets import token_hex

from msgspec.structs import replace

from engine.clock import Clock
from engine.durable import sync_folder
from engine.store.errors import ManifestDamaged
from engine.store.folding.fold_outcome import Folded, Limits
from engine.store.folding.lifetime import crowded_days, days_before, expired_days, past_grace
from engine.store.folding.manifest import PARTS, Manifest, Part, is_published, publish, read
from engine.store.folding.parts import (
    Label,
    Origin,
    PartMismatch,
    described,
    file_of,
    merge_parts,
    misfit,
    problem,
    write_pile,
)
from engine.store.folding.piles import Pile, Piles
from engine.store.folding.rebuild import (
    DAMAGED,
    UNDER_WAY,
    folds,
    generation_of,
    is_stale,
    rebuild,
    with_checksums,
)
from engine.store.journals.segments import JOURNALS, Segment, is_live, segments
from engine.store.leases.pool import Execute

BATCH_BYTES = 256 << 20


class Fold:
    """One fold of one store; the caller holds the fold lock."""

    def __init__(self, store: Path, execute: Execute, limits: Limits, clock: Clock) -> None:
        self._store, self._execute, self._limits, self._clock = store, execute, limits, clock
        self._manifest = Manifest()
        self._done = Folded()

    def run(self) -> Folded:
        """Fold all that is finished, then merge and drop days.

        Raises:
            ManifestNewer: a newer program's store.
            OSError, duckdb.Error: as far as it came is published; `clear` removes the rest.
        """
        begun_s = self._clock.monotonic_s()
        self._load()
        self.clear()
        self._delete_unpublished()
        self._delete_what_nobody_reads()
        for batch in batches(self._finished()):
            self._fold(batch)
        for day in crowded_days(self._manifest.parts, self._clock.wall_s()):
            self._merge(day)
        self._drop_days()
        return replace(
            self._done,
            unreadable=tuple(self._unreadable()),
            elapsed_ms=(self._clock.monotonic_s() - begun_s) * 1000,
        )

    def clear(self) -> None:
        """Remove what is half made, by this fold or by one that died."""
        for path in (self._store / PARTS).glob(f"{UNDER_WAY}*"):
            shutil.rmtree(path, ignore_errors=True)

    def _delete_unpublished(self) -> None:
        """Remove what a fold finished and did not live to publish: its journals are all there."""
        for fold in folds(self._store):
            if generation_of(fold) > self._manifest.generation:
                shutil.rmtree(self._store / PARTS / fold)

    def _load(self) -> None:
        try:
            self._manifest = read(self._store)
            lost = not is_published(self._store) and bool(folds(self._store))
            lost = lost or is_stale(self._store, self._manifest, self._execute)
        except ManifestDamaged:
            lost = True
        if lost:
            found = rebuild(self._store, self._execute, self._clock.wall_s())
            self._manifest = with_checksums(self._store, found, self._execute)
            self._publish(self._manifest)
            self._done = replace(self._done, rebuilt=True)

    def _unreadable(self) -> Iterator[str]:
        for part in self._manifest.parts:
            if part.unreadable and (said := misfit(self._store, part)):
                yield said

    def _finished(self) -> Iterator[Segment]:
        for one in segments(self._store):
            if one.path.name not in self._manifest.consumed and not is_live(one.path):
                yield one

    # ── journals into parts ──────────────────────────────────────────────────────────────────

    def _fold(self, batch: Sequence[Segment]) -> None:
        names = [one.path.name for one in batch]
        size = sum(one.path.stat().st_size for one in batch)
        folder = self._new_folder()
        piles = Piles(folder)
        for _, those in groupby(batch, key=lambda one: one.session):
            piles.take_session([one.path for one in those])
        labels = self._write(piles, folder, self._origin(names))
        self._keep_damaged(piles)
        now_s, old = self._clock.wall_s(), self._manifest
        parts = self._settle(folder, labels, now_s)
        self._publish(
            replace(
                old,
                parts=(*old.parts, *parts),
                consumed=old.consumed | dict.fromkeys(names, now_s),
                damaged=old.damaged | piles.damaged,
                foreign=summed(old.foreign, piles.foreign),
            )
        )
        done = self._done
        self._done = replace(
            done,
            journals=done.journals + len(batch),
            records=done.records + piles.records,
            parts=done.parts + len(parts),
            bytes=done.bytes + size,
            damaged=done.damaged + sum(piles.damaged.values()),
            foreign=done.foreign + sum(piles.foreign.values()),
        )

    def _write(self, piles: Piles, folder: Path, origin: Origin) -> list[Label]:
        labels, facts = list[Label](), dict[str, Pile]()
        for pile in piles.flush():
            if pile.kind == "facts":
                facts[pile.day] = pile
                continue
            try:
                labels.append(write_pile(self._execute, pile, folder, origin))
                piles.drop(pile)
            except PartMismatch:
                facts[pile.day] = piles.as_facts(pile)
        for pile in facts.values():
            labels.append(write_pile(self._execute, pile, folder, origin))
            piles.drop(pile)
        return labels

    def _keep_damaged(self, piles: Piles) -> None:
        for name in piles.damaged:
            kept = self._store / DAMAGED
            kept.mkdir(exist_ok=True, mode=0o700)
            piles.damaged_lines(name).rename(kept / name)
            sync_folder(kept)

    # ── parts into fewer, and into none ──────────────────────────────────────────────────────

    def _merge(self, day: str) -> None:
        """Write a day's parts as one a kind; a damaged one stays what it is."""
        old = [part for part in self._manifest.parts if part.day == day]
        sound = [part for part in old if problem(self._store, part) is None]
        if len({part.fold for part in sound}) < 2:
            return
        folder, labels = self._new_folder(), list[Label]()
        still = list(self._manifest.consumed)
        for kind in sorted({part.kind for part in sound}):
            those = [part for part in sound if part.kind == kind]
            origin = self._origin(still, [part.path for part in those])
            labels.append(merge_parts(self._execute, self._store, those, folder, origin))
        newest_s = max(part.folded_s for part in sound)
        self._retire(sound, self._settle(folder, labels, newest_s))
        self._done = replace(self._done, merged_days=(*self._done.merged_days, day))

    def _drop_days(self) -> None:
        now_s, limits = self._clock.wall_s(), self._limits
        parts = self._manifest.parts
        expired = expired_days(parts, now_s, limits.keep_days, limits.max_bytes)
        days = sorted({*expired, *days_before(parts, limits.before)})
        if days:
            self._retire([part for part in self._manifest.parts if part.day in days], [])
            self._done = replace(self._done, dropped_days=tuple(days))

    def _retire(self, gone: Sequence[Part], instead: Sequence[Part]) -> None:
        old, paths = self._manifest, {part.path for part in gone}
        kept = [part for part in old.parts if part.path not in paths]
        retired = old.retired | dict.fromkeys(paths, self._clock.wall_s())
        self._publish(replace(old, parts=(*kept, *instead), retired=retired))

    def _delete_what_nobody_reads(self) -> None:
        old, now_s = self._manifest, self._clock.wall_s()
        journals, parts = past_grace(old.consumed, now_s), past_grace(old.retired, now_s)
        for name in journals:
            (self._store / JOURNALS / name).unlink(missing_ok=True)
        for path in parts:
            self._delete_part(self._store / path)
        if journals or parts:
            consumed = {name: at for name, at in old.consumed.items() if name not in journals}
            retired = {path: at for path, at in old.retired.items() if path not in parts}
            self._publish(replace(old, consumed=consumed, retired=retired))

    def _delete_part(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        for folder in (path.parent, path.parent.parent):
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()

    # ── publishing ───────────────────────────────────────────────────────────────────────────

    def _origin(self, names: Sequence[str], replaces: Sequence[str] = ()) -> Origin:
        return Origin(self._manifest.generation + 1, tuple(names), tuple(replaces))

    def _new_folder(self) -> Path:
        fold = f"g{self._manifest.generation + 1:08d}-{token_hex(3)}"
        folder = self._store / PARTS / f"{UNDER_WAY}{fold}"
        folder.mkdir(parents=True, mode=0o700)
        return folder

    def _settle(self, folder: Path, labels: Sequence[Label], folded_s: float) -> list[Part]:
        """Give a fold's folder its name, once all in it is on the disk."""
        if not labels:
            shutil.rmtree(folder)
            return []
        for path in sorted({file_of(folder, label.day, label.kind).parent for label in labels}):
            sync_folder(path)
        sync_folder(folder)
        settled = folder.rename(folder.with_name(folder.name.removeprefix(UNDER_WAY)))
        sync_folder(settled.parent)
        parts = (
            described(self._store, file_of(settled, label.day, label.kind), label)
            for label in labels
        )
        return [replace(part, folded_s=folded_s) for part in parts]

    def _publish(self, manifest: Manifest) -> None:
        generation = self._manifest.generation + 1
        newest = max(folds(self._store), default="")
        manifest = replace(
            manifest, generation=generation, fold=newest, published_wall_s=self._clock.wall_s()
        )
        publish(self._store, manifest)
        self._manifest = manifest


def batches(finished: Iterator[Segment]) -> Iterator[list[Segment]]:
    """Yield the segments in portions of bounded size, each published by itself."""
    batch, size = list[Segment](), 0
    for one in finished:
        batch.append(one)
        size += one.path.stat().st_size
        if size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def summed(one: dict[str, int], other: dict[str, int]) -> dict[str, int]:
    """Return the counts of both."""
    return one | {name: one.get(name, 0) + count for name, count in other.items()}
