"""From an understanding to a plan: which tools, in which order, with which capability."""

import re

from msgspec.structs import replace

from engine.agents import code_plans
from engine.agents.code_plans import Slots, given, task
from engine.agents.desk import plans as desk_plans
from engine.agents.pattern import Pattern
from engine.evidence import NOT_TIMED, SEVERAL, Plan, PlannedTask, Understanding

_EDIT = "nothing is edited: this program reads code, it doesn't change it"
_TIME = Pattern(r"\b(?:since|yesterday|today)\b", re.IGNORECASE)
_ENDS = frozenset({"import_path"})  # both of its files are looked at


def plan(parts: list[Understanding]) -> Plan:
    """Return one plan for all parts of a query; with several, each task's id names its part."""
    tasks: list[PlannedTask] = []
    assumptions: list[str] = []
    for number, part in enumerate(parts, start=1):
        prefix = f"{number}." if len(parts) > 1 else ""
        tasks += _prefixed(_tasks(part), prefix)
        assumptions += _assumed(part)
    return Plan(tuple(tasks), tuple(dict.fromkeys(assumptions)))


def joined(text: str, parts: list[Understanding]) -> Understanding:
    """Return the understanding of the whole query."""
    if len(parts) == 1:
        return parts[0]
    intents = tuple(part.intent for part in parts)
    return Understanding(
        text=text,
        understood_as="; ".join(part.understood_as for part in parts),
        intent=SEVERAL[not set(intents).isdisjoint(NOT_TIMED)],
        slots={"intents": intents},
        confidence=min(part.confidence for part in parts),
    )


def _prefixed(tasks: list[PlannedTask], prefix: str) -> list[PlannedTask]:
    return [
        replace(one, id=prefix + one.id, needs=tuple(prefix + need for need in one.needs))
        for one in tasks
    ]


def _assumed(part: Understanding) -> list[str]:
    assumed = []
    if part.slots.get("asks_for_edit"):
        assumed.append(_EDIT)
    assumed += desk_plans.assumed(part)
    if also := part.slots.get("also"):
        names = ", ".join(also) if isinstance(also, tuple) else str(also)
        assumed.append(f"{part.slots['file']} is meant; there is also {names}")
    if part.slots.get("or_name"):
        assumed.append(f'for a name of code say so: "review the function {part.slots["missing"]}"')
    if part.intent == "git_history" and "file" not in part.slots and _TIME.search(part.text):
        assumed.append("no time is kept to: this is how the repository stands now")
    if form := part.slots.get("unknown_format"):
        assumed.append(f"not as {form}: a graph's forms are tree, mermaid, dot and json")
    others = part.slots.get("files")
    if isinstance(others, tuple) and "file" in part.slots and part.intent not in _ENDS:
        assumed.append(f"one file at a time: not looked at is {', '.join(others[1:])}")
    return assumed


def _tasks(part: Understanding) -> list[PlannedTask]:
    slots, intent = part.slots, part.intent
    if "missing" in slots:
        missed = task("file.missing", None, {"nearest": ()} | given(slots, "missing", "nearest"))
        return [*_of_that_name(slots), missed]
    if intent in desk_plans.PLANS:
        return desk_plans.PLANS[intent](part)
    if intent in code_plans.PLANS:
        return code_plans.PLANS[intent](part) or _nothing(part)
    if intent in _PAST:
        tool, *wanted = _PAST[intent]
        return [task(tool, "store.read", _past(slots, *wanted))]
    if intent in _SIMPLE:
        plain = [task(tool, capability) for tool, capability in _SIMPLE[intent]]
        return [*_firing(intent), *plain]
    return _WITH_SLOTS.get(intent, _nothing)(part)


def _of_that_name(slots: Slots) -> list[PlannedTask]:
    """Look for a definition by a word that is no file; where there is one, it is told instead."""
    if not slots.get("or_name"):
        return []
    return [task("code.named", "search.scan", {"pattern": slots["missing"], "word": True})]


