"""What is known of a project's Python files is what is on disk, whatever happens to them."""

import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.search import code_facts, python_file
from engine.search.code_facts import CodeFacts
from engine.search.errors import ScanFailed
from engine.search.facts import Cancelled
from engine.search.python_file import MAX_BYTES
from engine.search.ripgrep import BASE_FLAGS
from tests.search.stand_in_questions import first_line, imports
from tests.search.trees import children, write

MANY = code_facts.POOLED_FILES + 50


def _facts(rg: str, root: str, processes: int = 2) -> CodeFacts:
    return CodeFacts(root, [rg, *BASE_FLAGS, "--files", "--null"], processes=processes)


def _lines(facts: CodeFacts) -> dict[str, str]:
    facts.refresh()
    return dict(facts.layer(first_line))


@pytest.fixture
def aged(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read files an hour after they were written."""
    now_s = python_file._wall_s
    monkeypatch.setattr(python_file, "_wall_s", lambda: now_s() + 3600)


def test_the_universe_is_ripgreps(tmp_path: Path, rg: str) -> None:
    """Files are those that ripgrep lists, folder by folder; Python files those of its suffixes."""
    root = write(
        tmp_path / "p",
        {
            ".ignore": "ignored.py\n",
            "ignored.py": "",
            ".hidden.py": "",
            "b.txt": "",
            "a.py": "",
            "a/z.pyi": "",
            "a/b.pyc": "",
            "ab.py": "",
        },
    )
    facts = _facts(rg, root)
    facts.refresh()
    assert facts.files == ("a/b.pyc", "a/z.pyi", "a.py", "ab.py", "b.txt")
    assert facts.python == ("a/z.pyi", "a.py", "ab.py")


def test_a_refresh_sees_what_changed(tmp_path: Path, rg: str, aged: None) -> None:
    """Edited, added, removed and renamed files are seen; other files keep the object they had."""
    root = write(tmp_path / "p", {"a.py": "one", "b.py": "two", "c.py": "three", "d.py": "4"})
    facts = _facts(rg, root)
    facts.refresh()
    before = facts.layer(first_line)
    assert before == {"a.py": "one", "b.py": "two", "c.py": "three", "d.py": "4"}
    facts.refresh()
    assert facts.layer(first_line) is before
    write(tmp_path / "p", {"a.py": "changed", "new/e.py": "five"})
    (tmp_path / "p" / "b.py").unlink()
    (tmp_path / "p" / "c.py").rename(tmp_path / "p" / "f.py")
    facts.refresh()
    after = facts.layer(first_line)
    assert after == {"a.py": "changed", "d.py": "4", "f.py": "three", "new/e.py": "five"}
    assert list(after) == list(facts.python)
    assert after["d.py"] is before["d.py"]
    assert "b.py" in before


def test_an_edit_of_the_same_size_at_the_same_time_is_seen(tmp_path: Path, rg: str) -> None:
    """A file that is rewritten right after it was read is read again, whatever its times say."""
    root = write(tmp_path / "p", {"a.py": "x = 0"})
    facts = _facts(rg, root)
    path = tmp_path / "p" / "a.py"
    for number in range(1, 10):
        path.write_text(f"x = {number}")
        os.utime(path, ns=(10**18, 10**18))
        assert _lines(facts) == {"a.py": f"x = {number}"}


def test_a_young_file_is_read_again_but_keeps_its_value(tmp_path: Path, rg: str) -> None:
    """A file read again with the same content keeps its object, and the layer stays the same."""
    root = write(tmp_path / "p", {"a.py": "x" * 5000})
    facts = _facts(rg, root)
    facts.refresh()
    before = facts.layer(first_line)
    (tmp_path / "p" / "a.py").touch()
    facts.refresh()
    assert facts.layer(first_line) is before


@pytest.mark.parametrize("processes", [1, 3])
def test_many_files_are_scanned_by_children(
    tmp_path: Path, rg: str, processes: int, aged: None
) -> None:
    """What children find of many files is what is found here, in the order of the files."""
    names = [f"d{n % 7}/m{n}.py" for n in range(MANY)]
    root = write(tmp_path / "p", {name: f"{name}\nimport os.m{len(name)}" for name in names})
    facts = _facts(rg, root, processes)
    before = children()
    facts.refresh()
    layers = facts.layers(first_line, imports)
    assert children() <= before
    assert dict(layers[first_line]) == {name: name for name in names}
    assert list(layers[imports]) == list(facts.python)
    write(tmp_path / "p", {"d0/m0.py": "changed"})
    facts.refresh()
    after = facts.layer(first_line)
    assert after["d0/m0.py"] == "changed"
    assert after["d1/m1.py"] is layers[first_line]["d1/m1.py"]


def test_files_that_are_no_text_files(tmp_path: Path, rg: str) -> None:
    """Pipes, devices, links, loops, giants and odd bytes are each read, or unread with a reason."""
    folder = tmp_path / "p"
    root = write(
        folder,
        {
            "nul.py": "a\0b\nc",
            "latin.py": b"x = '\xe9'\n",
            "coded.py": b"# coding: latin-1\n\xe9",
            "empty.py": "",
            "big.py": b"#" * (MAX_BYTES + 1),
            "full.py": b"#" * MAX_BYTES,
        },
    )
    os.mkfifo(folder / "pipe.py")
    (folder / "link.py").symlink_to("nul.py")
    (folder / "loop").symlink_to(".")
    facts = _facts(rg, root)
    found = _lines(facts)
    assert {path: line[:20] for path, line in found.items()} == {
        "nul.py": "a\0b",
        "latin.py": "x = '\ufffd'",
        "coded.py": "# coding: latin-1",
        "empty.py": "",
        "full.py": "#" * 20,
    }
    assert facts.unread["big.py"] == "it is larger than 4 MB (4,194,305 bytes)"
    assert set(facts.unread) <= {"big.py", "pipe.py"}
    assert facts.text("coded.py") == "# coding: latin-1\né"
    assert facts.text("big.py") == facts.text("../outside.py") == facts.text("gone.py") == ""


def test_a_file_that_becomes_something_else(tmp_path: Path, rg: str) -> None:
    """A file that turns into a pipe, a link or a folder before it is read is unread, and why."""
    folder = tmp_path / "p"
    root = write(folder, dict.fromkeys(("a.py", "b.py", "c.py", "d.py", "e.py"), "x"))
    facts = _facts(rg, root)
    facts.refresh()
    for name in ("a.py", "b.py", "c.py", "d.py"):
        (folder / name).unlink()
    os.mkfifo(folder / "a.py")
    (folder / "b.py").symlink_to("/dev/zero")
    (folder / "c.py").mkdir()
    assert facts.layer(first_line) == {"e.py": "x"}
    assert facts.python == ("e.py",)
    assert facts.unread["a.py"] == facts.unread["c.py"] == "it is not a regular file"
    assert "link" in facts.unread["b.py"]
    assert facts.unread["d.py"] == "No such file or directory"
    (folder / "d.py").write_text("back")
    assert _lines(facts) == {"d.py": "back", "e.py": "x"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_without_permission_is_unread_until_it_gets_it(tmp_path: Path, rg: str) -> None:
    """A file that may not be read is told; it is read once it may be."""
    root = write(tmp_path / "p", {"a.py": "x"})
    (tmp_path / "p" / "a.py").chmod(0)
    facts = _facts(rg, root)
    assert _lines(facts) == {}
    assert facts.unread == {"a.py": "Permission denied"}
    (tmp_path / "p" / "a.py").chmod(0o600)
    assert _lines(facts) == {"a.py": "x"}


def test_a_scan_that_raises_loses_one_file(tmp_path: Path, rg: str) -> None:
    """A file that a scan fails on is missing in its layer, told, and back when it is mended."""
    root = write(tmp_path / "p", {"a.py": "raise", "b.py": "fine"})
    facts = _facts(rg, root)
    assert _lines(facts) == {"b.py": "fine"}
    assert facts.unread == {"a.py": "ValueError: a.py"}
    assert set(facts.layer(imports)) == {"a.py", "b.py"}
    write(tmp_path / "p", {"a.py": "mended"})
    assert _lines(facts) == {"a.py": "mended", "b.py": "fine"}
    assert not facts.unread


@pytest.mark.skipif(sys.platform == "darwin", reason="its file names are UTF-8")
def test_names_that_are_not_utf8(tmp_path: Path, rg: str) -> None:
    """A name of odd bytes is read as any other, also by children."""
    os.makedirs(os.fsencode(tmp_path) + b"/p")  # noqa: PTH103
    for number in range(MANY):
        path = os.fsencode(tmp_path) + b"/p/\xff\n%d.py" % number
        Path(os.fsdecode(path)).write_text(str(number))
    facts = _facts(rg, str(tmp_path / "p"))
    assert _lines(facts) == {f"\udcff\n{number}.py": str(number) for number in range(MANY)}


def test_a_project_that_goes_away_and_comes_back(tmp_path: Path, rg: str) -> None:
    """A folder that is gone, or no folder any more, is a failure that says so; then it is back."""
    root = write(tmp_path / "p", {"a.py": "x"})
    facts = _facts(rg, root)
    _lines(facts)
    (tmp_path / "p").rename(tmp_path / "q")
    with pytest.raises(ScanFailed, match=r"the project folder .*/p is gone"):
        facts.refresh()
    (tmp_path / "p").write_text("")
    with pytest.raises(ScanFailed, match="is gone"):
        facts.refresh()
    (tmp_path / "p").unlink()
    (tmp_path / "q").rename(tmp_path / "p")
    assert _lines(facts) == {"a.py": "x"}


def test_a_ripgrep_that_fails_is_told(tmp_path: Path) -> None:
    """A ripgrep that is missing, or that gives up, fails the refresh with its own words."""
    root = write(tmp_path / "p", {"a.py": "x"})
    with pytest.raises(ScanFailed, match=r"/no/rg can't be run: No such file"):
        CodeFacts(root, ["/no/rg"], processes=1).refresh()
    broken = tmp_path / "rg"
    broken.write_text("#!/bin/sh\necho 'rg: out of luck' >&2\nexit 2\n")
    broken.chmod(0o700)
    with pytest.raises(ScanFailed, match="ripgrep can't list the files: out of luck"):
        CodeFacts(root, [str(broken)], processes=1).refresh()


def test_an_empty_project(tmp_path: Path, rg: str) -> None:
    """A folder without files has none, which is no failure."""
    root = write(tmp_path / "p", {".gitkeep": ""})
    assert _lines(_facts(rg, root)) == {}


def test_a_withdrawn_question_keeps_what_was_read(tmp_path: Path, rg: str) -> None:
    """Cancelled halfway through a cold scan, the children are gone and the rest is read later."""
    root = write(tmp_path / "p", {f"{n}.py": str(n) for n in range(MANY)})
    time.sleep(0.15)  # children can't be told another time, and read young files twice
    facts = _facts(rg, root)
    facts.refresh()

    def give_up(text: str, done: int, total: int) -> None:
        if done >= 100:
            raise Cancelled

    facts.report = give_up
    before = children()
    with pytest.raises(Cancelled):
        facts.layer(first_line)
    assert children() <= before
    totals: list[int] = []
    facts.report = lambda text, done, total: totals.append(total)
    assert facts.layer(first_line) == {f"{n}.py": str(n) for n in range(MANY)}
    assert max(totals) <= MANY - 100


def test_kept_is_made_once(tmp_path: Path, rg: str) -> None:
    """What is kept under a name is made when it is first asked for, then it stays."""
    facts = _facts(rg, str(tmp_path))
    first: list[int] = facts.kept("graph", list)
    assert facts.kept("graph", list) is first


_NAMES = st.sampled_from([f"{folder}{name}.py" for folder in ("", "p/", "q/r/") for name in "abc"])
_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), _NAMES, st.sampled_from(["one", "two", "three", "raise"])),
        st.tuples(st.just("remove"), _NAMES, st.just("")),
        st.tuples(st.just("rename"), _NAMES, _NAMES),
        st.tuples(st.just("ask"), st.just(""), st.just("")),
    ),
    max_size=15,
)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_STEPS)
def test_it_is_what_a_new_one_would_know(
    tmp_path_factory: pytest.TempPathFactory, rg: str, steps: list[tuple[str, str, str]]
) -> None:
    """After any changes, whenever it was asked between them, it knows what is on disk."""
    folder = tmp_path_factory.mktemp("p")
    facts = _facts(rg, str(folder))
    model: dict[str, str] = {}
    for what, name, value in [*steps, ("ask", "", "")]:
        if what == "ask":
            _check(facts, model)
        else:
            _change(folder, model, what, name, value)


def _change(folder: Path, model: dict[str, str], what: str, name: str, value: str) -> None:
    if what == "write":
        write(folder, {name: value})
        model[name] = value
    elif name in model and what == "remove":
        (folder / name).unlink()
        del model[name]
    elif name in model and name != value:
        (folder / value).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).rename(folder / value)
        model[value] = model.pop(name)


def _check(facts: CodeFacts, model: Mapping[str, str]) -> None:
    expected = {path: text for path, text in model.items() if text != "raise"}
    assert _lines(facts) == expected
    assert set(facts.python) == set(model)
    assert set(facts.unread) == set(model) - set(expected)
