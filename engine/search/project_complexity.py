"""McCabe complexity of every function of a project, measured by one run of ruff."""

import json
import re
from dataclasses import dataclass
from typing import Final

from anyio import to_thread

from engine.process import ProcessError, run
from engine.search.complexity import find_ruff
from engine.search.printable import printable

_ARGUMENTS: Final = (
    "check", "--isolated", "--no-cache", "--ignore-noqa", "--quiet", "--select", "C901",
    "--config", "lint.mccabe.max-complexity=0", "--output-format", "json", "--exit-zero",
    "--target-version", "py314",
)  # fmt: skip
_MESSAGE: Final = re.compile(r"`(?P<name>[^`]+)` is too complex \((?P<complexity>\d+)")


@dataclass(frozen=True, slots=True)
class ProjectFunction:
    """A function by the plain name that its `def` has."""

    path: str
    name: str
    line: int
    complexity: int


@dataclass(frozen=True, slots=True)
class Unparsed:
    """A file that no version of Python can read, with the first line that says so, and why."""

    path: str
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class ProjectComplexity:
    """All functions; `unparsed` are files that don't parse, `unknown` says why there is none."""

    functions: tuple[ProjectFunction, ...]
    unparsed: tuple[Unparsed, ...] = ()
    unknown: str | None = None


async def measure_project(
    root: str, folder: str = ".", *, timeout_s: float = 60.0
) -> ProjectComplexity:
    """Measure the Python files below `folder` of `root`; those that git ignores are left out."""
    ruff = find_ruff()
    if ruff is None:
        return ProjectComplexity((), (), "complexity is unknown: ruff is not installed")
    try:
        done = await run([ruff, *_ARGUMENTS, "--", folder], cwd=root, timeout_s=timeout_s)
    except ProcessError as error:
        return ProjectComplexity((), (), f"complexity is unknown: {error}")
    return await to_thread.run_sync(_read, root, done.stdout)


def _read(root: str, report: bytes) -> ProjectComplexity:
    try:
        items = json.loads(report or b"[]")
    except ValueError:
        return ProjectComplexity((), (), "complexity is unknown: ruff's report can't be read")
    functions = [
        ProjectFunction(
            printable(item["filename"].removeprefix(f"{root}/")),
            match["name"],
            item["location"]["row"],
            int(match["complexity"]),
        )
        for item in items
        if (match := _MESSAGE.match(item["message"]))
    ]
    unparsed: dict[str, Unparsed] = {}
    for item in items:
        if item["code"] != "C901":
            path = printable(item["filename"].removeprefix(f"{root}/"))
            line, said = item["location"]["row"], item["message"].removeprefix("SyntaxError: ")
            unparsed.setdefault(path, Unparsed(path, line, printable(said)))
    return ProjectComplexity(tuple(functions), tuple(unparsed.values()))
