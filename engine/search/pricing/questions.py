"""The question about code that prices options."""

import re
from collections.abc import Mapping
from typing import Final, TypedDict

from engine.search.facts import BadQuestion, Facts, Json, Question
from engine.search.pricing.scan import Found, pricing
from engine.search.structure.places import Place, by_place, place

_LIMIT: Final = 200
_STEP: Final = 64
# What is made up to show something need not be the market's.
_SHOW: Final = re.compile(r"(?:^|/)(?:examples?|demos?)/|demo[^/]*\.py$")


class FunctionRow(TypedDict):
    """See `scan.Found`; `place` says whether the file is live code, a test or a backup."""

    path: str
    place: Place
    name: str
    owner: str
    line: int
    computes: str
    certain: bool
    by: list[str]
    parameters: list[list[str | bool]]
    kinds: list[str]
    is_async: bool
    binding: str
    needs: list[str]
    complete: bool
    vectorised: str
    why: str


class FaultRow(TypedDict):
    """`function` is empty for a fault outside of the functions."""

    path: str
    line: int
    function: str
    text: str
    severity: float
    reason: str


class PricingAnswer(TypedDict):
    """Functions live code first, cut; faults of live code, the worst first, cut."""

    functions: list[FunctionRow]
    total: int
    places: dict[str, int]
    faults: list[FaultRow]
    total_faults: int
    unparsed: dict[str, str]
    unread: int


def find_pricing(facts: Facts, arguments: Mapping[str, Json]) -> Json:
    """{folder? or file?, limit?} -> PricingAnswer."""
    below, limit = _below(arguments), arguments.get("limit", _LIMIT)
    if not isinstance(limit, int) or limit < 0:
        raise BadQuestion(f"limit is a whole number of at least 0, not {limit!r}")
    layer = facts.layer(pricing)
    paths = [path for path in layer if not below or path == below or path.startswith(f"{below}/")]
    if below and not paths:
        raise BadQuestion(f"there is no Python file in {below}: name a folder or file as listed")
    functions: list[FunctionRow] = []
    faults: list[FaultRow] = []
    places = {"live": 0, "test": 0, "backup": 0}
    unparsed: dict[str, str] = {}
    for number, path in enumerate(sorted(paths, key=by_place)):
        if number % _STEP == 0:
            facts.progress("looking at pricing code", number, len(paths))
        rows, stray, why = layer[path]
        where = place(path)
        if why and where == "live":
            unparsed[path] = str(why)
        found = [Found(*row) for row in rows]  # type: ignore[attr-defined]
        places[where] += len(found)
        functions += [_row(path, where, one) for one in found]
        if where == "live":
            faults += _faults(path, found, () if _SHOW.search(path) else stray)
    faults.sort(key=lambda one: (-one["severity"], by_place(one["path"]), one["line"]))
    answer: PricingAnswer = {
        "functions": functions[:limit],
        "total": len(functions),
        "places": places,
        "faults": faults[:limit],
        "total_faults": len(faults),
        "unparsed": unparsed,
        "unread": len(facts.unread),
    }
    return answer


def _below(arguments: Mapping[str, Json]) -> str:
    for name in ("file", "folder"):
        value = arguments.get(name)
        if isinstance(value, str) and value:
            below = value.rstrip("/")
            return "" if below == "." else below
    return ""


def _row(path: str, where: Place, one: Found) -> FunctionRow:
    return {
        "path": path,
        "place": where,
        "name": one.name,
        "owner": one.owner,
        "line": one.line,
        "computes": one.computes,
        "certain": one.certain,
        "by": list(one.by),
        "parameters": [list(parameter) for parameter in one.parameters],
        "kinds": list(one.kinds),
        "is_async": one.is_async,
        "binding": one.binding,
        "needs": list(one.needs),
        "complete": one.complete,
        "vectorised": one.vectorised,
        "why": one.why,
    }


def _faults(path: str, found: list[Found], stray: object) -> list[FaultRow]:
    """Return a file's faults, each once, with the function that they stand in."""
    rows: dict[tuple[int, str], FaultRow] = {}
    every = [(fault, one.name) for one in found for fault in one.faults]
    every += [(fault, _inside(found, fault[0])) for fault in stray]  # type: ignore[attr-defined]
    for (line, text, severity, reason), function in every:
        rows.setdefault((line, text), {
            "path": path, "line": line, "function": function, "text": text,
            "severity": severity, "reason": reason,
        })  # fmt: skip
    return list(rows.values())


def _inside(found: list[Found], line: int) -> str:
    return next((one.name for one in found if one.line <= line <= one.end_line), "")


QUESTIONS: Final[dict[str, Question]] = {"pricing.functions": find_pricing}
