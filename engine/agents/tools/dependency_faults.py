"""What is wrong with imports: cycles, those that can't work, files that nothing imports."""

from collections import Counter
from collections.abc import Sequence

from engine.agents.tool import Call
from engine.agents.tools.counts import unread
from engine.agents.tools.import_rows import asked, chain, places
from engine.evidence import Cell, Evidence, Finding, Findings, Mark, Section, Table, clean, counted
from engine.search.graph.answers import BiteRow, BrokenAnswer, BrokenRow, CycleRow, Cycles, Orphans

_SHOWN = 10
_ROWS = 200
_AT_IMPORT = (
    "cycles are those at import time, with the packages that Python runs on the way; those that "
    "only imports in functions, by calls or for type checkers close stand apart"
)
_UNSEEN = "an attribute of a half-run module that is used at another one's top level is not seen"
_SEVERITY = {"fatal": 0.95, "perhaps": 0.55, "order": 0.35, "later": 0.15, "typing": 0.05}
_KINDS = {
    "fatal": "fails at import time",
    "perhaps": "may fail: an import in it is under a condition",
    "order": "takes no name too early",
    "later": "closed by imports in functions or by calls only",
    "typing": "closed by imports for type checkers only",
}
_BROKEN_SEVERITY = {
    "runtime": 0.9,
    "conditional": 0.7,
    "local": 0.65,
    "dynamic": 0.65,
    "type_checking": 0.1,
}


async def cycles(call: Call) -> Evidence:
    """Import cycles with the exact lines; first those that fail, and how."""
    answer: Cycles = await asked(call, "graph.cycles")
    found, apart = answer["cycles"], answer["deferred"]
    shown = found[:_SHOWN]
    sections: list[Section] = [section for cycle in shown for section in _cycle(cycle)]
    rest = [*found[_SHOWN:], *apart]
    if rest:
        sections.append(_table(rest))
    about = f" through {clean(answer['asked'])}" if answer["asked"] else ""
    return Evidence(
        verdict=_verdict(found, apart, about),
        sections=tuple(sections),
        found=bool(found or apart),
        weight=2,
        assumptions=(_AT_IMPORT, _UNSEEN) if found or apart else (_AT_IMPORT,),
        not_searched=unread(answer["unread"]),
        marks=tuple(_mark(cycle) for cycle in (*found, *apart) if not cycle["backup"]),
    )


def _verdict(found: Sequence[CycleRow], apart: Sequence[CycleRow], about: str) -> str:
    kinds = Counter(cycle["kind"] for cycle in (*found, *apart))
    if not found:
        first = f"No import cycle{about} at import time"
    elif kinds["fatal"]:
        first = f"{counted(kinds['fatal'], 'import cycle')}{about} can fail at import time"
    else:
        first = f"{counted(len(found), 'import cycle')}{about}, none that surely fails"
    more = [
        f"{kinds['perhaps']:,} may fail" if kinds["perhaps"] else "",
        f"{kinds['order']:,} {'takes' if kinds['order'] == 1 else 'take'} no name too early"
        if kinds["order"]
        else "",
        f"{kinds['later']:,} {_KINDS['later']}" if kinds["later"] else "",
        f"{kinds['typing']:,} for type checkers only" if kinds["typing"] else "",
    ]
    said = "; ".join([first, *filter(None, more)])
    backups = sum(cycle["backup"] for cycle in (*found, *apart))
    return f"{said} ({backups:,} in backup folders)" if backups else said


def _cycle(cycle: CycleRow) -> list[Findings]:
    """Return the different ways in which a cycle fails, or one round through it."""
    size = counted(cycle["total_files"], "file")
    if not cycle["bites"]:
        return [chain(f"Cycle of {size}: {_KINDS[cycle['kind']]}", cycle["chain"])]
    return [chain(f"Cycle of {size}: {_bite(bite)}", bite["chain"]) for bite in cycle["bites"]]


def _bite(bite: BiteRow) -> str:
    last = bite["chain"][-1]
    fails = "fails" if bite["certain"] else "may fail"
    return clean(
        f"importing {bite['entry']} first {fails}: {last['path']}:{last['line']} takes "
        f"{bite['name']} from {bite['module']}, which binds it on line {bite['bound']} only"
    )


