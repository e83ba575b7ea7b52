"""McCabe complexity of every function of a file, measured by ruff.

Complexity is 1 and 1 more for each decision (T. McCabe, 1976), as ruff's rule C901 counts it: a
function defined inside another adds its own to the outer one's.
"""

import json
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypedDict

from engine.process import ProcessError, run
from engine.search.printable import printable
from engine.search.programs import find_beside
from engine.search.symbols import Outline

# Each function is more complex than 0, so each is reported. The newest grammar reads all older
# ones' files.
_ARGUMENTS: Final = (
    "check",
    "--isolated",
    "--no-cache",
    "--ignore-noqa",
    "--select=C901",
    "--config=lint.mccabe.max-complexity=0",
    "--target-version=py314",
    "--output-format=json",
)
_MESSAGE: Final = re.compile(r"`(?P<name>.+)` is too complex \((?P<complexity>\d+) > 0\)")
_FINDINGS: Final = 1
_UNREAD: Final = "Failed to lint"


class _Location(TypedDict):
    row: int
    column: int


class _Diagnostic(TypedDict):
    code: str | None
    message: str
    location: _Location


@dataclass(frozen=True, slots=True)
class Function:
    """A function or method; `line` is where its name stands, below decorators."""

    name: str
    line: int
    complexity: int


@dataclass(frozen=True, slots=True)
class Complexity:
    """The functions of a file by line; `unknown` says why, where they could not be measured."""

    functions: tuple[Function, ...]
    unknown: str | None = None


@dataclass(frozen=True, slots=True)
class MeasuredFunction:
    """A function of an outline with its complexity, None where that is unknown.

    `lines` is its length from `def` to its last line.
    """

    name: str
    line: int
    lines: int
    complexity: int | None


def find_ruff(configured: str = "") -> str | None:
    """Return the ruff to run: the configured one, else one beside this interpreter or on PATH."""
    return shutil.which(configured) if configured else find_beside("ruff")


async def measure_complexity(
    ruff: str | None, root: str, path: str, *, timeout_s: float = 30.0
) -> Complexity:
    """Measure the functions of the Python file `path`; what goes wrong is told in `unknown`."""
    if ruff is None:
        return Complexity((), "ruff is not installed: install it with `pip install ruff`")
    try:
        done = await run([ruff, *_ARGUMENTS, "--", path], cwd=root, timeout_s=timeout_s)
    except ProcessError as error:
        return Complexity((), str(error))
    said = done.stderr.decode("utf-8", "replace").strip()
    # A file that can't be read is only a warning for ruff, with no finding and status 0.
    if done.returncode not in (0, _FINDINGS) or _UNREAD in said:
        last = printable(said.rpartition("\n")[2])
        return Complexity((), last or f"ruff ended with status {done.returncode}")
    return read_report(done.stdout)


def read_report(output: bytes) -> Complexity:
    """Return the functions in ruff's JSON report of one file."""
    try:
        found: list[_Diagnostic] = json.loads(output)
    except ValueError:
        return Complexity((), "ruff's report could not be read")
    broken = [item for item in found if item["code"] != "C901"]
    if broken:
        row = broken[0]["location"]["row"]
        message = printable(broken[0]["message"])
        return Complexity((), f"the file has a syntax error on line {row}: {message}")
    functions = (
        Function(match["name"], item["location"]["row"], int(match["complexity"]))
        for item in found
        if (match := _MESSAGE.match(item["message"]))
    )
    return Complexity(tuple(sorted(functions, key=lambda function: function.line)))


def with_complexity(outline: Outline, measured: Complexity) -> tuple[MeasuredFunction, ...]:
    """Return the functions and methods of an outline by line, with what was measured of each."""
    return tuple(
        MeasuredFunction(
            symbol.name,
            symbol.line,
            symbol.end_line - symbol.line + 1,
            _complexity(measured.functions, symbol.name, symbol.line, symbol.end_line),
        )
        for symbol in outline.symbols
        if symbol.kind != "class"
    )


def _complexity(functions: Sequence[Function], name: str, line: int, end_line: int) -> int | None:
    """Return the measured complexity of the function that begins at `line`.

    ruff tells the line of the name, which a backslash can put below `def`.
    """
    plain = name.rpartition(".")[2]
    fitting = (
        function.complexity
        for function in functions
        if function.name == plain and line <= function.line <= end_line
    )
    return next(fitting, None)
