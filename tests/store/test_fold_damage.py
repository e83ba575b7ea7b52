"""What is damaged is named, and the readable rest stays readable."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine.store.errors import ManifestDamaged, ManifestNewer
from engine.store.folding.manifest import Manifest, Part, publish, read
from engine.store.folding.verify import verify
from engine.store.journals.records import sealed
from engine.store.leases.pool import Pool
from engine.store.past.past import Past

from .stores import DAY_S, NOON_S, facts, folded, parts, past_queries, samples, write

pytestmark = pytest.mark.anyio
EVER = (0.0, 4e9)


@pytest.fixture
async def pool() -> AsyncIterator[Pool]:
    pool = Pool(2)
    yield pool
    await pool.close()


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Two folded days of one session each, and a journal that is in no part."""
    write(tmp_path, "old", [*samples("old", 60, NOON_S - DAY_S)])
    write(tmp_path, "new", facts("new", ["a", "b"]))
    folded(tmp_path)
    write(tmp_path, "last", facts("last", ["c"]))
    return tmp_path


def part_of(store: Path, kind: str) -> Path:
    (found,) = (path for path in parts(store) if path.stem == kind)
    return found


async def counts(pool: Pool, store: Path) -> tuple[dict[str, int], tuple[str, ...]]:
    """Return the readable events by session, and what was said about the others."""
    past, found = Past(pool, store), dict[str, int]()
    for one in await past.events(*EVER):
        found[one.session] = found.get(one.session, 0) + 1
    return found, past.problems


ALL = {"old": 150, "new": 4, "last": 2}


async def test_a_sound_store_has_no_problems(pool: Pool, store: Path) -> None:
    """Nothing is said where all is as it was written."""
    assert await counts(pool, store) == (ALL, ())
    assert verify(store) == []


