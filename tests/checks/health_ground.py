"""Where the tests of health look: a store and a project of their own, and what they find there."""

from collections.abc import Mapping
from pathlib import Path

from engine.checks.health.health import Outcome, health
from engine.checks.health.parts.catalogue import chosen
from engine.checks.health.parts.look import Ground
from engine.config import load
from engine.events import Check

LONG_S = 60.0  # no test waits for it: what is looked for answers long before


def ground(folder: Path, *checks: str, **settings: str) -> Ground:
    """Return a ground with these checks, or all; settings as `search_ripgrep="rg"`."""
    project, store = folder / "project", folder / "store"
    project.mkdir(exist_ok=True)
    flags = {name.replace("_", ".", 1): value for name, value in settings.items()}
    return Ground(str(project), str(store), load(project, flags=flags), chosen(checks))


async def looked(given: Ground, *, deadline_s: float = LONG_S, keep: bool = False) -> Outcome:
    return await health(given, deadline_s=deadline_s, keep=keep)


async def found(given: Ground, *, deadline_s: float = LONG_S) -> Mapping[str, Check]:
    """Return the checks by name."""
    outcome = await looked(given, deadline_s=deadline_s)
    return {check.name: check for check in outcome.event.checks}
