"""From an understanding to a plan: which tools, in which order, with which capability."""

from engine.evidence import Argument, Plan, PlannedTask, Understanding

Slots = dict[str, Argument]

_EDIT = "nothing is edited: this program reads code, it doesn't change it"
_CODE_ONLY = "this looks at the code; the strategy's returns are not computed: no backtest yet"
_PYTHON = (".py", ".pyi")


def plan(parts: list[Understanding]) -> Plan:
    """Return one plan for all parts of a query; with several, each task's id names its part."""
    tasks: list[PlannedTask] = []
    assumptions: list[str] = []
    for number, part in enumerate(parts, start=1):
        prefix = f"{number}." if len(parts) > 1 else ""
        tasks += _prefixed(_tasks(part), prefix)
        if part.slots.get("asks_for_edit") and _EDIT not in assumptions:
            assumptions.append(_EDIT)
        if part.intent == "wheel_analysis" and {"file", "folder"} & part.slots.keys():
            assumptions.append(_CODE_ONLY)
        if also := part.slots.get("also"):
            names = ", ".join(also) if isinstance(also, tuple) else str(also)
            assumptions.append(f"{part.slots['file']} is meant; there is also {names}")
        if (
            (others := part.slots.get("files"))
            and isinstance(others, tuple)
            and "file" in part.slots
        ):
            assumptions.append(f"one file at a time: not looked at is {', '.join(others[1:])}")
    return Plan(tuple(tasks), tuple(assumptions))


def joined(text: str, parts: list[Understanding]) -> Understanding:
    """Return the understanding of the whole query."""
    if len(parts) == 1:
        return parts[0]
    return Understanding(
        text=text,
        understood_as="; ".join(part.understood_as for part in parts),
        intent="multi_part",
        slots={"intents": tuple(part.intent for part in parts)},
        confidence=min(part.confidence for part in parts),
    )


def _prefixed(tasks: list[PlannedTask], prefix: str) -> list[PlannedTask]:
    return [
        PlannedTask(
            id=prefix + task.id,
            tool=task.tool,
            arguments=task.arguments,
            needs=tuple(prefix + need for need in task.needs),
            capability=task.capability,
            priority=task.priority,
        )
        for task in tasks
    ]


def _task(
    tool: str,
    capability: str | None = None,
    needs: tuple[str, ...] = (),
    priority: int = 0,
    **arguments: Argument,
) -> PlannedTask:
    return PlannedTask(tool, tool, arguments, needs, capability, priority)


def _tasks(part: Understanding) -> list[PlannedTask]:
    slots, intent = part.slots, part.intent
    if "missing" in slots:
        return [_task("file.missing", missing=slots["missing"], nearest=slots.get("nearest", ()))]
    if "folder" in slots and intent in ("importers", "dependency_graph"):
        arguments: Slots = {"file": slots["folder"], "is_folder": True}
        return [PlannedTask("file.importers", "file.importers", arguments, (), "search.scan")]
    if "folder" in slots:
        return [_task("code.overview", "symbols", folder=slots["folder"])]
    if isinstance(file := slots.get("file"), str) and intent in _FILE_INTENTS:
        return _FILE_INTENTS[intent](file)
    if intent in _SIMPLE:
        return [_task(tool, capability) for tool, capability in _SIMPLE[intent]]
    return _WITH_SLOTS.get(intent, _nothing)(part)


_SIMPLE: dict[str, tuple[tuple[str, str | None], ...]] = {
    "system_status": (("machine.status", "probes.host"), ("engine.circuits", None)),
    "hardware": (("machine.hardware", None), ("machine.status", "probes.host")),
    "memory_usage": (("machine.memory", "probes.host"), ("machine.processes", "probes.host")),
    "performance_metrics": (
        ("engine.metrics", "store.read"),
        ("machine.status", "probes.host"),
    ),
    "error_recovery": (("engine.circuits", None), ("engine.failures", "store.read")),
    "git_history": (("code.repository", None),),
    "help": (("help", None),),
}


