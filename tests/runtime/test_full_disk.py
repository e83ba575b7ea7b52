"""A store that can't be written: the level falls and names the cause, and climbs back by itself."""

import json
import subprocess
import sys
from pathlib import Path

from engine.events import QueryAnswered, QueryAsked
from engine.store.journals.journal import read_events

# In a process of its own: the limit on a file's size is the process's, and stands for a full disk.
_PROGRAM = """
import json, resource, signal, sys
from pathlib import Path
import anyio
from engine.config import load
from engine.runtime import Engine

project, store = Path(sys.argv[1]), sys.argv[2]
flags = {
    "store.folder": store, "store.flush_interval_s": "0.05", "circuits.wait_s": "0.1",
    "circuits.max_wait_s": "0.2", "circuits.failure_threshold": "2", "search.index": "false",
}

def limit(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

async def until(engine, level):
    with anyio.fail_after(60):
        while engine.board.standing.level != level:
            await engine.ask("system status")
            await anyio.sleep(0.05)
    return await engine.ask("system status")

async def main():
    said = {}
    async with Engine.open(project, settings=load(project, flags=flags)) as engine:
        said["before"] = (await engine.ask("system status")).status
        limit(Path(engine._journal.path).stat().st_size + 10)
        down = await until(engine, "monitoring")
        said["down"] = [down.status, down.level, down.verdict, engine.board.standing.why]
        limit(resource.RLIM_INFINITY)
        up = await until(engine, "full")
        said["up"] = [up.status, up.level]
        said["dropped"] = engine._journal.dropped
        said["newest"] = engine._asking.asked
    print(json.dumps(said))

anyio.run(main)
"""


def test_a_full_disk_lowers_the_level_until_there_is_room(tmp_path: Path) -> None:
    """Answers go on, marked as not recorded; with room again nothing that was asked is missing."""
    store = tmp_path / "store"
    project = tmp_path / "project"
    project.mkdir()
    finished = subprocess.run(
        [sys.executable, "-c", _PROGRAM, str(project), str(store)],
        capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    assert finished.returncode == 0, finished.stderr
    said = json.loads(finished.stdout)
    assert said["before"] == "answered"
    status, level, verdict, why = said["down"]
    assert (status, level) == ("degraded", "monitoring")
    assert "Not recorded" in verdict
    assert "File too large" in verdict
    assert "store.write" in why
    assert said["up"] == ["answered", "full"]
    assert said["dropped"] == 0
    events = [one for path in (store / "journals").iterdir() for one in read_events(path)]
    asked = {event.query for event in events if isinstance(event, QueryAsked)}
    ended = {event.query for event in events if isinstance(event, QueryAnswered)}
    assert asked == ended == {f"q{number}" for number in range(1, said["newest"] + 1)}
