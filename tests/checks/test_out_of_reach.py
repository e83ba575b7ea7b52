"""Nothing but the command leads to the drill: no query, no setting, no part of the engine."""

import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from engine.agents import commands, planner, router
from engine.agents.command_table import COMMANDS
from engine.agents.places import Located
from engine.agents.services import Services
from engine.agents.tools import lookup, names
from engine.checks.drill.catalogue import FAULTS
from engine.checks.drill.session_faults import STUCK
from engine.checks.tools import tools
from engine.config import options

ASKED = (
    "drill",
    "run the drill",
    ":drill",
    f"run {STUCK}",
    "kill the search process",
    "inject a fault into the store",
    *FAULTS,
    *(f"drill {name}" for name in FAULTS),
)


@pytest.mark.anyio
@pytest.mark.parametrize("text", ASKED)
async def test_no_query_plans_a_fault(text: str) -> None:
    """Each is refused or understood as something else: its tools are those of every session."""
    try:
        parts = await router.understand(text, _nowhere)
    except commands.BadCommand:
        return
    planned = {task.tool for task in planner.plan(parts).tasks}
    assert planned <= {*names(), *tools()}


async def _nowhere(_: str) -> Located:
    return Located(None)


def test_no_tool_command_setting_or_service_is_of_the_drill() -> None:
    """The tool that gets stuck is known to the scratch engine alone."""
    assert not [name for name in (*names(), *COMMANDS) if "drill" in name]
    assert not [one.name for one in options() if "drill" in one.name]
    assert not [one.name for one in fields(Services) if "drill" in one.name]
    with pytest.raises(KeyError):
        lookup(STUCK)


@pytest.mark.parametrize("face", ["engine.runtime", "bolt_tui.headless", "bolt_tui.interactive"])
def test_a_session_does_not_load_it(face: str) -> None:
    """What isn't imported can't be reached: of the checks there is only the list of tools."""
    program = (
        f"import sys, {face}\n"
        "import engine.runtime.engine\n"
        "print({name for name in sys.modules if name.startswith('engine.checks.')}"
        " - {'engine.checks.tools'})"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "set()"
    assert not [name for name in tools() if "drill" in name]


def test_nothing_below_names_it() -> None:
    """No file of the engine's other rooms has its name in it."""
    engine = Path(planner.__file__).parents[1]
    named = [
        path
        for path in engine.rglob("*.py")
        if "checks" not in path.parts and "engine.checks" in path.read_text()
    ]
    assert named == []
