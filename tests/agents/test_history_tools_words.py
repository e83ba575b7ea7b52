"""How questions about the past are read, and which are none."""

import pytest

from engine.agents import planner
from engine.agents.past_vocabulary import METRIC_WORDS, metrics_in
from engine.agents.router import Located, understand
from engine.agents.tools.metric_history import SAID
from engine.evidence import Argument, Understanding
from engine.store.past.metrics import METRICS

pytestmark = pytest.mark.anyio

PHRASES: dict[str, tuple[str, ...]] = {
    "what_happened": (
        "what happened between 14:00 and 14:10",
        "what happened at 14:03",
        "what happened yesterday?",
        "what happened in the last hour",
        "what has happened since noon",
        "show me what happened this morning",
        "did anything happen since 9:00",
        "events since 9:00",
        "show the events of yesterday",
        "timeline of today",
        "what did I miss?",
        "what happened while I was away",
        "what was going on at 14:03",
    ),
    "metric_history": (
        "cpu over the last hour",
        "memory since 9:00",
        "loop lag today",
        "gpu usage yesterday",
        "how was memory between 14:00 and 15:00",
        "cpu and memory over the last hour",
        "cpu load and memory over the last hour",
        "disk traffic in the last 10 minutes",
        "network this week",
        "memory history",
        "was the cpu busy yesterday afternoon",
        "how much swap did we use this week",
        "cpu temperature since noon",
    ),
    "history": (
        "which queries failed today",
        "failed queries",
        "slowest queries this week",
        "what questions failed yesterday",
        "queries of the last 10 minutes",
        "history",
        "last 5 queries",
    ),
    "circuit_history": (
        "circuit history",
        "when did search last fail",
        "when did search.index last fail?",
        "which circuits opened yesterday",
        "when was the store down",
        "level changes",
    ),
    "sessions": (
        "sessions",
        "show all sessions",
        "who else is here",
        "which sessions died today",
        "sessions since monday",
        "how many other sessions are open",
    ),
    "past_answer": (
        "show the answer to risk metrics",
        "what was the answer to cpu load?",
    ),
}
# Near to those, and questions to others.
OTHERS: dict[str, str] = {
    "memory usage": "memory_usage",
    "cpu load": "system_status",
    "what is happening": "system_status",
    "what changed since yesterday": "git_history",
    "circuit breaker state": "error_recovery",
    "recent errors": "error_recovery",
    "search for session": "text_search",
    "performance metrics": "performance_metrics",
    "how many cores does this machine have": "hardware",
}


async def read(text: str) -> list[Understanding]:
    async def nowhere(_: str) -> Located:
        return Located(None, ())

    return await understand(text, nowhere)


@pytest.mark.parametrize(
    ("text", "intent"), [(text, intent) for intent, those in PHRASES.items() for text in those]
)
async def test_a_question_about_the_past_is_known(text: str, intent: str) -> None:
    """One understanding, sure, with one task that reads the store."""
    parts = await read(text)
    assert [part.intent for part in parts] == [intent]
    assert parts[0].confidence >= 0.7
    (task,) = planner.plan(parts).tasks
    assert task.capability == "store.read"


@pytest.mark.parametrize(("text", "intent"), OTHERS.items())
async def test_what_is_about_now_or_the_code_is_left_alone(text: str, intent: str) -> None:
    """The words of the past take no other's questions."""
    assert [part.intent for part in await read(text)] == [intent]


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("what happened between 14:00 and 14:10", {"when": "between 14:00 and 14:10"}),
        ("what happened", {}),
        ("what did i miss", {"away": True}),
        ("what happened while the index was down", {"capability": "index"}),
        ("what happened while search.index was open?", {"capability": "search.index"}),
        (
            "cpu and loop lag since 9:00",
            {"metrics": ("cpu", "loop_lag_p99_ms"), "when": "since 9:00"},
        ),
        ("network this week", {"metrics": ("net_recv", "net_sent"), "when": "this week"}),
        ("last 5 queries", {"limit": 5.0}),
        (
            "queries that failed in the last 10 minutes",
            {"limit": 20.0, "when": "in the last 10 minutes", "failed": True},
        ),
        ("slowest queries this week", {"limit": 20.0, "when": "this week", "slow": True}),
        ("when did search.index last fail", {"capability": "search.index"}),
        ("show the answer to 'risk metrics'?", {"about": "risk metrics"}),
        (":happened between 14:00 and 14:10", {"when": "between 14:00 and 14:10"}),
        (":happened", {}),
        (":metric engine.rss_bytes today", {"metrics": ("engine.rss_bytes",), "when": "today"}),
        (":history --failed yesterday", {"limit": 20.0, "failed": True, "when": "yesterday"}),
        (":history --limit 3 --slow", {"limit": 3.0, "slow": True}),
        (":sessions yesterday", {"when": "yesterday"}),
        (":circuits last week", {"when": "last week"}),
        (":answer risk metrics", {"about": "risk metrics"}),
    ],
)
async def test_its_time_and_its_subject_reach_the_tool(
    text: str, arguments: dict[str, Argument]
) -> None:
    """In words or as a command, the tool is told the same."""
    (task,) = planner.plan(await read(text)).tasks
    assert task.arguments == arguments


def test_every_metric_that_can_be_asked_for_is_kept() -> None:
    """What words are read as, and what has a name of its own, the store knows."""
    assert {name for names, _ in METRIC_WORDS for name in names} | SAID.keys() <= METRICS.keys()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("gpu memory and memory", ("gpu_memory", "memory")),
        ("temperature of the gpu", ("gpu_temperature",)),
        ("disk reads", ("disk_read",)),
        ("memory of the engine", ("engine.rss_bytes",)),
        ("nothing", ()),
    ],
)
def test_the_longer_name_of_a_metric_wins(text: str, names: tuple[str, ...]) -> None:
    """A word that is part of a longer name is not read twice."""
    assert metrics_in(text) == names
