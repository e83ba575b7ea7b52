"""Sessions as lists of events: what the screens in `snapshots/` are drawn from."""

from typing import Literal

from engine import events as e
from engine.evidence import (
    Answer,
    Figure,
    Figures,
    Finding,
    Findings,
    PlannedTask,
    Section,
    Series,
    Status,
    Table,
    TaskError,
    TaskRecord,
    Text,
    Understanding,
)

from .machines import (
    engine_itself,
    linux_host,
    m4_pro_gpu,
    m4_pro_host,
    no_gpu,
    processes,
    run_for,
)
from .tape import Tape

CAPABILITIES = (
    "graph", "kernels.cpu", "kernels.gpu", "market", "notify", "probes.gpu", "probes.host",
    "search.index", "search.scan", "store.read", "store.write", "symbols",
)  # fmt: skip
QUERY = "q1"
IMPORTS = Understanding(
    text="analyze engine/bus.py",
    understood_as="file analysis of engine/bus.py",
    intent="file_analysis",
    slots={"file": "engine/bus.py"},
    confidence=0.93,
)
TASKS = (
    PlannedTask("t1", "graph.importers", {"file": "engine/bus.py"}, capability="graph"),
    PlannedTask("t2", "graph.imports", {"file": "engine/bus.py"}, capability="graph"),
    PlannedTask("t3", "file.mentions", {"file": "engine/bus.py"}, capability="search.scan"),
    PlannedTask("t4", "file.complexity", {"file": "engine/bus.py"}, capability="symbols"),
    PlannedTask("t5", "code.review", {}, needs=("t1", "t2", "t3", "t4")),
)


def joined(tape: Tape | None = None) -> Tape:
    """A session that has just begun: everything works, nobody is to be notified."""
    tape = tape or Tape()
    tape.say(e.SessionJoined(project="/home/mb/code/wheel-trader", pid=4711, version="0.1.0",
                             interactive=True))  # fmt: skip
    for name in CAPABILITIES:
        absent = name == "notify"
        cause = "no channel is configured in [alerts]" if absent else ""
        tape.say(
            e.CircuitChanged(capability=name, state="absent" if absent else "closed", cause=cause)
        )
    return tape.say(e.LevelChanged(level="full", why="everything that is present works"))


def in_company() -> Tape:
    """Three other sessions: one asks, one idles, one has just died."""
    tape = answered(idle_mac(20))
    home = "/home/mb/code"
    return tape.say(
        e.PeerChanged(peer="20261123T140000-4812-11aa", project=f"{home}/wheel-trader", pid=4812,
                      interactive=True, state="here", running=("review risk.py", "status")),
        e.PeerChanged(peer="20261123T141000-5120-22bb", project=f"{home}/notes", pid=5120,
                      interactive=True, state="here"),
        e.PeerChanged(peer="20261123T142000-6001-33cc", project=f"{home}/wheel-trader", pid=6001,
                      interactive=False, state="died"),
    )  # fmt: skip


def indexed(tape: Tape) -> Tape:
    """The text index stands, and what is known of the code."""
    return tape.say(
        e.IndexProgressed(index="text", state="ready", done=1482, total=1482,
                          memory_bytes=79_400_000, elapsed_ms=412.0),
        e.IndexProgressed(index="code", state="ready", done=1086, total=1086, elapsed_ms=1210.0),
    )  # fmt: skip


def indexing(tape: Tape) -> Tape:
    """The text index is being built."""
    return tape.say(e.IndexProgressed(index="text", state="building", done=640, total=1482))


def idle_mac(seconds: int = 150) -> Tape:
    """An Apple M4 Pro on which nothing was asked yet."""
    tape = joined()
    run_for(tape, seconds, m4_pro_host, m4_pro_gpu)
    return tape.say(processes(), engine_itself())


