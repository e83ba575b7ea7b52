"""The questions about the graph, put to a small project on disk."""

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from engine.search.facts import BadQuestion, Cancelled, Json
from engine.search.graph.questions import QUESTIONS
from tests.search.graph.folder_facts import FolderFacts
from tests.search.graph.project import FILES, PRICING
from tests.search.graph.running import write_tree

Ask = Callable[..., Json]


@pytest.fixture
def facts(tmp_path: Path) -> FolderFacts:
    write_tree(tmp_path, FILES)
    return FolderFacts(tmp_path)


@pytest.fixture
def ask(facts: FolderFacts) -> Ask:
    def put(question: str, **arguments: Json) -> Json:
        answer = QUESTIONS[f"graph.{question}"](facts, arguments)
        assert json.loads(json.dumps(answer)) is not None
        return answer

    return put


def lines(steps: Json) -> list[str]:
    return [f"{step['path']}:{step['line']}" for step in steps]


def test_importers_by_name_through_others_and_perhaps(ask: Ask) -> None:
    """Direct imports, names taken through a package, and guesses are three lists."""
    found = ask("importers", file=PRICING)
    assert lines(found["direct"]) == [
        *("src/desk/__init__.py:1", "src/desk/book.py:1", "src/desk/report.py:2"),
        "tests/test_pricing.py:1",
    ]
    assert found["files"] == 4
    (through,) = found["through"]
    assert (lines([through["step"]]), through["names"]) == (["src/desk/report.py:1"], ["price"])
    assert through["line"] == 1
    assert lines(found["uncertain"]) == ["tools/hack.py:1"]
    assert found["direct"][0]["text"] == "from .pricing import black_scholes as price"


def test_names_that_a_star_passes_on_are_followed(ask: Ask) -> None:
    """`from .book import *` in a package passes on what the module has."""
    (through,) = ask("importers", file="src/desk/book.py")["through"]
    assert (through["step"]["path"], through["names"]) == ("src/desk/report.py", ["Book"])


def test_importers_of_a_folder_are_those_outside(ask: Ask) -> None:
    """Imports within the folder don't count; files that don't parse do."""
    found = ask("importers", folder="src/desk", transitive=True)
    assert {path.partition(":")[0] for path in lines(found["direct"])} == {
        *("tools/run.py", "tests/test_pricing.py", "broken.py"),
    }
    assert {row["path"] for row in found["transitive"]} == {
        *("tools/run.py", "tests/test_pricing.py", "broken.py"),
    }


def test_a_limit_cuts_rows_and_keeps_the_totals(ask: Ask) -> None:
    """Fewer rows than there are never pass for all of them."""
    found = ask("importers", file=PRICING, limit=1)
    assert (len(found["direct"]), found["total_direct"]) == (1, 4)


def test_imports_are_told_with_where_they_lead(ask: Ask) -> None:
    """Each import has its origin; a folder's are those that leave it."""
    found = ask("imports", file="src/desk/report.py", transitive=True)
    assert [(row["line"], row["origin"]) for row in found["imports"]] == [
        *((1, "first-party"), (2, "first-party"), (3, "missing"), (5, "missing")),
    ]
    assert {row["path"] for row in found["transitive"]} == {
        *("src/desk/__init__.py", PRICING, "src/desk/book.py"),
    }
    assert [row["module"] for row in ask("imports", folder="tests")["imports"]] == [
        *("desk.pricing", "desk"),
    ]


def test_what_breaks_is_split_into_modules_and_tests(ask: Ask) -> None:
    """All that runs the file, the nearest first, with the package that is run on the way."""
    found = ask("impact", file="src/desk/book.py")
    assert [(row["path"], row["distance"]) for row in found["modules"]][:2] == [
        *(("broken.py", 1), ("src/desk/__init__.py", 1)),
    ]
    assert {row["path"] for row in found["modules"]} >= {"tools/run.py", "src/desk/report.py"}
    assert [row["path"] for row in found["tests"]] == ["tests/test_pricing.py"]


