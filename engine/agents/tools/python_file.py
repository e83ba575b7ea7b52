"""What a file is made of: its lines, what it defines, and how complex that is."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import anyio

from engine.agents.tool import Call, Refused, ToolError
from engine.agents.tools import marks
from engine.agents.tools.text_search import as_tool_error
from engine.evidence import Evidence, Figure, Figures, Finding, Findings, Mark, clean
from engine.search.complexity import (
    MeasuredFunction,
    find_ruff,
    measure_complexity,
    with_complexity,
)
from engine.search.errors import SearchError
from engine.search.symbols import Outline
from engine.search.worker import read_outlines

_HEAVIEST = 10
_OUTLINED = 200


async def outline(call: Call) -> Evidence:
    """Sizes, and for Python the classes, functions and methods."""
    file = call.text("file")
    sizes, kind = await anyio.to_thread.run_sync(_sizes, call.services.project / file)
    if not file.endswith((".py", ".pyi")):
        lines = next(item.value for item in sizes if item.name == "lines")
        return Evidence(f"{lines} lines of {kind}", (Figures("Size", tuple(sizes)),), weight=1)
    found = await _outline(call, file)
    counts = found.lines
    source = "tokens of the file"
    sizes += [
        Figure("lines of code", counts.code, "", source),
        Figure("blank lines", counts.blank, "", source),
        Figure("comment lines", counts.comment, "", source),
    ]
    items = tuple(
        Finding(clean(file), s.line, f"{s.kind} {s.name}" + (f": {s.doc}" if s.doc else ""))
        for s in found.symbols
    )
    problem = found.problem
    where = f"line {problem.line}" if problem and problem.line else "somewhere"
    return Evidence(
        verdict=f"{counts.total} lines ({counts.code} of code), {_made_of(found)}",
        sections=(
            Figures("Size", tuple(sizes)),
            Findings("Defined", items[:_OUTLINED], len(items), len(items) > _OUTLINED),
        ),
        weight=1,
        lacks=f"the file doesn't parse ({where}: {problem.message})" if problem else None,
        marks=_unparsed(file, found),
    )


def _unparsed(file: str, found: Outline) -> tuple[Mark, ...]:
    if found.problem is None:
        return ()
    problem = found.problem
    said = f"{clean(problem.message)} (Python {sys.version_info[0]}.{sys.version_info[1]})"
    return (marks.unparsed(clean(file), problem.line, said, "file.outline"),)


async def complexity(call: Call) -> Evidence:
    """The heaviest functions: McCabe complexity, and lines from `def` to the end."""
    file = call.text("file")
    found, measured = await _measured(call, file)
    if measured is None:
        return Evidence("it defines no function", found=False)
    ranked = sorted(measured, key=lambda f: (-(f.complexity or 0), -f.lines, f.line))
    first = ranked[0]
    items = tuple(
        Finding(clean(file), f.line, f"{f.name}: complexity {_known(f)}, {f.lines} lines")
        for f in ranked[:_HEAVIEST]
    )
    title = "Heaviest functions, by McCabe complexity and length"
    return Evidence(
        verdict=f"heaviest is {first.name} (line {first.line}, complexity {_known(first)}, "
        f"{first.lines} lines)",
        sections=(Findings(title, items, len(ranked), len(ranked) > _HEAVIEST),),
        weight=1,
        lacks=found,
        marks=tuple(_heavy(file, ranked)),
    )


def _heavy(file: str, functions: Sequence[MeasuredFunction]) -> Iterator[Mark]:
    for one in functions:
        known = one.complexity or 0
        mark = marks.heavy_function(clean(file), one.line, one.name, known, "file.complexity")
        if mark is not None:
            yield mark


async def _measured(
    call: Call, file: str
) -> tuple[str | None, tuple[MeasuredFunction, ...] | None]:
    """Return why complexity is unknown, if it is, and the functions; None where there are none."""
    symbols = await _outline(call, file)
    project = str(call.services.project)
    timeout_s = call.services.settings.config.search.timeout_s
    measured = await measure_complexity(find_ruff(), project, file, timeout_s=timeout_s)
    functions = with_complexity(symbols, measured)
    reason = f"complexity is unknown: {measured.unknown}" if measured.unknown else None
    return reason, functions or None


async def _outline(call: Call, file: str) -> Outline:
    timeout_s = call.services.settings.config.search.timeout_s
    try:
        outlines = await read_outlines(str(call.services.project), [file], timeout_s=timeout_s)
    except SearchError as error:
        raise as_tool_error(error) from error
    found = outlines.get(file, "")
    if isinstance(found, str):
        raise ToolError(f"{clean(file)} can't be read: {found or 'nothing was told of it'}")
    return found


def _sizes(path: Path) -> tuple[list[Figure], str]:
    """Read size and lines; a file with a NUL byte has no lines."""
    if path.exists() and not path.is_file():  # a pipe would be waited for without end
        raise Refused(f"{clean(str(path))} is not a regular file", "name a file with text in it")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ToolError(f"{clean(str(path))} can't be read: {error.strerror}") from error
    items = [Figure("size", len(data), "bytes", "the file")]
    if b"\0" in data[:8192]:
        items.append(Figure("lines", None, "", "the file", None, "it is binary"))
        return items, "binary data"
    lines = data.count(b"\n") + (1 if data and not data.endswith(b"\n") else 0)
    items.append(Figure("lines", lines, "", "the file"))
    return items, f"{path.suffix or 'text'}"


def _made_of(found: Outline) -> str:
    classes = sum(symbol.kind == "class" for symbol in found.symbols)
    functions = len(found.symbols) - classes
    return (
        f"{classes} class{'' if classes == 1 else 'es'} and "
        f"{functions} function{'' if functions == 1 else 's'}"
    )


def _known(function: MeasuredFunction) -> str:
    return "unknown" if function.complexity is None else str(function.complexity)