def idle_linux(seconds: int = 150) -> Tape:
    """A Linux machine without a GPU."""
    tape = joined()
    for name in ("kernels.gpu", "probes.gpu"):
        tape.say(e.CircuitChanged(capability=name, state="absent", cause="this machine has no GPU"))
    run_for(tape, seconds, linux_host, no_gpu)
    return tape.say(processes(), engine_itself())


def asked(tape: Tape, understanding: Understanding = IMPORTS, query: str = QUERY) -> Tape:
    """A question and its plan."""
    tape.say(e.QueryAsked(query=query, text=understanding.text)).wait(0.004)
    return tape.say(e.QueryPlanned(query=query, understanding=understanding, tasks=TASKS))


def started(tape: Tape, task: str, agent: str, attempt: int = 1, query: str = QUERY) -> Tape:
    return tape.say(
        e.TaskStarted(query=query, task=task, tool=_tool(task), agent=agent, attempt=attempt)
    )


def finished(tape: Tape, task: str, agent: str, elapsed_ms: float, query: str = QUERY) -> Tape:
    return tape.say(
        e.TaskFinished(
            query=query,
            task=task,
            tool=_tool(task),
            agent=agent,
            elapsed_ms=elapsed_ms,
            verdict="done",
        )
    )


def _tool(task: str) -> str:
    return next(planned.tool for planned in TASKS if planned.id == task)


def running(tape: Tape | None = None) -> Tape:
    """Four agents at work: one done, one retried, one with progress, one silent for too long."""
    tape = asked(tape or idle_mac())
    started(tape, "t1", "agent-1")
    started(tape, "t2", "agent-2")
    started(tape, "t3", "agent-3")
    started(tape, "t4", "agent-4")
    finished(tape.wait(0.182), "t1", "agent-1", 182.0)
    error = TaskError("failed", "ruff ended with code 2", "run ruff by hand")
    tape.say(e.TaskFailed(query=QUERY, task="t4", tool=_tool("t4"), agent="agent-4",
                          elapsed_ms=175.0, error=error, will_retry=True))  # fmt: skip
    started(tape.wait(0.2), "t4", "agent-4", attempt=2)
    run_for(tape, 35, m4_pro_host, m4_pro_gpu)
    tape.say(
        e.TaskProgressed(query=QUERY, task="t3", tool=_tool("t3"), agent="agent-3",
                         text="reading engine/store", done=911, total=1481),
        e.TaskProgressed(query=QUERY, task="t4", tool=_tool("t4"), agent="agent-4", attempt=2,
                         text="measuring 18 functions"),
        engine_itself(3, 1),
    )  # fmt: skip
    return run_for(tape, 2, m4_pro_host, m4_pro_gpu)