def _file_tasks(file: str) -> list[PlannedTask]:
    """Look at one file from all sides at once, then say what stands out."""
    sides = [
        _task("file.outline", "symbols", priority=2, file=file),
        _task("file.mentions", "search.scan", file=file),
        _task("file.history", file=file),
    ]
    if file.endswith(_PYTHON):
        sides[1:1] = [
            _task("file.complexity", "symbols", priority=1, file=file),
            _task("file.imports", "symbols", file=file),
            _task("file.importers", "search.scan", priority=1, file=file),
        ]
    needs = tuple(side.id for side in sides)
    return [*sides, _task("file.summary", needs=needs, file=file)]


def _history_tasks(file: str) -> list[PlannedTask]:
    return [_task("file.history", file=file)]


def _importer_tasks(file: str) -> list[PlannedTask]:
    return [_task("file.importers", "search.scan", file=file)]


def _dependency_tasks(file: str) -> list[PlannedTask]:
    return [_task("file.imports", "symbols", file=file), *_importer_tasks(file)]


_FILE_INTENTS = {
    **dict.fromkeys(
        (
            "file_analysis",
            "code_analysis",
            "wheel_analysis",
            "options_analysis",
            "risk_analysis",
            "performance_analysis",
        ),
        _file_tasks,
    ),
    "backtest": _file_tasks,
    "git_history": _history_tasks,
    "importers": _importer_tasks,
    "dependency_graph": _dependency_tasks,
}


def _search(part: Understanding) -> list[PlannedTask]:
    """Lines with a text; for a name or words in a question, what is defined by that name first."""
    wanted = ("pattern", "regex", "word", "ignore_case", "paths", "words", "suffixes", "label")
    arguments = {name: part.slots[name] for name in wanted if name in part.slots}
    text = PlannedTask("search.text", "search.text", arguments, (), "search.scan")
    named = "words" in arguments or ("word" in arguments and "regex" not in arguments)
    if part.text.lstrip().startswith(":") or not named:
        return [text]
    return [PlannedTask("code.named", "code.named", arguments, (), "search.scan", 1), text]


def _monitor(part: Understanding) -> list[PlannedTask]:
    return [_task("machine.monitor", "probes.host", duration_s=part.slots.get("duration_s"))]


def _benchmark(part: Understanding) -> list[PlannedTask]:
    """One after the other: two measurements at once would measure each other."""
    rows = (
        ("benchmark.bus", None),
        ("benchmark.store", "store.write"),
        ("benchmark.kernels", "kernels.cpu"),
        ("benchmark.search", "search.scan"),
    )
    tasks: list[PlannedTask] = []
    for tool, capability in rows:
        needs = (tasks[-1].id,) if tasks else ()
        tasks.append(_task(tool, capability, needs, quick=part.slots.get("quick", False)))
    return tasks


def _history(part: Understanding) -> list[PlannedTask]:
    return [_task("store.history", "store.read", limit=part.slots.get("limit", 20.0))]


def _price(part: Understanding) -> list[PlannedTask]:
    return [_task("options.price", "kernels.cpu", terms=part.slots.get("terms", part.text))]


def _code(part: Understanding) -> list[PlannedTask]:
    if symbol := part.slots.get("symbol"):
        return [_task("code.definitions", "search.scan", symbol=symbol)]
    return [_task("code.overview", "symbols")]


def _importers_of_name(part: Understanding) -> list[PlannedTask]:
    return _code(part) if part.slots.get("symbol") else _nothing(part)


def _topic(part: Understanding) -> list[PlannedTask]:
    return [_task("code.topic", "search.scan", topic=part.intent.removesuffix("_analysis"))]


def _performance(part: Understanding) -> list[PlannedTask]:
    if "symbol" in part.slots:
        return _code(part)
    return [_task("engine.metrics", "store.read"), _task("code.overview", "symbols")]


def _nothing(part: Understanding) -> list[PlannedTask]:
    return [_task("nothing", intent=part.intent)]


_WITH_SLOTS = {
    "text_search": _search,
    "monitor": _monitor,
    "benchmark": _benchmark,
    "history": _history,
    "option_price": _price,
    "code_analysis": _code,
    "options_analysis": _topic,
    "wheel_analysis": _topic,
    "performance_analysis": _performance,
    "importers": _importers_of_name,
}