_SIMPLE: dict[str, tuple[tuple[str, str | None], ...]] = {
    "exposure": (("risk.by_stock", "market"),),
    "health": (("checks.health", None),),
    "system_status": (("machine.status", "probes.host"), ("engine.circuits", None)),
    "hardware": (("machine.hardware", None), ("machine.status", "probes.host")),
    "memory_usage": (("machine.memory", "probes.host"), ("machine.processes", "probes.host")),
    "performance_metrics": (
        ("engine.metrics", "store.read"),
        ("machine.status", "probes.host"),
    ),
    "error_recovery": (("engine.circuits", None), ("engine.failures", "store.read")),
    "help": (("help", None),),
}


# What an alert that fires belongs to, and the weight of the verdicts that it stands beside.
_BESIDE_ALERTS = {"system_status": 2.0, "error_recovery": 1.0}


def _firing(intent: str) -> list[PlannedTask]:
    if intent not in _BESIDE_ALERTS:
        return []
    return [task("alerts.firing", None, {"weight": _BESIDE_ALERTS[intent]})]


def _monitor(part: Understanding) -> list[PlannedTask]:
    return [task("machine.monitor", "probes.host", {"duration_s": part.slots.get("duration_s")})]


def _benchmark(part: Understanding) -> list[PlannedTask]:
    """One after the other: two measurements at once would measure each other."""
    rows = (
        ("benchmark.bus", None),
        ("benchmark.store", "store.write"),
        ("benchmark.kernels", "kernels.cpu"),
        ("benchmark.search", "search.scan"),
    )
    quick: Slots = {"quick": part.slots.get("quick", False)}
    tasks: list[PlannedTask] = []
    for tool, capability in rows:
        needs = (tasks[-1].id,) if tasks else ()
        tasks.append(task(tool, capability, quick, needs=needs))
    return tasks


def _history(part: Understanding) -> list[PlannedTask]:
    slots: Slots = {"limit": part.slots.get("limit", 20.0)}
    return [task("store.history", "store.read", slots | _past(part.slots, *_OF_HISTORY))]


def _past(slots: Slots, *wanted: str) -> Slots:
    """Return what a tool takes of the slots; a command's words for a time are one text."""
    found = given(slots, *wanted)
    if isinstance(when := found.pop("when", None), tuple):
        when = " ".join(when)
    if isinstance(name := found.get("metrics"), str):
        found["metrics"] = (name,)
    return found | ({"when": when} if when else {})


def _validation(part: Understanding) -> list[PlannedTask]:
    return [task("checks.validate", None, given(part.slots, "phase", "full"))]


def _alerts(part: Understanding) -> list[PlannedTask]:
    """How they stand needs no store; with a time it is how they went."""
    slots = _past(part.slots, "when")
    return [task("alerts.history", "store.read", slots) if slots else task("alerts.now", None)]


def _report(part: Understanding) -> list[PlannedTask]:
    """What keeps it is handed in by the faces, who know how to write it."""
    made = task("store.report", "store.read", given(part.slots, "span"))
    if not part.slots.get("save"):
        return [made]
    return [made, task("store.save_report", None, given(part.slots, "span"), needs=(made.id,))]


def _nothing(part: Understanding) -> list[PlannedTask]:
    said: Slots = {"intent": part.intent}
    return [task("nothing", None, said | given(part.slots, "lacking"))]


_OF_HISTORY = ("when", "failed", "slow")
# The tools that tell the past, and the slots that they take.
_PAST: dict[str, tuple[str, ...]] = {
    "what_happened": ("store.happened", "when", "away", "capability"),
    "metric_history": ("store.metric", "metrics", "when"),
    "circuit_history": ("store.circuits", "capability", "when"),
    "sessions": ("store.sessions", "when"),
    "alert_history": ("alerts.history", "when"),
    "past_answer": ("store.answer", "about"),
}
_WITH_SLOTS = {
    "monitor": _monitor,
    "benchmark": _benchmark,
    "history": _history,
    "report": _report,
    "alerts": _alerts,
    "validation": _validation,
}
