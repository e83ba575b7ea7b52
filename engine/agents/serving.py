"""What a query gets where not everything works: a pure table over its tasks and the level.

    as it is        what a task needs works and is in use at this level
    poorer          lines found by text alone, for what graph and symbols would tell exactly
    existing tool   the user's own command for this kind of question, or the system's rg, grep, ps
    cached          the last good answer to the same plan, with its age
    refused         the reason, and what would lift it

A query is served by what it needs, not by what fails elsewhere: where only the kernels are out, a
search is as good as ever, though the level is lower. A level that the operator pinned, or that the
rollout caps, takes out of use what lies above it.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from msgspec.structs import replace

from engine.agents.command_table import COMMANDS
from engine.agents.executor import Run
from engine.agents.poorer_ways import POORER, text_of
from engine.breaker.degradation import LEVELS, Standing
from engine.breaker.errors import CircuitOpen
from engine.breaker.row import Row
from engine.events import CircuitState
from engine.evidence import SEVERAL, Argument, Level, Plan, PlannedTask, Understanding

if TYPE_CHECKING:
    from engine.existing_tools import Wanted

Instead = Literal["existing_tool", "cached"]
UNSERVED, BY_TEXT = "unserved", "search.instead"

# What a level takes out of use, beside what the levels above it do.
_NOT_AT: Final[Mapping[Level, frozenset[str]]] = {
    "full": frozenset(),
    "limited": frozenset({"search.index", "graph", "symbols"}),
    "monitoring": frozenset({"search.scan", "kernels.cpu", "kernels.gpu", "market"}),
    "existing_tools": frozenset({"probes.host", "probes.gpu", "store.read", "agents"}),
}
# They look at this program and its machine: they are served while agents are in trouble too.
_LIGHT: Final = ("machine.", "engine.", "store.", "alerts.", "checks.health", "help", "nothing",
                 "file.missing", UNSERVED)  # fmt: skip
# What prices and values a book takes the kernels, beside its own capability.
_PRICING: Final = ("risk.", "wheel.candidates", "wheel.rolls", "wheel.analysis", "desk.payoff",
                   "desk.smile")  # fmt: skip
# Their tools have another way where the book can't be read; see `Call.untried`.
_OTHER_WAY: Final = frozenset({"market"})
_KIND: Final = {command.intent: name for name, command in reversed(COMMANDS.items())}
_OF_MACHINE: Final = frozenset({"system_status", "memory_usage", "hardware", "monitor"})
_BY_NAME: Final = frozenset(
    {"text_search", "definitions", "subclasses", "references", "callers", "tests_of"}
)
_LIVE: Final = frozenset({"search", "status"})


def not_in_use(standing: Standing) -> frozenset[str]:
    """Return what the operator's pin or the rollout's cap takes out of use."""
    ceiling = standing.level if standing.pinned else standing.cap
    below = LEVELS[LEVELS.index(ceiling) :]
    return frozenset().union(*(_NOT_AT[level] for level in below))


class Lack(NamedTuple):
    """Why no task may count on a capability now, and what would change that, a phrase each."""

    why: str
    lift: str


def out_of_use(
    states: Mapping[str, CircuitState], causes: Mapping[str, str], standing: Standing
) -> dict[str, Lack]:
    """Return each capability that no task may count on now.

    `causes` has for a circuit that isn't closed what its board says of it.
    """
    imposed = _imposed(standing)
    out = {name: imposed(name) for name in not_in_use(standing) if states.get(name) != "absent"}
    for name, state in states.items():
        if state in ("open", "half_open") and name not in _OTHER_WAY:
            why = causes.get(name) or f"{name} is out of order"
            out[name] = Lack(why, f"{name} working again lifts this")
    return out


def _imposed(standing: Standing) -> Callable[[str], Lack]:
    if standing.pinned:
        why, lift = f"the level is pinned at {standing.level}", "letting the level go lifts this"
    else:
        why, lift = f"the rollout caps the level at {standing.cap}", "a later phase lifts this"
    return lambda name: Lack(f"{name} is not in use: {why}", lift)


def causes(rows: Iterable[Row]) -> dict[str, str]:
    """Return of each circuit that isn't closed what is wrong, by the rows of its board."""
    return {row.capability: str(_open(row)) for row in rows if row.state in ("open", "half_open")}


def _open(row: Row) -> CircuitOpen:
    if row.forced is not None:
        return CircuitOpen(row.capability, row.reason, row.forced_s, forced=True)
    return CircuitOpen(row.capability, row.cause, row.next_try_s)


def needs(task: PlannedTask) -> frozenset[str]:
    """Return the capabilities that a task can't do without."""
    own = {task.capability} if task.capability else set()
    if task.tool.startswith(_PRICING):
        own.add("kernels.cpu")
    if not task.tool.startswith(_LIGHT):
        own.add("agents")
    return frozenset(own)


