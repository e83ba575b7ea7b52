"""Complexity of functions, and which function of the outline it belongs to."""

from pathlib import Path

import pytest

from engine.search.complexity import (
    Complexity,
    Function,
    MeasuredFunction,
    find_ruff,
    measure_complexity,
    read_report,
    with_complexity,
)
from engine.search.symbols import outline
from tests.search.trees import write

pytestmark = pytest.mark.anyio

SOURCE = """\
import functools

@functools.cache
@functools.lru_cache(
    3)
def a(x):  # noqa: C901
    def inner(y):
        if y: return 1
        return [z for z in y if z]
    return inner

class K:
    @property
    def p(self): return 1

    async def p2(self):
        async for x in self:
            pass

def \\
  b (
    x,
): pass

def gen[T](x: T) -> T:
    match x:
        case 1: pass
        case _: pass
    return f"{x["a"]}"
"""


async def test_every_function_is_measured(tmp_path: Path) -> None:
    """Decorated, nested, asynchronous and oddly laid out functions all get their complexity."""
    root = write(
        tmp_path, {"a.py": SOURCE, "ruff.toml": "lint.per-file-ignores = {'a.py' = ['C901']}\n"}
    )
    measured = await measure_complexity(find_ruff(), root, "a.py")
    assert measured == Complexity(
        (
            Function("a", 6, 3),
            Function("inner", 7, 2),
            Function("p", 14, 1),
            Function("p2", 16, 2),
            Function("b", 21, 1),
            Function("gen", 25, 2),
        )
    )


async def test_measures_are_joined_with_the_outline(tmp_path: Path) -> None:
    """The outline's qualified names and lengths come with the complexity of the same function."""
    parsable = SOURCE[: SOURCE.index("def gen")]
    root = write(tmp_path, {"a.py": parsable})
    measured = await measure_complexity(find_ruff(), root, "a.py")
    found = outline(parsable.encode())
    assert with_complexity(found, measured) == (
        MeasuredFunction("a", 6, 5, 3),
        MeasuredFunction("a.inner", 7, 3, 2),
        MeasuredFunction("K.p", 14, 1, 1),
        MeasuredFunction("K.p2", 16, 3, 2),
        MeasuredFunction("b", 20, 4, 1),
    )
    unmeasured = with_complexity(found, Complexity((), "no ruff"))
    assert {one.complexity for one in unmeasured} == {None}


@pytest.mark.parametrize(
    ("ruff", "path", "reason"),
    [
        (None, "a.py", "not installed"),
        ("/no/such/ruff", "a.py", "not found"),
        ("", "broken.py", "syntax error on line 1: Expected"),
        ("", "gone.py", "No such file"),
    ],
)
async def test_what_can_not_be_measured_has_a_reason(
    tmp_path: Path, ruff: str | None, path: str, reason: str
) -> None:
    """A missing ruff, a missing file and a syntax error leave complexity unknown, with a reason."""
    root = write(tmp_path, {"a.py": SOURCE, "broken.py": "def f(:\n  pass\n"})
    measured = await measure_complexity(find_ruff() if ruff == "" else ruff, root, path)
    assert measured.functions == ()
    assert reason in (measured.unknown or "")


def test_a_report_that_is_no_json_is_unknown() -> None:
    """Output that isn't ruff's JSON is a reason, not an exception."""
    assert read_report(b"oops").unknown == "ruff's report could not be read"
