"""`bolt-tui health [--deadline S] [--only CHECK…] [--notify]`: looks at every part now.

Exit codes as Nagios has them, an exception to the general ones: 0 ok, 1 warning, 2 critical,
3 unknown, also where the settings can't be read. `-o json` and `-o ndjson` write the event
HealthChecked as it is recorded. `--notify` tells of what is not well over the channels of alerts;
whether that worked is said on stderr and changes no exit code.
"""

import argparse
import sys

import anyio

from bolt_tui.opening import settings
from bolt_tui.printing import emit, note, write
from bolt_tui.rendering import nagios
from engine.checks.health.health import DEADLINE_S, Outcome, health
from engine.checks.health.parts.catalogue import chosen
from engine.checks.health.parts.look import Ground
from engine.clock import SystemClock
from engine.config import ConfigError
from engine.errors import EngineError
from engine.events import HealthChecked, encoder
from engine.evidence import Answer, Understanding
from engine.store.folder import store_folder


def run(arguments: argparse.Namespace) -> int:
    """Look, print what was found and return the exit code."""
    try:
        ground = _ground(arguments)
    except (ConfigError, EngineError) as error:
        note(str(error))
        write(nagios.unknown(str(error)).encode())
        return nagios.EXIT["unknown"]
    deadline_s = arguments.deadline or arguments.timeout or DEADLINE_S
    outcome, notified = anyio.run(_looked, ground, deadline_s, arguments.notify)
    _print(outcome.event, arguments.output or "text")
    if outcome.not_recorded:
        note(f"not recorded: {outcome.not_recorded}")
    if notified:
        note(notified)
    return nagios.EXIT[outcome.event.state]


def _ground(arguments: argparse.Namespace) -> Ground:
    given = settings(arguments)
    store = store_folder(given.loaded.config.store.folder)
    return Ground(str(given.project), str(store), given.loaded, chosen(arguments.only or ()))


async def _looked(ground: Ground, deadline_s: float, telling: bool) -> tuple[Outcome, str]:
    shown = sys.stderr.isatty() and not sys.stdout.isatty()
    outcome = await health(
        ground,
        deadline_s=deadline_s,
        told=lambda check: note(f"{check.name}: {check.state}") if shown else None,
    )
    if not telling:
        return outcome, ""
    from engine.checks.health.notice import notify

    return outcome, await notify(ground, outcome.event, SystemClock())


def _print(event: HealthChecked, output: str) -> None:
    if output in ("json", "ndjson"):
        write(encoder.encode(event) + b"\n")
    elif output == "markdown":
        emit(_answer(event), output)
    else:
        write(nagios.render(event).encode())


def _answer(event: HealthChecked) -> Answer:
    from engine.checks.health.tool import evidence

    found = evidence(event)
    return Answer(
        status="answered",
        level="full",
        query=Understanding("health", "health", "health", {}, 1.0),
        verdict=found.verdict,
        sections=found.sections,
        elapsed_ms=event.elapsed_ms,
    )
