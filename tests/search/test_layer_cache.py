"""What is kept of Python files between runs counts only while it is what a new scan would say."""

import json
import marshal
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from zlib import crc32

import anyio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import engine
from engine.search import layer, layer_cache, python_file
from engine.search.cache_room import DAY_S, make_room
from engine.search.code_client import CodeClient
from engine.search.code_facts import CodeFacts
from engine.search.facts import Cancelled
from engine.search.layer_cache import Entry, LayerCache
from engine.search.ripgrep import BASE_FLAGS, find_ripgrep
from tests.search.stand_in_questions import first_line, imports, unsendable
from tests.search.trees import write

FILES = 40
NAME = "tests.search.stand_in_questions:first_line"
TOPICS = {
    "test": "tests.search.stand_in_questions",
    "project": "engine.search.project_questions",
}
STAMP = (1, 2, 3, 4)
ENTRIES: dict[str, Entry] = {
    "a.py": (STAMP, ("x", 1, None, ("é", -(2**70)))),
    "\udcff.py": (STAMP, ()),
}


_DIGEST = layer_cache.sources_digest()


@pytest.fixture(scope="module", autouse=True)
def unchanged() -> Iterator[None]:
    """Look at this program once: who edits it meanwhile does no harm to the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(layer_cache, "sources_digest", lambda: _DIGEST)
        yield


def _later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read files as if they were an hour old: younger ones are not kept."""
    monkeypatch.setattr(python_file, "_wall_s", lambda: time.time() + 3600)


@pytest.fixture
def aged(monkeypatch: pytest.MonkeyPatch) -> None:
    _later(monkeypatch)


@pytest.fixture
def root(tmp_path: Path) -> str:
    return write(tmp_path / "p", {f"{n}.py": f"line {n}\nrest" for n in range(FILES)})


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "home" / "cache"


def _facts(root: str, cache: Path) -> CodeFacts:
    listing = [find_ripgrep(), *BASE_FLAGS, "--files", "--null"]
    facts = CodeFacts(root, listing, processes=2, cache=str(cache))
    facts.refresh()
    return facts


def _taken(facts: CodeFacts) -> int:
    """Return how many first lines came from the cache."""
    facts.layer(first_line)
    taken: int = facts.cache["taken"][NAME]
    return taken


def _only(cache: Path) -> Path:
    (kept,) = cache.glob("*/*.layer")
    return kept


def _saved(cache: Path) -> LayerCache:
    """Return another run's look at what one run left."""
    kept = LayerCache(str(cache), "/p")
    kept.load(first_line)
    kept.save(first_line, dict(ENTRIES))
    assert not kept.trouble
    return LayerCache(str(cache), "/p")


@pytest.mark.usefixtures("aged")
def test_another_run_takes_what_one_left(root: str, cache: Path) -> None:
    """A second run scans nothing, and answers the same in the same order."""
    first = _facts(root, cache)
    assert _taken(first) == 0
    second = _facts(root, cache)
    second.report = lambda text, done, total: pytest.fail(text)
    assert _taken(second) == FILES
    assert second.layer(first_line) == first.layer(first_line)
    assert list(second.layer(first_line)) == list(second.python)
    assert second.cache["trouble"] == ""
    assert _only(cache).parent == Path(second.cache["folder"])
    assert second.layer(first_line) is second.layer(first_line)


@pytest.mark.usefixtures("aged")
def test_only_what_changed_is_read(root: str, cache: Path) -> None:
    """Edited, added, renamed and removed files of before are not taken; the others are."""
    _taken(_facts(root, cache))
    folder = Path(root)
    write(folder, {"0.py": "edited", "new.py": "new"})
    (folder / "1.py").unlink()
    (folder / "2.py").rename(folder / "renamed.py")
    facts = _facts(root, cache)
    assert _taken(facts) == FILES - 3
    found = facts.layer(first_line)
    assert (found["0.py"], found["new.py"], found["renamed.py"]) == ("edited", "new", "line 2")
    assert set(found) == set(facts.python)


