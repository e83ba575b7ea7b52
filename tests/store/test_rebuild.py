"""A manifest that was lost comes back without forgetting what could not be read."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from engine.store.folding.manifest import publish, read
from engine.store.folding.verify import verify
from engine.store.leases.pool import Pool
from engine.store.past.past import Past

from .stores import DAY_S, NOON_S, facts, folded, parts, samples, write

pytestmark = pytest.mark.anyio
OLD_S = NOON_S - DAY_S
MANIFEST = "manifest.json"


@pytest.fixture
async def pool() -> AsyncIterator[Pool]:
    pool = Pool(2)
    yield pool
    await pool.close()


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Two folded days of one session each."""
    write(tmp_path, "old", samples("old", 60, OLD_S))
    write(tmp_path, "new", facts("new", ["a", "b"]))
    folded(tmp_path)
    return tmp_path


def part_of(store: Path, kind: str) -> Path:
    (found,) = (path for path in parts(store) if path.stem == kind)
    return found


def spoil_footer(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-40:] = b"\xff" * 40
    path.write_bytes(data)


def spoil_rows(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[4:400] = b"\xff" * 396
    path.write_bytes(data)


def lost(store: Path, kind: str, spoil: Callable[[Path], None] = spoil_footer) -> Path:
    """Spoil the part of a kind and the manifest, and return the part."""
    path = part_of(store, kind)
    spoil(path)
    (store / MANIFEST).write_bytes(b"garbage")
    return path


async def problems(pool: Pool, store: Path, start_s: float, end_s: float) -> tuple[str, ...]:
    past = Past(pool, store)
    await past.events(start_s, end_s)
    return past.problems


@pytest.mark.parametrize("kind", ["HostSample", "facts"])
@pytest.mark.parametrize("spoil", [spoil_footer, spoil_rows])
async def test_an_unreadable_part_is_not_forgotten(
    pool: Pool, store: Path, kind: str, spoil: Callable[[Path], None]
) -> None:
    """Fold, verify, status and the answers of its day name it, those of other days don't."""
    path = lost(store, kind, spoil)
    outcome = folded(store)
    assert outcome.rebuilt
    (said,) = outcome.unreadable
    assert str(path) in said
    assert folded(store).unreadable == (said,)
    assert verify(store) == [said]
    days = (OLD_S, OLD_S + 60), (NOON_S, NOON_S + 60)
    own, other = days if kind == "HostSample" else reversed(days)
    assert await problems(pool, store, *own) == (said,)
    assert await problems(pool, store, *other) == ()
    assert said in (await Past(pool, store).size()).problems


async def test_what_could_be_read_has_a_checksum_again(store: Path) -> None:
    """A byte that flips after the rebuild is found."""
    lost(store, "HostSample")
    folded(store)
    path = part_of(store, "EngineSample")
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    assert any(f"{path} is damaged" in said for said in verify(store))


async def test_a_deleted_part_is_forgotten_by_the_next_fold(pool: Pool, store: Path) -> None:
    """Its user gave it up, so nothing is said any more."""
    path = lost(store, "HostSample")
    folded(store)
    path.unlink()
    assert folded(store).unreadable == ()
    assert verify(store) == []
    assert await problems(pool, store, OLD_S, NOON_S + 60) == ()


async def test_a_restored_part_is_read_again(pool: Pool, store: Path) -> None:
    """The next fold finds that it can be read, and all is as it was."""
    past, data = Past(pool, store), part_of(store, "HostSample").read_bytes()
    before = await past.events(OLD_S, NOON_S + 60)
    path = lost(store, "HostSample")
    folded(store)
    assert await Past(pool, store).events(OLD_S, NOON_S + 60) != before
    path.write_bytes(data)
    assert folded(store).unreadable == ()
    assert verify(store) == []
    assert await Past(pool, store).events(OLD_S, NOON_S + 60) == before


async def test_a_broken_manifest_hides_no_damage(pool: Pool, store: Path) -> None:
    """Before any fold verify, status and answers name the manifest and the unreadable part."""
    path = lost(store, "HostSample")
    manifest, part = verify(store)
    assert MANIFEST in manifest
    assert str(path) in part
    for said in (
        await problems(pool, store, OLD_S, OLD_S + 60),
        (await Past(pool, store).size()).problems,
    ):
        assert any(MANIFEST in one for one in said)
        assert any(str(path) in one for one in said)


async def test_a_time_that_nobody_read_is_not_shown(pool: Pool, store: Path) -> None:
    """The record begins with the first row that can be read."""
    for kind in ("HostSample", "GpuSample", "ProcessSample", "EngineSample"):
        if any(path.stem == kind for path in parts(store)):
            lost(store, kind)
    folded(store)
    extent = await Past(pool, store).extent()
    assert extent is not None
    assert extent[0] >= NOON_S


def test_a_file_that_no_manifest_knows_is_named(store: Path) -> None:
    """It is told among the parts, but for what a fold is writing or did not live to publish."""
    path = part_of(store, "HostSample")
    fold, day = path.parent.parent, path.parent.name
    late = f"g{read(store).generation + 1:08d}-abcdef"
    strangers = fold / "notes.txt", fold / "day=then" / "facts.parquet", fold / day / "x.parquet"
    unpublished = fold.with_name(late) / "a", fold.with_name(f".tmp-{late}") / "a"
    for one in (*strangers, *unpublished):
        one.parent.mkdir(exist_ok=True)
        one.write_bytes(b"x")
    said = verify(store)
    assert len(said) == len(strangers)
    for one in strangers:
        assert any(str(one) in sentence for sentence in said)
    (store / MANIFEST).write_bytes(b"garbage")
    assert all(any(str(one) in sentence for sentence in verify(store)) for one in strangers)
    assert folded(store).unreadable == ()


def test_retired_parts_are_no_strangers(tmp_path: Path) -> None:
    """What a merge replaced lies there for a minute, and nothing is wrong."""
    for number in range(9):
        write(tmp_path, f"s{number}", facts(f"s{number}", "x"))
        merged = folded(tmp_path).merged_days
    assert merged
    assert len(parts(tmp_path)) == 10
    assert verify(tmp_path) == []


def test_a_part_without_a_checksum_gets_one(store: Path) -> None:
    """A manifest that was rebuilt without checksums is told by verify and mended by a fold."""
    manifest = read(store)
    bare = [replace(part, crc=None) for part in manifest.parts]
    publish(store, replace(manifest, parts=tuple(bare)))
    assert all("has no checksum" in said for said in verify(store))
    assert len(verify(store)) == len(bare)
    assert folded(store).rebuilt
    assert verify(store) == []
    assert {part.crc for part in read(store).parts} == {part.crc for part in manifest.parts}


def test_a_damaged_part_without_a_checksum_is_named(store: Path) -> None:
    """No fold takes the checksum of rows that can't be read."""
    manifest, path = read(store), part_of(store, "HostSample")
    bare = [replace(part, crc=None) for part in manifest.parts]
    publish(store, replace(manifest, parts=tuple(bare)))
    spoil_rows(path)
    (said,) = folded(store).unreadable
    assert str(path) in said
    assert verify(store) == [said]
    assert not folded(store).rebuilt
