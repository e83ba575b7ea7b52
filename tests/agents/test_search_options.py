"""How to search, as a query says it."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.agents.search_options import TYPES, read_options
from engine.agents.sought import sought
from engine.evidence import Argument

TESTS = ("tests/b.py", "pkg/tests/c.py", "test_f.py")
NO_TESTS = ("!**/tests/**", "!**/test_*")


@pytest.mark.parametrize(
    ("text", "rest", "slots"),
    [
        ("find x", "find x", {}),
        ("find x ignoring case", "find x", {"ignore_case": True}),
        ("find x, ignore case", "find x", {"ignore_case": True}),
        ("find x case-insensitively", "find x", {"ignore_case": True}),
        ("find x regardless of case", "find x", {"ignore_case": True}),
        ("find x case sensitive", "find x", {"ignore_case": False}),
        ("find x smart case", "find x", {"smart_case": True}),
        ("find x as a whole word", "find x", {"word": True}),
        ("find x whole words only", "find x", {"word": True}),
        ("find x.* as a regex", "find x.*", {"regex": True}),
        ("find x in python files", "find x", {"types": ("py",)}),
        ("find x in all rust and c++ files", "find x", {"types": ("rust", "cpp")}),
        ("find x in markdown, yaml and toml files", "find x", {"types": ("md", "yaml", "toml")}),
        ("rg -tpy -t rust x", "rg x", {"types": ("py", "rust")}),
        ("rg --type=py x", "rg x", {"types": ("py",)}),
        ("rg -g '*.py' -g '!a/**' x", "rg x", {"globs": ("*.py", "!a/**")}),
        ("rg --glob=*.md x", "rg x", {"globs": ("*.md",)}),
        ("find x except tests", "find x", {"globs": NO_TESTS}),
        ("find x not in the docs folder", "find x", {"globs": ("!**/docs/**",)}),
        ("find x without src/old/", "find x", {"globs": ("!src/old/**",)}),
        ("find x excluding *.md and a.py", "find x", {"globs": ("!*.md", "!a.py")}),
        ("find x without y", "find x without y", {}),
        ("find try except", "find try except", {}),
        ("find x with 3 lines of context", "find x", {"context": 3.0}),
        ("find x with two context lines", "find x", {"context": 2.0}),
        ("find x with context", "find x", {"context": 2.0}),
        ("rg -C3 x", "rg x", {"context": 3.0}),
        ("rg --context=1 x", "rg x", {"context": 1.0}),
        ("find x including hidden files", "find x", {"hidden": True}),
        ("find x, also in hidden and ignored files", "find x", {"hidden": True}),
        ("rg -uu x", "rg x", {"hidden": True}),
        ("rg -l x", "rg x", {"files_only": True}),
        ("rg -c x", "rg x", {"count_only": True}),
        ("find 'x ignoring case'", "find 'x ignoring case'", {}),
        ("find '-S' -S", "find '-S'", {"smart_case": True}),
    ],
)
def test_options_are_taken_out_of_a_query(text: str, rest: str, slots: dict[str, Argument]) -> None:
    """In words or as ripgrep's own; what is quoted is looked for."""
    left, found = read_options(text)
    assert (re.sub(r"\s+", " ", left), found) == (rest, slots)


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("find TODO and FIXME", {"pattern": "TODO|FIXME", "regex": True, "word": True}),
        ("find TODOs or FIXMEs", {"pattern": "TODO|FIXME", "label": "TODO or FIXME"}),
        ("how many todos and fixmes are there", {"pattern": "TODO|FIXME"}),
        ("find todo and fixme", {"pattern": "todo|fixme", "ignore_case": True}),
        ("find risk and return", {"words": "risk and return"}),
        ("search files that contain max_delta", {"pattern": "max_delta", "files_only": True}),
        ("find MAX_DELTA case sensitive", {"pattern": "MAX_DELTA", "word": True}),
        ("find risk limit smart case", {"words": "risk limit", "smart_case": True}),
        ("find ignoring case", {"words": "ignoring case"}),
        ("find -e 'a|b'", {"pattern": "a|b", "regex": True}),
        ("rg -iw strike", {"pattern": "strike", "ignore_case": True, "word": True}),
    ],
)
def test_what_is_looked_for_and_how(text: str, slots: dict[str, Argument]) -> None:
    """Names in a row are each looked for; options stand in any order."""
    found = sought(text)
    assert {name: found.get(name) for name in slots} == slots


def test_smart_case_is_no_ignored_case() -> None:
    """Where the letters of the pattern decide, nothing else does."""
    assert "ignore_case" not in sought("find risk limit smart case")


@given(st.text(max_size=60) | st.text(alphabet="find -tgCS'\"*.py3 ,and", max_size=40))
def test_any_text_has_a_pattern(text: str) -> None:
    """Options never swallow the whole search, and each has the type that the search takes."""
    if not text.strip(" ?!.") or not sought(text).get("pattern"):
        return
    slots = sought(text)
    assert isinstance(slots["pattern"], str)
    for name in ("types", "globs", "suffixes"):
        assert isinstance(slots.get(name, ()), tuple)
    for name in ("regex", "word", "ignore_case", "smart_case", "hidden", "files_only"):
        assert slots.get(name, True) is True


@pytest.fixture(scope="module")
def rg() -> str:
    program = shutil.which("rg")
    if program is None:
        import sys

        program = str(Path(sys.executable).parent / "rg")
    return program


def test_every_type_is_one_of_ripgreps(rg: str) -> None:
    """ripgrep knows each name that a kind of file is given."""
    listed = subprocess.run([rg, "--type-list"], capture_output=True, text=True, check=True)
    known = {line.partition(":")[0] for line in listed.stdout.splitlines()}
    assert set(TYPES.values()) <= known


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("find x except tests", {"a.py", "docs/d.md", "src/e.py"}),
        ("find x except tests and docs", {"a.py", "src/e.py"}),
        (
            "find x excluding src/",
            {"a.py", "docs/d.md", "tests/b.py", "pkg/tests/c.py", "test_f.py"},
        ),
        (
            "find x excluding *.md and a.py",
            {"src/e.py", "tests/b.py", "pkg/tests/c.py", "test_f.py"},
        ),
        ("find x in markdown files", {"docs/d.md"}),
    ],
)
def test_ripgrep_leaves_out_what_the_words_exclude(
    rg: str, tmp_path: Path, text: str, left: set[str]
) -> None:
    """The globs and types mean to ripgrep what the words mean to people."""
    for name in ("a.py", "tests/b.py", "pkg/tests/c.py", "docs/d.md", "src/e.py", "test_f.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x\n")
    slots = sought(text)
    globs, types = slots.get("globs", ()), slots.get("types", ())
    assert isinstance(globs, tuple)
    assert isinstance(types, tuple)
    options = [*(f"--glob={glob}" for glob in globs), *(f"--type={name}" for name in types)]
    command = [rg, "--files-with-matches", *options, "-e", str(slots["pattern"]), "."]
    found = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert {line.removeprefix("./") for line in found.stdout.splitlines()} == left