def adapted(plan: Plan, out: Mapping[str, Lack]) -> Plan:
    """Return the plan as it can be run: each task as it is, by its poorer way, or refused."""
    if not out:
        return plan
    return replace(plan, tasks=tuple(_adapted(task, out) for task in plan.tasks))


def _adapted(task: PlannedTask, out: Mapping[str, Lack]) -> PlannedTask:
    missing = [out[name] for name in sorted(needs(task) & out.keys())]
    if not missing:
        return task
    why = _joined(lack.why for lack in missing)
    poorer = POORER.get(task.tool)
    arguments = poorer(task.arguments) if poorer else None
    if arguments is not None and not {"search.scan", "agents"} & out.keys():
        said = f"{why}; these are lines found by their text alone"
        return replace(
            task, tool=BY_TEXT, capability="search.scan", arguments=arguments | {"lacks": said}
        )
    lift = _joined(lack.lift for lack in missing)
    refused: dict[str, Argument] = {"of": task.tool, "why": why, "lift": lift}
    return replace(task, tool=UNSERVED, capability=None, arguments=refused)


def _joined(phrases: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(phrases))


def is_unserved(run: Run, out: Mapping[str, Lack]) -> bool:
    """Whether the run has nothing to show, and that for lack of what is out of use."""
    outcomes = run.outcomes.values()
    if any(one.evidence is not None and one.evidence.found for one in outcomes):
        return False
    tasks = {task.id: task for task in run.plan.tasks}
    return any(
        one.record.error is not None
        and one.record.error.kind == "unavailable"
        and (one.record.tool == UNSERVED or _lacked(tasks[one.record.id], out))
        for one in outcomes
    )


def _lacked(task: PlannedTask, out: Mapping[str, Lack]) -> bool:
    return bool((needs(task) | {"memory"}) & out.keys())


def instead(wanted: "Wanted | None", level: Level) -> tuple[Instead, ...]:
    """Return what to try for a query that can't be served, the best first.

    What the system's own tools tell is of now; a command of the user's may mean something else, so
    that an earlier answer of ours comes first, unless nothing of ours works any more.
    """
    if wanted is None:
        return ("cached",)
    if level == "existing_tools" or wanted.kind in _LIVE:
        return ("existing_tool", "cached")
    return ("cached", "existing_tool")


def for_existing_tools(asked: Understanding, commands: Iterable[str]) -> "Wanted | None":
    """Return what to ask of an existing tool; None where the query is of several parts.

    `commands` are the kinds of question for which the user has one.
    """
    from engine.existing_tools import Wanted  # start-up: only where the query can't be served

    slots, kind = asked.slots, _KIND.get(asked.intent, asked.intent)
    if kind in SEVERAL:
        return None
    symbol, file = text_of(slots, "symbol"), text_of(slots, "file") or _first(slots, "paths")
    pattern = text_of(slots, "pattern") or text_of(slots, "words")
    if kind not in set(commands):
        if asked.intent in _OF_MACHINE:
            return Wanted("status")
        if symbol and asked.intent in _BY_NAME:
            return Wanted("search", symbol.rpartition(".")[2], word=True)
        if text_of(slots, "pattern") and asked.intent == "text_search":
            return _search(slots)
    named = symbol or pattern or text_of(slots, "question") or text_of(slots, "terms")
    return Wanted(kind, named or text_of(slots, "ticker") or file, file)


def _first(slots: Mapping[str, Argument], name: str) -> str:
    value = slots.get(name)
    return value[0] if isinstance(value, tuple) and value else ""


def _search(slots: Mapping[str, Argument]) -> "Wanted":
    """Return a search with all that it asks of ripgrep, and what it asks beside that."""
    from engine.existing_tools import Wanted
    from engine.search.text_query import TextQuery, match_flags

    query = TextQuery(
        pattern=text_of(slots, "pattern"),
        ignore_case=slots.get("ignore_case") is True,
        smart_case=slots.get("smart_case") is True,
        suffixes=_texts(slots, "suffixes"),
        types=_texts(slots, "types"),
        globs=_texts(slots, "globs"),
        hidden=slots.get("hidden") is True,
    )
    return Wanted(
        "search",
        query.pattern,
        word=slots.get("word") is True,
        regex=slots.get("regex") is True,
        options=tuple(flag for flag in match_flags(query) if flag != "--fixed-strings"),
        paths=_texts(slots, "paths"),
        dropped="it shows no lines around a hit" if slots.get("context") else "",
    )


def _texts(slots: Mapping[str, Argument], name: str) -> tuple[str, ...]:
    value = slots.get(name)
    return value if isinstance(value, tuple) else ()