def test_cycles_are_told_by_what_they_do(ask: Ask) -> None:
    """One fails, one is for type checkers only; a package and its module are harmless."""
    found = ask("cycles")
    kinds = {cycle["kind"]: cycle for cycle in found["cycles"]}
    assert set(kinds) == {"fatal", "order"}
    (bite, _) = kinds["fatal"]["bites"]
    assert lines(bite["chain"]) == ["src/desk/loop_a.py:1", "src/desk/loop_b.py:1"]
    assert (bite["entry"], bite["name"], bite["bound"]) == ("src/desk/loop_a.py", "A", 2)
    (typing,) = found["deferred"]
    assert (typing["kind"], typing["files"]) == (
        "typing",
        ["src/desk/typed.py", "src/desk/user.py"],
    )
    assert ask("cycles", file=PRICING)["cycles"] == []
    assert ask("cycles", folder="tests")["cycles"] == []


def test_a_way_is_told_line_by_line(ask: Ask) -> None:
    """From one file to another; where there is none, the other way round is looked at."""
    found = ask("path", **{"from": "src/desk/cli.py", "to": PRICING})
    assert lines(found["steps"]) == ["src/desk/cli.py:2", "src/desk/report.py:2"]
    assert (found["view"], found["parents"]) == ("runtime", False)
    back = ask("path", **{"from": PRICING, "to": "src/desk/cli.py"})
    assert (back["steps"], len(back["back"])) == (None, 2)
    parents = ask("path", **{"from": "tools/run.py", "to": "src/desk/__init__.py"})
    assert len(parents["steps"]) == 2
    only_run = ask("path", **{"from": "tests/test_pricing.py", "to": "src/desk/book.py"})
    assert len(only_run["steps"]) == 2


def test_broken_imports_are_told_with_what_was_meant(ask: Ask) -> None:
    """A name and a module that lack, dots too many; guarded ones and copies stand apart."""
    found = ask("broken")
    told = [(row["path"], row["line"], row["reason"], row["alike"]) for row in found["broken"]]
    assert told == [
        ("src/desk/report.py", 2, "no such name", "black_scholes"),
        ("src/desk/report.py", 3, "no such module", ".pricing"),
        ("old_backup/src/desk/pricing.py", 1, "no such module", None),
    ]
    assert found["live"] == 2
    assert [(row["path"], row["line"]) for row in found["guarded"]] == [("src/desk/report.py", 5)]
    assert ask("broken", folder="tests")["total_broken"] == 0


def test_a_module_that_is_there_but_not_searched_is_not_broken(
    facts: FolderFacts, ask: Ask
) -> None:
    """A compiled or ignored module is on disk, though the project's list hasn't it."""
    Path(facts.root, "src/desk/gone.so").touch()
    found = ask("broken")
    assert not found["guarded"]
    assert all(row["line"] != 1 for row in found["broken"])


def test_layers_and_weights_are_those_of_live_code(ask: Ask) -> None:
    """The lowest layer imports nothing; most hangs on what is under all."""
    found = ask("layers")
    assert found["layers"][0]["level"] == 0
    assert sum(row["files"] for row in found["layers"]) == len(FILES) - 3
    assert found["backups"] == 1
    weights = ask("central")
    assert weights["files"][0]["path"] == PRICING
    inside = ask("layers", folder="src/desk")
    assert sum(row["files"] for row in inside["layers"]) == 11


def test_orphans_are_what_nothing_starts(ask: Ask) -> None:
    """Entry points, tests and scripts are none; a module that only tests import is told so."""
    found = {row["path"]: row["reason"] for row in ask("orphans")["orphans"]}
    assert found == {
        "broken.py": "nothing imports it",
        "src/desk/forgotten.py": "nothing imports it",
        "src/desk/only_tested.py": "only tests import it",
        "tools/hack.py": "nothing imports it",
        "old_backup/src/desk/pricing.py": "nothing imports it",
    }


def test_the_overview_counts(ask: Ask) -> None:
    """The figures are those of the other questions."""
    found = ask("overview")
    assert found["state"] == ask("state")
    assert found["state"]["files"] == len(FILES) - 2
    assert found["cycles"] == {"fatal": 1, "perhaps": 0, "order": 1}
    assert found["broken"] == 2