FINDINGS = Findings(
    "importers",
    (
        Finding("engine/runtime.py", 27, "from engine.bus import Bus"),
        Finding("engine/agents/services.py", 14, "from engine.bus import Bus"),
        Finding("engine/sampling.py", 11, "from engine.bus import Bus, Subscription"),
        Finding("engine/recorder.py", 9, "from engine.bus import Bus"),
        Finding("bolt_tui/engine_port.py", 8, "from engine.bus import Bus"),
        Finding("tests/bus/test_overrun_of_a_slow_reader.py", 3, "from engine.bus import Bus"),
    ),
    total=14,
    truncated=True,
)
FIGURES = Figures(
    "size and shape",
    (
        Figure("lines", 171, "", "file"),
        Figure("importers", 14, "files", "graph", age_s=2.1),
        Figure("worst complexity", 6, "C901", "ruff 0.17.6", age_s=0.3),
        Figure("test coverage", None, "%", "coverage", reason="no .coverage file was found"),
    ),
)
TABLE = Table(
    "functions by complexity",
    ("function", "lines", "complexity", "share"),
    (
        ("Subscription.take", 14, 6, 0.31),
        ("Subscription.offer", 16, 5, 0.26),
        ("Bus.subscribe", 12, 1, 0.052),
    ),
)
SERIES = Series(
    "importers over the last commits",
    tuple(float(i * 86400) for i in range(40)),
    tuple(float(2 + i // 3 + (i % 5 == 0)) for i in range(40)),
    "files",
)
NOTE = Text(
    "read by hand",
    "bus.py imports only clock and events,\nso it stands on the lowest floor but one.",
)


def answer(
    status: Status,
    verdict: str,
    *,
    sections: tuple[Section, ...] = (),
    tasks: tuple[TaskRecord, ...] = (),
    assumptions: tuple[str, ...] = (),
    not_searched: dict[str, int | str] | None = None,
    understanding: Understanding = IMPORTS,
) -> Answer:
    """An answer at level full that took 412 ms."""
    return Answer(
        status=status,
        level="full",
        query=understanding,
        verdict=verdict,
        sections=sections,
        tasks=tasks,
        assumptions=assumptions,
        not_searched=not_searched or {},
        elapsed_ms=412.0,
    )


def record(task: str, agent: str, elapsed_ms: float) -> TaskRecord:
    return TaskRecord(task, _tool(task), agent, "finished", (), 0.4, elapsed_ms, 1)


def answered(tape: Tape | None = None) -> Tape:
    """An answer with every kind of proof."""
    tape = asked(tape or idle_mac())
    for number, task in enumerate(("t1", "t2", "t3", "t4"), 1):
        started(tape, task, f"agent-{number}")
    for number, task in enumerate(("t1", "t2", "t3", "t4"), 1):
        finished(tape.wait(0.1), task, f"agent-{number}", number * 100.0)
    given = answer(
        "answered",
        "engine/bus.py: 171 lines; heaviest is Subscription.take; imported by 14 files.",
        sections=(FINDINGS, FIGURES, TABLE, SERIES, NOTE),
        tasks=tuple(record(f"t{n}", f"agent-{n}", n * 100.0) for n in range(1, 5)),
        assumptions=("edges under TYPE_CHECKING count as imports",),
        not_searched={"hidden": 12, "ignored": 3410, "binary": 7},
    )
    tape.say(e.QueryAnswered(query=QUERY, answer=given))
    return run_for(tape, 3, m4_pro_host, m4_pro_gpu)


def nothing_found() -> Tape:
    """A search without a hit, which says where it did not look."""
    tape = asked(
        idle_mac(), _text("find frobnicate in engine", "text search: frobnicate in engine")
    )
    started(tape, "t3", "agent-1")
    finished(tape.wait(0.011), "t3", "agent-1", 11.0)
    given = answer(
        "nothing_found", "“frobnicate” stands on no line of the 214 files under engine.",
        tasks=(record("t3", "agent-1", 11.0),),
        not_searched={"hidden": 2, "ignored": 31, "binary": "none"},
        understanding=_text("find frobnicate in engine", "text search: frobnicate in engine"),
    )  # fmt: skip
    return tape.say(e.QueryAnswered(query=QUERY, answer=given))


def _text(text: str, understood_as: str) -> Understanding:
    return Understanding(text, understood_as, "text_search", {}, 1.0)


def failed() -> Tape:
    """A query that needs what is not there; the remedy is said, and a notice stands."""
    understanding = Understanding(
        "risk analysis", "risk analysis of the book", "risk_analysis", {}, 0.55
    )
    tape = asked(idle_mac(), understanding)
    error = TaskError(
        "unavailable", "no positions are configured", "set [market] positions in your own bolt.toml"
    )
    started(tape, "t2", "agent-1")
    tape.say(e.TaskFailed(query=QUERY, task="t2", tool="book.positions", agent="agent-1",
                          elapsed_ms=3.0, error=error))  # fmt: skip
    tasks = (
        TaskRecord("t1", "book.positions", "agent-1", "failed", (), 0.1, 3.0, 1, error),
        TaskRecord("t2", "risk.value_at_risk", None, "skipped", ("t1",), None, None, 0,
                   TaskError("skipped", "it needs the positions")),
    )  # fmt: skip
    given = answer("failed", "The risk of the book is unknown: no positions are configured.",
                   tasks=tasks, understanding=understanding)  # fmt: skip
    tape.say(e.QueryFailed(query=QUERY, answer=given))
    return tape.say(
        e.Notice(key="market.positions", severity="warning", text="no positions are configured",
                 remedy="set [market] positions in your own bolt.toml"),
    )  # fmt: skip


def lowered() -> Tape:
    """Two circuits in trouble, and the level with them."""
    tape = idle_mac()
    indexed(tape).say(
        e.CircuitChanged(capability="search.index", state="open", was="closed", failures=5,
                         cause="the process of the text index ended", next_try_s=30.0),
        e.CircuitChanged(capability="graph", state="half_open", was="open", failures=3,
                         cause="a canary is being tried"),
        e.LevelChanged(level="limited", was="full", why="search.index is open",
                       lift="its canary passing twice"),
        e.Notice(key="level", severity="critical", text="search is a plain scan",
                 remedy="nothing to do: the index is built again"),
        e.Notice(key="memory", severity="warning", text="memory pressure is rising"),
    )  # fmt: skip
    return run_for(tape, 12, m4_pro_host, m4_pro_gpu)


def troubled() -> Tape:
    """The index fails under two queries, graph is forced open, memory sheds, the level is down."""
    tape = idle_mac()
    error = TaskError("failed", "the process of the text index ended", "")
    for number, text in enumerate(("find strike in engine", "who mentions expiry?"), 1):
        query = f"s{number}"
        tape.say(e.QueryAsked(query=query, text=text))
        task = PlannedTask("t1", "search.text", {}, capability="search.index")
        plan = (task,)
        understanding = _text(text, f"text search: {text}")
        tape.say(e.QueryPlanned(query=query, understanding=understanding, tasks=plan))
        tape.say(e.TaskStarted(query=query, task="t1", tool="search.text", agent="agent-1"))
        tape.wait(0.4).say(
            e.TaskFailed(
                query=query, task="t1", tool="search.text", agent="agent-1", elapsed_ms=400.0,
                error=error,
            )
        )  # fmt: skip
        given = answer("degraded", "2 lines, by a plain scan.", understanding=understanding)
        tape.say(e.QueryAnswered(query=query, answer=given)).wait(8)
    window = "20 calls, 60 s"
    tape.say(
        e.CircuitChanged(capability="search.index", state="open", was="closed", failures=5,
                         cause="the process of the text index ended", next_try_s=30.0,
                         calls=12, failure_rate=0.58, slow_rate=0.0, window=window),
        e.LevelChanged(level="limited", was="full", why="search.index failed",
                       lift="search.index answering its canary"),
        e.CircuitChanged(capability="graph", state="open", was="closed", forced="open",
                         cause="forced open: its answers are being compared", window=window,
                         reason="its answers are being compared",
                         until_s=tape.clock.wall_s() + 600.0),
        e.CircuitChanged(capability="symbols", state="half_open", was="open", failures=3,
                         cause="a canary is being tried", canaries=1, window=window, calls=10,
                         failure_rate=0.5, slow_rate=0.1),
        e.MemoryChanged(state="shedding", used_bytes=10_200_000_000, budget_bytes=12_884_901_888,
                        holders=(("text index", 6_100_000_000), ("this program", 2_900_000_000),
                                 ("DuckDB", 700_000_000)),
                        cause="above 80 % of the budget"),
    )  # fmt: skip
    return run_for(tape, 12, m4_pro_host, m4_pro_gpu)


def pinned() -> Tape:
    """The operator holds the level, and a circuit counts nothing; nothing has failed."""
    tape = idle_mac(20)
    tape.say(
        e.CircuitChanged(capability="notify", state="closed", window="20 calls, 60 s"),
        e.CircuitChanged(capability="market", state="closed", was="closed", forced="disabled",
                         cause="forced disabled: drill", reason="drill", window="20 calls, 60 s"),
        e.LevelChanged(level="monitoring", was="full", cap="limited", pinned=True,
                       why="pinned (disk is being replaced); else it would be full: "
                       "everything present works",
                       lift="the end of the pin", held_until_s=tape.clock.wall_s() + 300.0),
    )  # fmt: skip
    return run_for(tape, 5, m4_pro_host, m4_pro_gpu)


def alerted() -> Tape:
    """One alert fires and one is silenced, one waits, one was over; slack does not answer."""
    tape = idle_mac(30)
    wall_s = tape.clock.wall_s()
    few = {"alert": "a1", "rule": "low_success", "severity": "critical"}
    memory = {"alert": "a2", "rule": "high_memory", "severity": "critical"}
    tape.say(
        firing(memory, "Memory is short: own_memory_bytes = 13.1 GiB, memory_budget_bytes = "
               "12.0 GiB", wall_s - 4000),
        e.SilenceChanged(silence="5112ce00", matchers={"rule": "high_memory"},
                         starts_s=wall_s - 1500, until_s=wall_s + 2100, by="mb",
                         reason="a training run holds it until three"),
        e.AlertResolved(alert="a3", rule="many_errors", severity="warning",
                        text="Many queries fail: errors_last_hour = 14",
                        since_s=wall_s - 5400, fired_s=wall_s - 5400,
                        why="it holds no longer: errors_last_hour = 9 of 60 queries"),
    ).wait(20)  # fmt: skip
    tape.say(
        firing(few, "Too few queries succeed: query_success_ratio = 0.62 of 21 queries",
               tape.clock.wall_s()),
        e.AlertDelivered(message="m1", alert="a1", rule="low_success", channel="email",
                         kind="firing", state="sent"),
        e.AlertDelivered(message="m1", alert="a1", rule="low_success", channel="slack",
                         kind="firing", state="failed", attempt=3, next_try_s=40.0,
                         cause="hooks.slack.com refused the connection"),
        e.AlertPending(alert="a4", rule="circuit_open", severity="warning", for_s=900.0,
                       text="A capability stays out of order: circuits_open = 1",
                       since_s=tape.clock.wall_s()),
        e.HealthChecked(
            state="warning", text="1 of 14 checks is not ok",
            checks=(e.Check("store", "readiness", "ok", "it can be written"),
                    e.Check("disk", "dependency", "warning", "4.1 GiB are free, which is 3 %",
                            "free space, or bolt-tui store export")),
        ),
        e.Validated(
            phase="2", full=False, ready_pct=75.0,
            criteria=(
                criterion("memory", "proven", "1.1 GiB", "< 5 GiB"),
                criterion("search", "proven", "36 ms", "< 100 ms"),
                criterion("success", "failed", "62 %", "> 80 %"),
                criterion("crash_free", "unproven", "", "> 168 h"),
            ),
        ),
    )  # fmt: skip
    return run_for(tape, 5, m4_pro_host, m4_pro_gpu)


def firing(about: dict[str, str], text: str, since_s: float) -> e.AlertFiring:
    """Return that an alert fires."""
    condition = {"low_success": "query_success_ratio < 0.8"}.get(about["rule"], "")
    return e.AlertFiring(
        alert=about["alert"], rule=about["rule"], text=text, since_s=since_s, expr=condition,
        severity="critical" if about["severity"] == "critical" else "warning",
        value=text.partition(": ")[2],
        remedy='see which failed and why: bolt-tui --run "failed queries of the last hour"',
    )  # fmt: skip


def criterion(
    name: str, state: Literal["proven", "failed", "unproven"], figure: str, bar: str
) -> e.Criterion:
    """Return one acceptance criterion of the second phase."""
    proof = "no week of history is on record" if state == "unproven" else "measured now"
    return e.Criterion(name, "2", f"{name} is as planned", state, figure, bar, proof,
                       f"bolt-tui validate --production --phase 2 --only {name}")  # fmt: skip
