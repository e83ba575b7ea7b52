"""Every use of a name in code, by what it does there."""

import io
import sysconfig
import tokenize
from pathlib import Path
from typing import Any

import pytest

from engine.search.facts import BadQuestion
from engine.search.source import decode_source
from engine.search.structure.questions import QUESTIONS
from tests.search.structure.projects import Project

STDLIB = Path(sysconfig.get_path("stdlib"))

TEXT = """\
from m import f, g as f  # f
import f.sub
@f
@f.x(1)
def f(f=1): ...
f(2)
x.f(f=f)
x.f = f
f: int = f
a, f = f, a
f += 1
for f in y: ...
"f 'f'"
print(f"{f} f")
__all__ = ["f",
    'g']
if (f := 1): ...
"""


def ask(name: str, texts: dict[str, str], **arguments: Any) -> Any:
    return QUESTIONS["structure.references"](Project(texts), {"name": name, **arguments})


def test_each_use_is_told_by_what_it_does() -> None:
    """Definitions, imports, decorators, calls, attributes, targets and exports are told apart."""
    answer = ask("f", {"a.py": TEXT})
    found = [(row["line"], row["column"], row["kind"]) for row in answer["references"]]
    assert found == [
        (1, 15, "import"), (1, 23, "import"), (2, 8, "import"),
        (3, 2, "decorator"), (4, 2, "decorator"),
        (5, 5, "definition"), (5, 7, "other"),
        (6, 1, "call"),
        (7, 3, "call"), (7, 5, "other"), (7, 7, "other"),
        (8, 3, "attribute"), (8, 7, "other"),
        (9, 1, "assignment"), (9, 10, "other"),
        (10, 4, "assignment"), (10, 8, "other"),
        (11, 1, "assignment"),
        (12, 5, "assignment"),
        (14, 10, "other"),
        (15, 13, "export"),
        (17, 5, "assignment"),
    ]  # fmt: skip


def test_strings_and_comments_are_counted_apart() -> None:
    """What is no code is no reference, and is counted; other files' too."""
    answer = ask("f", {"a.py": TEXT, "b.py": "# f f", "c.py": "ff"})
    assert answer["mentions"] == 1 + 2 + 1 + 2
    assert answer["mention_files"] == 2


def test_the_places_are_those_of_tokenize() -> None:
    """In the standard library's own files, the uses of a name are its NAME tokens."""
    paths = [*STDLIB.glob("asyncio/*.py"), *STDLIB.glob("email/*.py"), STDLIB / "ast.py"]
    texts = {path.name: decode_source(path.read_bytes()) for path in paths}
    for name in ("loop", "policy", "get_event_loop", "NodeVisitor"):
        expected = {
            (path, token.start[0], token.start[1] + 1)
            for path, text in texts.items()
            for token in tokenize.generate_tokens(io.StringIO(text).readline)
            if token.type == tokenize.NAME and token.string == name
        }
        found = {
            (row["path"], row["line"], row["column"])
            for row in ask(name, texts, limit=10_000)["references"]
            if row["kind"] != "export" and not _in_field(texts[row["path"]], row["line"])
        }
        assert found == {one for one in expected if not _in_field(texts[one[0]], one[1])}
        assert expected


def _in_field(text: str, line: int) -> bool:
    # Interpreters before 3.12 have no tokens there.
    return "f'" in (shown := text.split("\n")[line - 1]) or 'f"' in shown


def test_the_list_is_cut_and_the_count_is_not() -> None:
    """A limit shortens what is listed, live code first, and says how much there is."""
    answer = ask("f", {"tests/a.py": "f\n" * 5, "z.py": "f()"}, limit=2)
    assert (answer["total"], answer["files"]) == (6, 2)
    assert [row["path"] for row in answer["references"]] == ["z.py", "tests/a.py"]


def test_bad_arguments_are_refused() -> None:
    """A missing name and a limit that is no number are told precisely."""
    with pytest.raises(BadQuestion, match="needs a name"):
        ask("", {})
    with pytest.raises(BadQuestion, match="limit is a whole number"):
        ask("f", {}, limit="x")
