"""The functions of a project by complexity, and the files that no parser takes."""

from engine.agents.tool import Call
from engine.agents.tools import marks
from engine.agents.tools.counts import unparsed
from engine.evidence import Evidence, Finding, Findings, Mark, clean, counted
from engine.search.live_code import is_backup
from engine.search.project_complexity import ProjectComplexity, ProjectFunction, measure_project

_SHOWN = 30
_BROKEN = 100
_MARKED = 200
_READ_BY = "read as Python 3.14; an older Python may refuse more of them"


async def ranked(call: Call) -> Evidence:
    """Functions of the project or of a folder, the most complex first."""
    found, folder = await _measured(call)
    functions = sorted(
        (one for one in found.functions if folder or not is_backup(one.path)),
        key=lambda one: (-one.complexity, one.path, one.line),
    )
    if not functions:
        none = f"There are no functions{clean(f' in {folder}') if folder else ''}"
        return Evidence(
            found.unknown or none, found=False, not_searched=unparsed(len(found.unparsed))
        )
    items = tuple(
        Finding(clean(one.path), one.line, f"{clean(one.name)}: complexity {one.complexity}")
        for one in functions[:_SHOWN]
    )
    first, heavy = functions[0], sum(_mark(one) is not None for one in functions)
    is_heavy = "is" if heavy == 1 else "are"
    return Evidence(
        verdict=clean(
            f"The most complex is {first.name} ({first.path}:{first.line}): complexity "
            f"{first.complexity}; {heavy:,} of {counted(len(functions), 'function')} {is_heavy} "
            "above 10"
        ),
        sections=(
            Findings(
                "Functions by McCabe complexity", items, len(functions), len(functions) > _SHOWN
            ),
        ),
        weight=2,
        assumptions=() if folder else ("functions in backup folders don't count",),
        not_searched=unparsed(len(found.unparsed)),
        marks=tuple(mark for one in functions[:_MARKED] if (mark := _mark(one)) is not None),
    )


async def broken(call: Call) -> Evidence:
    """The Python files that don't parse, each with the first line that says so, and why."""
    found, folder = await _measured(call)
    if found.unknown:
        return Evidence(found.unknown, found=False)
    broken = sorted(found.unparsed, key=lambda one: (is_backup(one.path), one.path))
    where = clean(f" in {folder}") if folder else ""
    if not broken:
        return Evidence(f"Every Python file{where} parses", weight=2, assumptions=(_READ_BY,))
    items = tuple(
        Finding(clean(one.path), one.line, clean(one.message)) for one in broken[:_BROKEN]
    )
    first = broken[0]
    more = "doesn't parse" if len(broken) == 1 else "don't parse"
    return Evidence(
        verdict=clean(
            f"{counted(len(broken), 'Python file')}{where} {more}; "
            f"first {first.path}:{first.line}: {first.message}"
        ),
        sections=(Findings("Files that don't parse", items, len(broken), len(broken) > _BROKEN),),
        weight=2,
        assumptions=(_READ_BY,),
        marks=tuple(
            marks.unparsed(clean(one.path), one.line, clean(one.message), "code.unparsed")
            for one in broken[:_MARKED]
        ),
    )


async def _measured(call: Call) -> tuple[ProjectComplexity, str]:
    folder = call.text("folder").rstrip("/")
    services = call.services
    timeout_s = services.settings.config.search.timeout_s
    found = await measure_project(str(services.project), folder or ".", timeout_s=timeout_s)
    return found, folder


def _mark(one: ProjectFunction) -> Mark | None:
    return marks.heavy_function(
        clean(one.path), one.line, clean(one.name), one.complexity, "code.complexity"
    )
