"""The questions as the process that answers them has them."""

import json
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from engine.search.facts import BadQuestion, Cancelled
from engine.search.source import decode_source
from engine.search.structure.questions import QUESTIONS
from tests.search.structure.projects import Project

ROOT = Path(__file__).parents[3]
ARGUMENTS = {"name": "run_forever", "file": "base_events.py"}


@pytest.fixture(scope="module")
def asyncio_texts() -> dict[str, str]:
    folder = Path(sysconfig.get_path("stdlib")) / "asyncio"
    return {path.name: decode_source(path.read_bytes()) for path in folder.glob("*.py")}


def test_the_questions_need_nothing_but_the_standard_library() -> None:
    """An interpreter without site-packages has all of them."""
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from engine.search.structure.questions import QUESTIONS\n"
        "print(len(QUESTIONS), 'asyncio' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-E", "-c", code, str(ROOT)], capture_output=True, check=True
    )
    assert done.stdout.split() == [b"9", b"False"]


@pytest.mark.parametrize("name", sorted(QUESTIONS))
def test_each_answer_is_json_and_told_of_on_the_way(
    name: str, asyncio_texts: dict[str, str]
) -> None:
    """Every question answers in JSON, counts what can't be read, and reports progress."""
    project = Project(asyncio_texts)
    project.unread["z.py"] = "it is a folder"
    answer = QUESTIONS[name](project, ARGUMENTS)
    assert json.loads(json.dumps(answer))["unread"] == 1
    assert project.told > 0


@pytest.mark.parametrize("name", sorted(QUESTIONS))
def test_each_question_can_be_withdrawn(name: str, asyncio_texts: dict[str, str]) -> None:
    """A question that nobody waits for any more ends where it reports progress."""

    class Withdrawn(Project):
        def progress(self, text: str, done: int, total: int) -> None:
            raise Cancelled

    with pytest.raises(Cancelled):
        QUESTIONS[name](Withdrawn(asyncio_texts), ARGUMENTS)


@pytest.mark.parametrize("name", ["definitions", "references", "duplicates", "dead", "project"])
def test_an_empty_project_is_no_error(name: str) -> None:
    """A project without Python files gives an empty answer."""
    answer = QUESTIONS[f"structure.{name}"](Project({}), {"name": "x"})
    assert answer.get("total", 0) == answer.get("files", 0) == 0


@pytest.mark.parametrize("name", ["callers", "calls", "tests", "duplicates", "dead"])
def test_what_is_not_there_is_refused(name: str) -> None:
    """A question about a name or a file that the project lacks says so."""
    with pytest.raises(BadQuestion, match=r"no function or class is named x|no Python file"):
        QUESTIONS[f"structure.{name}"](Project({}), {"name": "x", "file": "x.py"})


def test_the_project_is_measured() -> None:
    """Live code is measured; of tests and backups the files and lines are counted."""
    texts = {
        "a.py": '"""Doc."""\n\n\ndef f():\n    # TODO: x, FIXME\n    return 1\n',
        "b.py": "class C:\n    def m(self): ...\nX = 1\n",
        "tests/test_a.py": "def test_f(): ...\n",
        "old/a.py": "def f(): ...\n",
    }
    answer = QUESTIONS["structure.project"](Project(texts), {})
    assert answer == {
        "files": 2,
        "test_files": 1,
        "backup_files": 1,
        "lines": 9,
        "test_lines": 1,
        "backup_lines": 1,
        "kinds": {"function": 1, "class": 1, "method": 1, "constant": 1},
        "longest": [
            {"path": "a.py", "line": 4, "name": "f", "lines": 3},
            {"path": "b.py", "line": 2, "name": "C.m", "lines": 1},
        ],
        "undocumented": ["b.py"],
        "total_undocumented": 1,
        "todos": 2,
        "todo_files": [("a.py", 2)],
        "unread": 0,
    }