@pytest.mark.parametrize("form", ["mermaid", "dot", "json", "tree"])
def test_every_form_is_drawn(ask: Ask, form: str) -> None:
    """Of the project, of a folder and of a file."""
    for place in ({}, {"folder": "src/desk"}, {"file": PRICING, "depth": 3}):
        found = ask("export", format=form, **place)
        assert found["format"] == form
        assert found["text"].endswith("\n")
    assert "pricing.py" in ask("export", format=form, file=PRICING)["text"]


@pytest.mark.parametrize(
    ("question", "arguments", "said"),
    [
        ("importers", {"file": "src/desk/prizing.py"}, f"did you mean {PRICING}"),
        ("importers", {"file": "README.md"}, "is no Python file"),
        ("importers", {}, 'needs a "file"'),
        ("cycles", {"folder": "nowhere"}, "no Python file nowhere"),
        ("path", {"from": PRICING}, 'needs a "to"'),
        ("export", {"format": "png"}, "take mermaid, dot, json, tree"),
    ],
)
def test_a_wrong_question_is_refused_with_what_to_do(
    ask: Ask, question: str, arguments: dict[str, str], said: str
) -> None:
    """What isn't there is named, with the nearest thing that is."""
    with pytest.raises(BadQuestion, match=said):
        ask(question, **arguments)


def test_a_package_stands_for_its_first_file(ask: Ask) -> None:
    """Where a file is asked for, a package's folder means its `__init__`."""
    assert ask("importers", file="src/desk/")["asked"] == "src/desk/__init__.py"


def test_answers_follow_the_files(facts: FolderFacts, ask: Ask) -> None:
    """After an edit, a new file and a deletion the answers are those of the files as they are."""
    ask("broken")
    Path(facts.root, PRICING).write_text("def blackscholes(): ...\n")
    Path(facts.root, "src/desk/gone.py").write_text("y = z = 1\n")
    Path(facts.root, "src/desk/report.py").unlink()
    facts.refresh()
    found = ask("broken")
    assert [(row["path"], row["names"]) for row in found["broken"]] == [
        ("src/desk/__init__.py", ["black_scholes"]),
        ("src/desk/cli.py", ["x"]),
        ("tools/run.py", []),
    ]
    assert lines(ask("importers", file="src/desk/gone.py")["direct"]) == [
        "old_backup/src/desk/pricing.py:1"
    ]


def test_a_withdrawn_question_leaves_a_sound_graph(facts: FolderFacts, ask: Ask) -> None:
    """Withdrawn anywhere, the next answer is the whole one."""
    whole = FolderFacts(facts.root)
    expected = QUESTIONS["graph.overview"](whole, {})
    for after in range(12):
        facts.cancel_after = facts.told + after
        with suppress(Cancelled):
            ask("overview")
    facts.cancel_after = None
    assert ask("overview") == expected


def test_importers_of_a_library_are_its_import_statements(tmp_path: Path) -> None:
    """Taken out of its package, renamed or in a list it counts; in a string, or as ours, not."""
    files = {
        "shop/__init__.py": "",
        "shop/nodes.py": "import zlib, yaml.nodes\n",
        "shop/use.py": "from . import nodes\nfrom shop import nodes as n\nimport os, yaml as y\n",
        "shop/late.py": 't = """\nimport yaml\n"""\ndef f():\n    from yaml import nodes, load\n',
        "shop/alike.py": "import yamlish\nfrom yam import l\n",
    }
    write_tree(tmp_path, files)
    facts = FolderFacts(tmp_path)

    def importing(module: str) -> list[str]:
        return lines(QUESTIONS["graph.outside"](facts, {"module": module})["direct"])

    assert importing("yaml.nodes") == ["shop/late.py:5", "shop/nodes.py:1"]
    assert importing("yaml") == ["shop/late.py:5", "shop/nodes.py:1", "shop/use.py:3"]
    assert importing("zlib") == ["shop/nodes.py:1"]
    assert importing("shop.nodes") == importing("nowhere") == []
