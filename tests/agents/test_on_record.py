"""What could not be read of the record makes every answer about the past the poorer one."""

from pathlib import Path

import pytest

from engine.agents.tool import Call
from engine.agents.tools import lookup
from engine.evidence import Argument, Text
from tests.store.stores import folded, parts

from .past_store import afternoon, services

pytestmark = pytest.mark.anyio

_TOOLS: list[tuple[str, dict[str, Argument]]] = [
    ("store.history", {"when": "today"}),
    ("store.history", {"slow": True, "when": "this week"}),
    ("store.happened", {"when": "from 14:00 to 14:10"}),
    ("store.circuits", {"when": "today"}),
    ("store.sessions", {}),
    ("store.sessions", {"when": "today"}),
    ("store.answer", {"about": "risk"}),
    ("store.report", {"span": "7d"}),
    ("alerts.history", {}),
]


@pytest.mark.parametrize(("tool", "arguments"), _TOOLS)
async def test_a_damaged_part_is_told(
    tool: str, arguments: dict[str, Argument], tmp_path: Path
) -> None:
    """Whatever is asked of a record that can't all be read is found, poorer, and says why."""
    afternoon(tmp_path)
    folded(tmp_path)
    for path in parts(tmp_path):
        if path.stem == "facts":
            path.write_bytes(path.read_bytes()[:-1] + b"x")
    async with services(tmp_path) as made:
        told = await lookup(tool).run(Call(arguments, made))
        again = await lookup(tool).run(Call(arguments, made))
    assert told.found
    assert told.lacks is not None
    assert told.lacks.startswith("not all that was recorded could be read: ")
    assert "facts.parquet" in told.lacks
    texts = [one.text for one in told.sections if isinstance(one, Text) and "Not on" in one.title]
    assert len(texts) == 1
    assert "facts.parquet" in texts[0]
    assert again.lacks == told.lacks


async def test_a_damaged_part_of_samples_is_told_of_a_metric(tmp_path: Path) -> None:
    """An earlier look that was not told of is not forgotten behind a later sound one."""
    afternoon(tmp_path)
    folded(tmp_path)
    for path in parts(tmp_path):
        if path.stem == "HostSample":
            path.write_bytes(path.read_bytes()[:-1] + b"x")
    names = ("cpu", "loop_lag_p99_ms")
    async with services(tmp_path) as made:
        told = await lookup("store.metric").run(
            Call({"metrics": names, "when": "from 14:00 to 14:20"}, made)
        )
        sound = await lookup("store.answer").run(Call({"about": "risk"}, made))
    assert told.lacks is not None
    assert "HostSample.parquet" in told.lacks
    assert sound.lacks is None


@pytest.mark.parametrize(("tool", "arguments"), _TOOLS)
async def test_of_a_sound_record_nothing_lacks(
    tool: str, arguments: dict[str, Argument], tmp_path: Path
) -> None:
    """Where all could be read the answer is no poorer one."""
    afternoon(tmp_path)
    folded(tmp_path)
    async with services(tmp_path) as made:
        told = await lookup(tool).run(Call(arguments, made))
    assert told.lacks is None