def _table(rows: Sequence[CycleRow]) -> Table:
    cells: tuple[tuple[Cell, ...], ...] = tuple(
        (_KINDS[row["kind"]], row["total_files"], places(row["chain"])) for row in rows[:_ROWS]
    )
    return Table("More cycles, each by a short round", ("what", "files", "round"), cells)


def _mark(cycle: CycleRow) -> Mark:
    last = cycle["chain"][-1]
    if cycle["bites"]:
        bite = cycle["bites"][0]
        last = bite["chain"][-1]
        text = f"takes {bite['name']} from {bite['module']} before line {bite['bound']} binds it"
    else:
        text = f"closes an import cycle of {counted(cycle['total_files'], 'file')}"
    reason = f"{_KINDS[cycle['kind']]}: {places(cycle['chain'])}"
    severity = _SEVERITY[cycle["kind"]]
    return Mark(
        clean(last["path"]), last["line"], clean(text), severity, clean(reason), "graph.cycles"
    )


async def broken(call: Call) -> Evidence:
    """Imports that can't work, with what may have been meant; guarded ones stand apart."""
    answer: BrokenAnswer = await asked(call, "graph.broken")
    rows, total, live = answer["broken"], answer["total_broken"], answer["live"]
    sections: list[Section] = []
    if rows:
        sections.append(_broken("Imports that can't work", rows, total))
    if guarded := answer["total_guarded"]:
        title = "Guarded: caught, or for type checkers only"
        sections.append(_broken(title, answer["guarded"], guarded))
    about = f" in {clean(answer['asked'])}" if answer["asked"] else ""
    said = f"{counted(live, 'import')}{about} can't work" if live else f"No import{about} is broken"
    if total > live:
        said += f"; {total - live:,} more in backup folders"
    if guarded:
        said += f"; {guarded:,} more {'is' if guarded == 1 else 'are'} guarded"
    return Evidence(
        verdict=said,
        sections=tuple(sections),
        found=bool(sections),
        weight=2,
        assumptions=(
            "only modules and names that the project itself should have are judged; a module that "
            "makes its names at run time is not",
        ),
        not_searched=unread(answer["unread"]),
        marks=tuple(_broken_mark(row) for row in rows if not row["backup"]),
    )


def _broken(title: str, rows: Sequence[BrokenRow], total: int) -> Findings:
    items = tuple(
        Finding(clean(row["path"]), row["line"], clean(f"{row['text']}  — {_reason(row)}"))
        for row in rows
    )
    return Findings(title, items, total, total > len(items))


def _reason(row: BrokenRow) -> str:
    alike = f"; did you mean {row['alike']}?" if row["alike"] else ""
    if row["reason"] == "no such name":
        return f"{row['module']} has no {', '.join(row['names'])}{alike}"
    if row["reason"] == "beyond the top":
        return f"its dots lead above the project{alike}"
    return f"there is no {row['module'] if row['module'].strip('.') else row['names'][0]}{alike}"


def _broken_mark(row: BrokenRow) -> Mark:
    severity = _BROKEN_SEVERITY[row["kind"]]
    reason = "importing the file fails" if row["kind"] == "runtime" else "fails when it is run"
    path, text = clean(row["path"]), clean(f"broken import: {_reason(row)}")
    return Mark(path, row["line"], text, severity, reason, "graph.broken")


async def orphans(call: Call) -> Evidence:
    """Files that nothing imports and that don't look as if something started them."""
    answer: Orphans = await asked(call, "graph.orphans")
    rows, total, live = answer["orphans"], answer["total"], answer["live"]
    cells: tuple[tuple[Cell, ...], ...] = tuple(
        (clean(row["path"]), row["reason"], clean(", ".join(row["only"]))) for row in rows
    )
    cut = f" (the first {len(rows):,} of {total:,})" if total > len(rows) else ""
    copies = f", and {total - live:,} in backup folders" if total > live else ""
    said = f"{counted(live, 'file is', 'files are')} imported by nothing but perhaps tests"
    return Evidence(
        verdict=f"{said}{copies}, of {answer['files']:,}"
        if total
        else "Every file has an importer or looks like an entry point",
        sections=(Table(f"Orphans{cut}", ("file", "why", "by"), cells),) if rows else (),
        found=bool(rows),
        weight=2,
        assumptions=(
            "scripts, tests, packages and entry points of pyproject.toml are left out; of modules "
            "that are named in strings only those in import_module and __import__ are seen",
        ),
        not_searched=unread(answer["unread"]),
    )