@pytest.mark.usefixtures("aged")
def test_an_edit_that_hides_itself_is_seen(root: str, cache: Path) -> None:
    """A file of the same size whose time was set back is read again."""
    path = Path(root, "3.py")
    before = path.stat()
    _taken(_facts(root, cache))
    path.write_text("LINE 3\nrest")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    after = path.stat()
    assert (after.st_size, after.st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    facts = _facts(root, cache)
    assert facts.layer(first_line)["3.py"] == "LINE 3"
    assert _taken(facts) == FILES - 1


def test_a_young_file_is_not_kept(root: str, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was read of a file right after it was written is not believed later."""
    young_s = Path(root, "4.py").stat().st_ctime
    time.sleep(0.05)  # the file system's clock goes on, for the others
    for number in range(FILES):
        if number != 4:
            Path(root, f"{number}.py").chmod(0o600)
    monkeypatch.setattr(python_file, "_wall_s", lambda: young_s)
    monkeypatch.setattr(python_file, "_TICK_NS", 1000)
    _taken(_facts(root, cache))
    assert _taken(_facts(root, cache)) == FILES - 1


@pytest.mark.usefixtures("aged")
def test_a_file_that_a_scan_fails_on_is_tried_again(root: str, cache: Path) -> None:
    """A failure is never kept: the next run tells of it as the first one did."""
    write(Path(root), {"bad.py": "raise"})
    _taken(_facts(root, cache))
    facts = _facts(root, cache)
    assert _taken(facts) == FILES
    assert facts.unread == {"bad.py": "ValueError: bad.py"}


@pytest.mark.usefixtures("aged")
def test_what_a_withdrawn_question_read_is_kept(root: str, cache: Path) -> None:
    """A run that was stopped halfway leaves what it had read."""
    facts = _facts(root, cache)

    def give_up(text: str, done: int, total: int) -> None:
        if done >= 30:
            raise Cancelled

    facts.report = give_up
    with pytest.raises(Cancelled):
        facts.layer(first_line)
    assert _taken(_facts(root, cache)) == 30


@pytest.mark.usefixtures("aged")
def test_few_new_values_are_not_worth_a_write(root: str, cache: Path) -> None:
    """A layer is written again when enough of it is new, also where that came bit by bit."""
    facts = _facts(root, cache)
    _taken(facts)
    inode = _only(cache).stat().st_ino
    for number in range(layer._WORTH_SAVING):
        assert _only(cache).stat().st_ino == inode
        write(Path(root), {f"{number}.py": "edited"})
        facts.refresh()
        facts.layer(first_line)
    assert _only(cache).stat().st_ino != inode


_NAMES = st.sampled_from(["a.py", "b.py", "p/a.py", "p/b.py"])
_STEPS = st.lists(
    st.one_of(
        # Each text has a length of its own: edits come faster than the file system's clock ticks.
        st.tuples(st.just("write"), _NAMES, st.sampled_from(["1", "22", "333", "raise"])),
        st.tuples(st.just("remove"), _NAMES, st.just("")),
        st.tuples(st.just("rename"), _NAMES, _NAMES),
        st.tuples(st.sampled_from(["ask", "restart"]), st.just(""), st.just("")),
    ),
    max_size=15,
)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_STEPS)
def test_it_is_what_a_run_without_a_cache_knows(
    tmp_path_factory: pytest.TempPathFactory,
    steps: list[tuple[str, str, str]],
) -> None:
    """After any changes, in one run or between two, the answer is that of a cold scan."""
    folder, cache = tmp_path_factory.mktemp("p"), tmp_path_factory.mktemp("c")
    with pytest.MonkeyPatch.context() as patch:
        _later(patch)
        patch.setattr(layer, "_WORTH_SAVING", 1)
        facts = _facts(str(folder), cache)
        for what, name, value in [*steps, ("restart", "", "")]:
            if what == "restart":
                facts = _facts(str(folder), cache)
            _change(folder, what, name, value)
            facts.refresh()
            assert dict(facts.layer(first_line)) == _cold(folder)


def _change(folder: Path, what: str, name: str, value: str) -> None:
    if what == "write":
        write(folder, {name: value})
    elif what == "remove":
        (folder / name).unlink(missing_ok=True)
    elif what == "rename" and (folder / name).exists():
        (folder / value).parent.mkdir(exist_ok=True)
        (folder / name).rename(folder / value)


def _cold(folder: Path) -> dict[str, str]:
    texts = {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*.py")}
    return {path: text for path, text in texts.items() if text != "raise"}


def test_values_come_back_as_they_were(cache: Path) -> None:
    """Stamps and values of all kinds, and names that are not UTF-8, are read as written."""
    assert _saved(cache).load(first_line) == ENTRIES


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> tuple[LayerCache, Path]:
    """What one run left, and another run that looks at it."""
    cache = tmp_path_factory.mktemp("c")
    return _saved(cache), _only(cache)


@given(st.data())
def test_damage_is_noticed(left: tuple[LayerCache, Path], data: st.DataObject) -> None:
    """A file with a changed byte, too short, too long or of anything is ignored, then replaced."""
    kept, path = left
    kept.load(first_line)
    kept.save(first_line, dict(ENTRIES))
    whole = path.read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    how = data.draw(st.sampled_from(["flip", "cut", "zeros", "longer", "anything"]))
    damaged = {
        "flip": whole[:at] + bytes([whole[at] ^ data.draw(st.integers(1, 255))]) + whole[at + 1 :],
        "cut": whole[:at],
        "zeros": whole[:at] + bytes(len(whole) - at),
        "longer": whole + whole[:at],
        "anything": data.draw(st.binary(max_size=200)),
    }[how]
    path.write_bytes(damaged)
    assert kept.load(first_line) == (ENTRIES if damaged == whole else {})
    kept.save(first_line, dict(ENTRIES))
    assert kept.load(first_line) == ENTRIES


def test_what_marshal_cannot_read_is_ignored(cache: Path) -> None:
    """A whole file of the right key whose values are none is written anew."""
    kept = _saved(cache)
    path = _only(cache)
    head = layer_cache._HEAD
    magic, key, *_ = head.unpack_from(path.read_bytes())
    for values in (b"", b"garbage", marshal.dumps(["a.py"])):
        path.write_bytes(head.pack(magic, key, len(values), crc32(values)) + values)
        assert kept.load(first_line) == {}
        assert kept.trouble == ""


def test_values_of_another_project_or_scan_are_not_taken(cache: Path) -> None:
    """A file that was put in another one's place is not believed."""
    _saved(cache)
    path = _only(cache)
    for root, scan in (("/p", imports), ("/other", first_line)):
        other = LayerCache(str(cache), root)
        other.load(scan)
        other.save(scan, {})
        (theirs,) = set(cache.glob("*/*.layer")) - {path}
        shutil.copy(path, theirs)
        assert LayerCache(str(cache), root).load(scan) == {}
        theirs.unlink()


def test_two_ways_to_a_project_share_its_values(root: str, cache: Path, tmp_path: Path) -> None:
    """A link to the project's folder is the same project."""
    (tmp_path / "link").symlink_to(root)
    kept = LayerCache(str(cache), root)
    kept.load(first_line)
    kept.save(first_line, dict(ENTRIES))
    assert LayerCache(str(cache), str(tmp_path / "link")).load(first_line) == ENTRIES


def _run(program: Path, root: str, cache: Path) -> int:
    """Ask a copy of this program for definitions; return how many files it took from the cache."""
    opening = {
        "root": root,
        "listing": [find_ripgrep(), *BASE_FLAGS, "--files", "--null"],
        "processes": 1,
        "topics": TOPICS | {"other": "engine.search.other"},
        "cache": str(cache),
    }
    asked = [
        {"id": 1, "question": "other.lines", "arguments": {}},
        {"id": 2, "question": "project.state", "arguments": {}},
    ]
    argv = [sys.executable, "-S", "-E", str(program / "engine/search/code_process.py")]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for line in (opening, *asked):
            process.stdin.write(json.dumps(line).encode() + b"\n")
        process.stdin.flush()
        lines = map(json.loads, process.stdout)
        state = next(one for one in lines if one.get("id") == 2 and "answer" in one)
    taken: dict[str, int] = state["answer"]["cache"]["taken"]
    return taken["engine.search.other:lines"]


_OTHER = """
from engine.search.strings import string_end
def lines(path, text): return len(text)
QUESTIONS = {"other.lines": lambda facts, arguments: dict(facts.layer(lines))}
"""


def test_a_changed_program_takes_nothing_of_the_old_one(
    root: str, cache: Path, tmp_path: Path
) -> None:
    """Values are scanned anew when any module that a scan may use has changed by a byte."""
    time.sleep(0.15)  # a process can't be told another time, and keeps no young files
    program = tmp_path / "program"
    ours = Path(engine.__file__).parent
    shutil.copytree(ours, program / "engine", ignore=shutil.ignore_patterns("__pycache__"))
    write(program, {"engine/search/other.py": _OTHER})
    assert _run(program, root, cache) == 0
    assert _run(program, root, cache) == FILES
    used = program / "engine/search/strings.py"
    used.write_text(used.read_text() + "\n")
    assert _run(program, root, cache) == 0
    assert _run(program, root, cache) == FILES


def test_scans_use_no_module_that_the_key_does_not_cover() -> None:
    """All that the real scans import of this program lies beneath the folder that is digested."""
    scans = ("graph.scan", "structure.scan", "structure.fingerprint", "words.scan")
    code = (
        "import sys\n"
        f"import {', '.join(f'engine.search.{name}' for name in scans)}\n"
        "print(*(name for name in sys.modules if name.partition('.')[0] == 'engine'))"
    )
    cwd = Path(engine.__file__).parents[1]
    printed = subprocess.run(
        [sys.executable, "-c", code], cwd=cwd, capture_output=True, check=True, text=True
    ).stdout
    assert {name for name in printed.split() if not name.startswith("engine.search")} == {"engine"}
    assert cwd / "engine" / "search" == layer_cache._SOURCES


def test_a_program_that_changes_while_it_runs_keeps_nothing(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What an old process made is not left under the new modules' name, nor under its own."""
    kept = LayerCache(str(cache), "/p")
    kept.load(first_line)
    monkeypatch.setattr(layer_cache, "sources_digest", lambda: b"new")
    kept.save(first_line, dict(ENTRIES))
    assert kept.trouble == "this program was changed since its process was started"
    assert not list(cache.glob("*/*"))


_WRITER = """
import sys
from engine.search import layer_cache
from tests.search.stand_in_questions import first_line
layer_cache.sources_digest = lambda: bytes.fromhex(sys.argv[3])
cache = layer_cache.LayerCache(sys.argv[1], "/p")
cache.load(first_line)
for number in range(100):
    cache.save(first_line, {f"{n}.py": ((1, 2, 3, 4), sys.argv[2]) for n in range(2000)})
assert not cache.trouble, cache.trouble
"""


def test_two_writers_at_once(cache: Path) -> None:
    """Whoever reads meanwhile sees what one or the other wrote whole, and nothing else stays."""
    _saved(cache)
    argv = [sys.executable, "-c", _WRITER, str(cache)]
    cwd = Path(engine.__file__).parents[1]
    seen: set[str] = set()
    with (
        subprocess.Popen([*argv, "one", _DIGEST.hex()], cwd=cwd) as one,
        subprocess.Popen([*argv, "two", _DIGEST.hex()], cwd=cwd) as two,
    ):
        while one.poll() is None or two.poll() is None:
            entries = LayerCache(str(cache), "/p").load(first_line)
            assert len(entries) == 2000 or entries == ENTRIES
            values = {str(value) for _, value in entries.values()}
            assert len(values) == 1 or entries == ENTRIES
            seen |= values
            time.sleep(0.005)
    assert one.returncode == two.returncode == 0
    assert {"one", "two"} & seen
    assert _only(cache).is_file()
    assert not list(cache.glob("*/*.tmp"))


@pytest.mark.usefixtures("aged")
@pytest.mark.parametrize("which", ["all", "project"])
def test_a_folder_that_others_may_write_to_is_not_used(root: str, cache: Path, which: str) -> None:
    """Nothing is read from it or written to it; the answer is the same, and the state says why."""
    _taken(_facts(root, cache))
    before = _only(cache).stat().st_mtime_ns
    folder = cache if which == "all" else _only(cache).parent
    folder.chmod(0o770)
    facts = _facts(root, cache)
    assert _taken(facts) == 0
    assert len(facts.layer(first_line)) == FILES
    assert facts.cache["trouble"] == f"others may write to {folder}"
    assert _only(cache).stat().st_mtime_ns == before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
@pytest.mark.parametrize("which", ["cache", "folder", "file"])
def test_what_belongs_to_another_user_is_not_read(cache: Path, which: str) -> None:
    """A folder or a file of somebody else is left alone."""
    kept = _saved(cache)
    path = _only(cache)
    strange = {"cache": cache, "folder": path.parent, "file": path}[which]
    os.chown(strange, 12345, -1)
    assert kept.load(first_line) == {}
    assert kept.trouble == f"{strange} belongs to another user"


def test_odd_things_in_the_place_of_a_file(cache: Path) -> None:
    """A file that others may write to, a link, a pipe and a folder are not read."""
    kept = _saved(cache)
    path = _only(cache)
    path.chmod(0o666)
    assert kept.load(first_line) == {}
    assert "others may write" in kept.trouble
    path.chmod(0o600)
    assert kept.load(first_line) == ENTRIES
    path.rename(cache / "elsewhere")
    path.symlink_to(cache / "elsewhere")
    assert kept.load(first_line) == {}
    path.unlink()
    os.mkfifo(path, 0o600)
    assert kept.load(first_line) == {}
    path.unlink()
    path.mkdir()
    assert kept.load(first_line) == {}


@pytest.mark.usefixtures("aged")
def test_a_place_where_nothing_can_be_written(root: str, tmp_path: Path) -> None:
    """The answer is the same, and the state says what is wrong; so it does without any place."""
    (tmp_path / "file").write_text("")
    facts = _facts(root, tmp_path / "file" / "cache")
    assert len(facts.layer(first_line)) == FILES
    assert facts.cache["trouble"].startswith("Not a directory: ")
    listing = [find_ripgrep(), *BASE_FLAGS, "--files", "--null"]
    without = CodeFacts(root, listing, processes=1)
    without.refresh()
    assert len(without.layer(first_line)) == FILES
    assert without.cache == {
        "folder": None,
        "trouble": "no folder to keep values in is known",
        "taken": {NAME: 0},
    }


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_cache_is_still_read(cache: Path) -> None:
    """Values are taken from a folder that can't be written to; that it can't is told."""
    kept = _saved(cache)
    folder = _only(cache).parent
    folder.chmod(0o500)
    assert kept.load(first_line) == ENTRIES
    kept.save(first_line, dict(ENTRIES))
    folder.chmod(0o700)
    assert "Permission denied" in kept.trouble


def test_a_full_disk(cache: Path) -> None:
    """Where a write fails, the last whole file stays, the state says why, and nothing is left."""
    kept = _saved(cache)
    kept.load(first_line)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        kept.save(first_line, {"a.py": (STAMP, "x" * 5000)})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert kept.trouble.startswith("File too large")
    assert LayerCache(str(cache), "/p").load(first_line) == ENTRIES
    assert [path.suffix for path in cache.glob("*/*")] == [".layer"]


def test_values_that_are_too_large_are_not_kept(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing larger than the limit is written, and such a file is not read."""
    kept = _saved(cache)
    monkeypatch.setattr(layer_cache, "MAX_BYTES", 10)
    assert kept.load(first_line) == {}
    kept.save(first_line, dict(ENTRIES))
    assert "too large" in kept.trouble


def test_values_that_cannot_be_written(root: str, cache: Path) -> None:
    """A scan whose values are no plain ones is answered for, and nothing is kept."""
    kept = LayerCache(str(cache), root)
    kept.load(unsendable)
    kept.save(unsendable, {"odd.py": (STAMP, unsendable("odd.py", ""))})
    assert kept.trouble == "a value can't be written: unmarshallable object"
    assert not cache.exists()


def _old(path: Path, days: float, now_s: float) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"x" * 100)
    os.utime(path, (now_s - days * DAY_S,) * 2)
    return path


def test_what_nobody_uses_is_removed(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once a day goes what was unused for a month, what was left half written, then the oldest."""
    cache.mkdir(parents=True)
    now_s = 1e9
    unused = _old(cache / "a" / "unused.layer", 31, now_s)
    torn = _old(cache / "b" / "torn.tmp", 1, now_s)
    oldest = _old(cache / "b" / "oldest.layer", 20, now_s)
    newer = _old(cache / "b" / "newer.layer", 19, now_s)
    being_written = _old(cache / "b" / "new.tmp", 0, now_s)
    foreign = _old(cache / "b" / "notes.txt", 400, now_s)
    monkeypatch.setattr("engine.search.cache_room.MAX_TOTAL_BYTES", 350)
    make_room(cache, now_s)
    assert not unused.parent.exists()
    assert [path.exists() for path in (torn, oldest)] == [False, False]
    assert [path.exists() for path in (newer, being_written, foreign)] == [True, True, True]
    late = _old(cache / "b" / "unused.layer", 31, now_s)
    make_room(cache, now_s + 0.9 * DAY_S)
    assert late.exists()
    make_room(cache, now_s + 1.1 * DAY_S)
    assert not late.exists()


def test_use_is_noted(cache: Path) -> None:
    """A file that is read is not among the oldest any more."""
    kept = _saved(cache)
    path = _only(cache)
    os.utime(path, (0, 0))
    kept.load(first_line)
    assert time.time() - path.stat().st_mtime < DAY_S


@pytest.mark.anyio
async def test_two_processes_of_one_project(root: str, cache: Path) -> None:
    """Both answer, and what they left is taken by the next one, in one folder of the user alone."""
    await anyio.sleep(0.15)  # a process can't be told another time, and keeps no young files

    async def ask(expected: int) -> None:
        async with CodeClient.open(
            root, find_ripgrep, topics=TOPICS, cache=lambda: str(cache)
        ) as client:
            assert len(await client.ask("test.lines")) == FILES
            state = await client.ask("project.state")
            assert state["cache"]["trouble"] == ""
            assert state["cache"]["taken"][NAME] in {0, expected}
            taken.append(state["cache"]["taken"][NAME])

    taken: list[int] = []
    async with anyio.create_task_group() as group:
        group.start_soon(ask, FILES)
        group.start_soon(ask, FILES)
    await ask(FILES)
    assert taken[-1] == FILES
    modes = {path.stat().st_mode & 0o777 for path in (cache, _only(cache).parent)}
    assert (modes, _only(cache).stat().st_mode & 0o777) == ({0o700}, 0o600)
