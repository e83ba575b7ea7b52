"""Copied files, copied folders, and code that stands in several places."""

from collections import defaultdict
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from engine.search.structure.questions import QUESTIONS
from engine.search.structure.repeats import maximal_repeats
from tests.search.structure.projects import Project

LEAST = 4
strings = st.lists(st.text(alphabet="abc", max_size=24), min_size=1, max_size=4)


def by_brute_force(texts: list[str]) -> set[tuple[int, tuple[tuple[int, int], ...]]]:
    """Every string with its places; those that no longer string has too; minus tables."""
    places: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for number, text in enumerate(texts):
        for start in range(len(text)):
            for end in range(start + LEAST, len(text) + 1):
                places[text[start:end]].append((number, start))
    found = set()
    for string, where in places.items():
        if len(where) < 2 or periodic(string[:LEAST]):
            continue
        before = {texts[number][start - 1] if start else None for number, start in where}
        ends = [(number, start + len(string)) for number, start in where]
        behind = {texts[number][end] if end < len(texts[number]) else None for number, end in ends}
        left = before.pop() if len(before) == 1 else None
        if left is not None and not periodic(left + string[: LEAST - 1]):
            continue
        if len(behind) == 1 and behind != {None}:
            continue
        found.add((len(string), tuple(where)))
    return found


def periodic(window: str) -> bool:
    return any(window == (window[:size] * LEAST)[: len(window)] for size in (1, 2))


@given(strings)
def test_the_repeats_are_those_of_brute_force(texts: list[str]) -> None:
    """On small strings, exactly the maximal repeats are found, each once."""
    found = [(one.length, tuple(sorted(one.places))) for one in maximal_repeats(texts, LEAST)]
    assert sorted(found) == sorted(by_brute_force(texts))


BLOCK = """\
def {f}(items):
    total = 0
    for item in items:
        if item > {n}:
            total += item.price() * {n}
        print(total)
    return sorted(items, key=total)
"""


def ask(texts: dict[str, str], **arguments: Any) -> Any:
    return QUESTIONS["structure.duplicates"](Project(texts), arguments)


def block(function: str = "f", number: int = 1) -> str:
    return BLOCK.format(f=function, n=number)


def test_clones_differ_in_names_literals_and_layout() -> None:
    """Code that is the same but for names, literals, comments and blank lines is one class."""
    texts = {
        "a.py": "import os\n\nA = os\n\n" + block() + "x = A()\n",
        "b.py": "'''Doc.'''\n" + block("g", 2).replace("    for", "\n    # why\n    for") + "y()\n",
        "c.py": "class C: ...\n",
    }
    answer = ask(texts)
    assert answer["clones"] == [
        {
            "lines": 7,
            "renamed": True,
            "copies": 2,
            "places": [
                {"path": "a.py", "line": 5, "end_line": 11},
                {"path": "b.py", "line": 2, "end_line": 10},
            ],
        }
    ]
    assert answer["duplicated_lines"] == 7


def test_exact_clones_are_told_from_renamed_ones() -> None:
    """Where names and literals are the same too, the class says so; comments don't matter."""
    texts = {"a.py": block() + "x = A()\n", "b.py": block().replace(":\n", ":  # c\n") + "y[0]\n"}
    assert [one["renamed"] for one in ask(texts)["clones"]] == [False]


def test_a_block_thrice_in_one_file_is_one_class() -> None:
    """The places of a class may be in one file, and don't overlap."""
    text = block() + "a()\n" + block("g") + "b[1]\n" + block("h") + "c.d\n"
    (clone,) = ask({"a.py": text})["clones"]
    assert [one["line"] for one in clone["places"]] == [1, 9, 17]


def test_short_code_lists_and_imports_are_no_clones() -> None:
    """Fields, tables, imports and fewer lines than asked for are not reported."""
    fields = "".join(f"    {name}: int = 0\n" for name in "abcdefgh")
    table = "T = [\n" + "    (1, 'a', None),\n" * 9 + "]\n"
    imports = "".join(f"from a.{name} import {name}\n" for name in "abcdefgh")
    texts = {
        name: f"{imports}class {name}:\n{fields}{table}{name} = {number}\n"
        for name, number in (("A", 1), ("B", "g(2)"))
    }
    assert ask({f"{name}.py": text for name, text in texts.items()})["clones"] == []
    assert ask({"a.py": block() + "x()", "b.py": block() + "x.y"}, min_lines=8)["total"] == 0


def test_a_copied_folder_is_one_line() -> None:
    """Files that are copies are gathered by folder, left out of the clones, backups told."""
    live = {f"pkg/sub/m{number}.py": block(f"f{number}") * number for number in range(1, 5)}
    copies = {f"old_backup/{path}": text for path, text in live.items()}
    copies["old_backup/pkg/sub/m1.py"] = block("renamed")
    answer = ask({**live, **copies, "lone.py": live["pkg/sub/m2.py"]})
    assert answer["trees"] == [
        {"copy": "old_backup", "of": ".", "files": 4, "renamed": 1},
        {"copy": "pkg/sub/m2.py", "of": "lone.py", "files": 1, "renamed": 0},
    ]
    assert (answer["copied_files"], answer["backup_files"]) == (5, 4)


def test_a_folder_narrows_the_question() -> None:
    """Only files below it are compared, also where it is a backup."""
    texts = {"old/a.py": block() + "x()", "old/b.py": block() + "x[1]", "c.py": block()}
    answer = ask(texts, folder="old/")
    assert (answer["files"], answer["total"], answer["backup_files"]) == (2, 1, 0)


def test_a_long_table_is_not_compared_with_itself_at_every_length() -> None:
    """Rows of several lines that repeat a thousand times are a few repeats, not a thousand."""
    found = list(maximal_repeats(["abcdefg" * 1000], LEAST))
    assert [one.length for one in found] == [7, 14]


def test_a_file_has_the_copies_and_clones_that_it_is_in() -> None:
    """Rows without the file are left out, its own place comes first, its lines count once."""
    texts = {
        "a.py": block() + "x = A()\n" + block("g", 2) + "b[1]\n",
        "0.py": block("h", 3) + "c.d\n",
        "whole.py": block("w") * 3,
        "copy.py": block("w") * 3,
    }
    answer = ask(texts, file="a.py")
    assert (answer["trees"], answer["copied_files"]) == ([], 0)
    assert answer["total"] > 0
    assert all(one["places"][0]["path"] == "a.py" for one in answer["clones"])
    assert answer["duplicated_lines"] == 14
    of_copy = ask(texts, file="copy.py")
    assert of_copy["trees"] == [{"copy": "whole.py", "of": "copy.py", "files": 1, "renamed": 0}]
    assert ask({"a.py": "x = 1\n"}, file="a.py")["clones"] == []


def test_a_file_in_a_backup_folder_is_compared_when_it_is_asked_about() -> None:
    """Its clones in live code are told; other backups are not looked into."""
    texts = {"old/a.py": block() + "x()", "old/b.py": block() + "x[1]", "c.py": block("h") + "y.z"}
    (clone,) = ask(texts, file="old/a.py")["clones"]
    assert [one["path"] for one in clone["places"]] == ["old/a.py", "c.py"]