@pytest.mark.parametrize("damage", ["empty", "flipped", "cut", "gone", "garbage", "folder"])
async def test_a_damaged_part_is_left_out(pool: Pool, store: Path, damage: str) -> None:
    """A zero-length, flipped, cut or missing part costs only its own rows, in a sentence."""
    path = part_of(store, "HostSample")
    data = bytearray(path.read_bytes())
    path.unlink()
    if damage == "folder":
        path.mkdir()
    elif damage != "gone":
        data[len(data) // 3] ^= 4
        new = {"empty": b"", "flipped": data, "cut": data[:-7], "garbage": os.urandom(len(data))}
        path.write_bytes(bytes(new[damage]))
    found, problems = await counts(pool, store)
    assert found == ALL | {"old": 90}
    assert len(problems) == 1
    assert str(path) in problems[0]
    assert any(str(path) in said for said in verify(store))
    assert (await Past(pool, store).metric("cpu", NOON_S - DAY_S, NOON_S, 5)).count == (0,) * 5


async def test_a_part_that_is_damaged_later_is_left_out_too(pool: Pool, store: Path) -> None:
    """A part that was sound when it was first read may vanish while the session goes on."""
    assert await counts(pool, store) == (ALL, ())
    path = part_of(store, "EngineSample")
    path.unlink()
    found, problems = await counts(pool, store)
    assert found == ALL | {"old": 90}
    assert str(path) in problems[0]


@pytest.mark.parametrize("damage", [b"", b"garbage", b"\0" * 400, "cut", "flipped", "gone"])
async def test_a_damaged_manifest_is_rebuilt(pool: Pool, store: Path, damage: bytes | str) -> None:
    """Readers go by what the parts say of themselves; the next fold publishes that."""
    path, sound = store / "manifest.json", read(store)
    data = path.read_bytes()
    new = {"cut": data[:-30], "flipped": data.replace(b"old", b"odd"), "gone": b""}
    path.write_bytes(new[damage] if isinstance(damage, str) else damage)
    if damage == "gone":
        path.unlink()
    found, problems = await counts(pool, store)
    assert found == ALL
    assert "manifest" in problems[0]
    assert "manifest" in verify(store)[0]
    outcome = folded(store)
    assert outcome.rebuilt
    assert (outcome.journals, outcome.records) == (1, 2)
    assert await counts(pool, store) == (ALL, ())
    again = read(store)
    assert {part.path for part in sound.parts} < {part.path for part in again.parts}
    assert again.consumed.keys() >= sound.consumed.keys()
    assert again.generation > sound.generation


async def test_a_damaged_manifest_is_rebuilt_with_nothing_else_to_do(
    pool: Pool, store: Path
) -> None:
    """The fold that finds no journal publishes the rebuilt manifest all the same."""
    folded(store)
    (store / "manifest.json").write_bytes(b"garbage")
    assert folded(store).rebuilt
    assert read(store).parts
    assert not folded(store).rebuilt
    assert await counts(pool, store) == (ALL, ())


async def test_a_merged_day_is_rebuilt_without_what_it_replaced(pool: Pool, tmp_path: Path) -> None:
    """Parts that others stand for are not read twice, though they still lie there."""
    for number in range(9):
        write(tmp_path, f"s{number}", facts(f"s{number}", "x"))
        merged = folded(tmp_path).merged_days
    assert merged
    assert len(parts(tmp_path)) == 10
    (tmp_path / "manifest.json").unlink()
    found, _ = await counts(pool, tmp_path)
    assert found == {f"s{number}": 2 for number in range(9)}
    past = Past(pool, tmp_path)
    assert (await past.size()).parts == 1


async def test_a_newer_manifest_is_read_as_far_as_possible(pool: Pool, store: Path) -> None:
    """Its version is named; parts that say what they are, and journals, are read."""
    (store / "manifest.json").write_bytes(sealed(b'{"version":9}'))
    with pytest.raises(ManifestNewer, match="version 9"):
        read(store)
    found, problems = await counts(pool, store)
    assert found == ALL
    assert "version 9" in problems[0]
    assert "version 9" in verify(store)[0]


def test_a_manifest_is_read_as_it_was_published(tmp_path: Path) -> None:
    """Every field comes back; what is no manifest is refused with its path."""
    part = Part("parts/g1-a/day=x/facts.parquet", "facts", "x", 3, 99, 2**32 - 1, 5, 1.5, 2.5)
    manifest = Manifest(
        1, 7, "g1-a", 9.0, (part,), {"a.jsonl": 1.0}, {"b": 2.0}, {"c": 1}, {"d": 2}
    )
    publish(tmp_path, manifest)
    assert read(tmp_path) == manifest
    assert part.fold == "g1-a"
    (tmp_path / "manifest.json").write_bytes(sealed(b'{"version":1,"parts":3}'))
    with pytest.raises(ManifestDamaged, match=r"manifest\.json"):
        read(tmp_path)


async def test_damaged_lines_are_counted_and_kept(pool: Pool, tmp_path: Path) -> None:
    """A flipped byte and a torn end cost their lines; the bytes go to the folder `damaged`."""
    path = write(tmp_path, "a", facts("a", ["one", "two", "three"]))
    lines = path.read_bytes().splitlines(keepends=True)
    lines[2] = lines[2].replace(b"two", b"tWo")
    torn = lines.pop()[:30]
    path.write_bytes(b"".join(lines) + torn)
    past = Past(pool, tmp_path)
    assert len(await past.events(*EVER)) == 4
    assert "1 damaged line" in past.problems[0]
    assert any("damaged" in said for said in verify(tmp_path))
    assert folded(tmp_path).damaged == 2
    assert len(await past.events(*EVER)) == 4
    assert read(tmp_path).damaged == {"a.jsonl": 2}
    assert (tmp_path / "damaged" / "a.jsonl").read_bytes() == lines[2] + torn + b"\n"
    assert (await past.size()).damaged == 2
    assert any("a.jsonl had 2 damaged" in said for said in verify(tmp_path))


async def test_a_deleted_store_is_an_empty_one(pool: Pool, store: Path) -> None:
    """What is gone while a session reads is gone; what is written afterwards is read."""
    assert (await counts(pool, store))[0] == ALL
    shutil.rmtree(store)
    assert await counts(pool, store) == ({}, ())
    assert (await Past(pool, store).size()).parts == 0
    write(store, "again", facts("again", "x"))
    assert (await counts(pool, store))[0] == {"again": 2}


def test_a_read_only_store_is_readable(store: Path) -> None:
    """Somebody who may not write there reads all of it, and hears why it can't be folded."""
    program = """
import anyio, anyio._backends._asyncio, duckdb, os, sys
from pathlib import Path
from engine.store.folding.fold_outcome import Limits
from engine.store.folding.fold_process import fold
from engine.store.past.past import Past
from engine.store.leases.pool import Pool

async def main(store):
    pool = Pool(1)
    past = Past(pool, store)
    print(len(await past.events(0.0, 4e9)), past.problems)
    await pool.close()
    print(fold(store, Limits()).why)

if os.getuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
anyio.run(main, Path(sys.argv[1]))
"""
    with tempfile.TemporaryDirectory() as folder:  # where everybody may look
        Path(folder).chmod(0o755)
        copy = Path(shutil.copytree(store, Path(folder) / "store"))
        for path in (copy, *copy.rglob("*")):
            path.chmod(0o555 if path.is_dir() else 0o444)
        ended = subprocess.run(
            [sys.executable, "-c", program, copy], capture_output=True, check=False, text=True
        )
        for path in (copy, *copy.rglob("*")):
            path.chmod(0o755)
    assert ended.stdout.splitlines()[:1] == ["156 ()"], ended.stderr
    assert "can't be folded: Permission denied" in ended.stdout.splitlines()[1]


async def test_queries_are_found_in_parts_and_journals(pool: Pool, store: Path) -> None:
    """History does not end where a fold began."""
    async with pool.lease() as lease:
        past = await past_queries(lease, store, 10)
    assert sorted((one.text, one.verdict) for one in past) == [
        ("a", "about a"),
        ("b", "about b"),
        ("c", "about c"),
    ]


def test_few_open_files_leave_out_the_oldest_days(tmp_path: Path) -> None:
    """Where not all parts can be open at once the newest are read, and the others named."""
    for day in range(60):
        write(tmp_path, f"s{day}", samples(f"s{day}", 3, NOON_S - day * DAY_S))
    program = """
import anyio, resource, sys
from pathlib import Path
from engine.store.folding.fold_outcome import Limits
from engine.store.folding.fold_process import fold
from engine.store.past.past import Past
from engine.store.leases.pool import Pool

async def main(store):
    pool = Pool(1)
    past = Past(pool, store)
    print(len(await past.events(0.0, 4e9)), past.problems[0])
    await pool.close()

resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
print(fold(Path(sys.argv[1]), Limits()).records)
resource.setrlimit(resource.RLIMIT_NOFILE, (40, 64))
anyio.run(main, Path(sys.argv[1]))
"""
    ended = subprocess.run(
        [sys.executable, "-c", program, tmp_path], capture_output=True, check=False, text=True
    )
    assert ended.returncode == 0, ended.stderr
    folded_line, read_line = ended.stdout.splitlines()
    assert int(folded_line) == 60 * 8
    count, _, said = read_line.partition(" ")
    assert 8 <= int(count) < 60 * 8
    assert "may not open so many files" in said
