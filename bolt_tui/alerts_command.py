"""`bolt-tui alerts [list] | rules | silence | unsilence | test`: works without an engine.

Exit codes: 0 done; 1 a test message was not taken, or a file could not be read or written; 2 usage,
a rule that can't be used, or `test` without a channel.
"""

import argparse
import os
import secrets
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import anyio
import anyio.to_thread

from bolt_tui.cli import OutputError
from bolt_tui.opening import settings
from bolt_tui.printing import EXIT, emit
from engine.agents.tools.alert_reading import FOLDER, SILENCES, read
from engine.agents.tools.alert_rows import in_force, sections, verdict
from engine.agents.tools.alert_state import lately_resolved
from engine.agents.tools.past_span import clock
from engine.alerts.channels import Channel, channels
from engine.alerts.durations import seconds
from engine.alerts.errors import AlertsError, BadDuration, BadSilence, UnknownSilence
from engine.alerts.known import KNOWN
from engine.alerts.notices import Origin, trial
from engine.alerts.outbox import Outbox
from engine.alerts.progress import ChannelName
from engine.alerts.rules import rules
from engine.alerts.silence import matchers
from engine.clock import SystemClock
from engine.config import Config
from engine.errors import BadQuery
from engine.events import AlertDelivered
from engine.evidence import Answer, Cell, Section, Status, Table, Understanding, clean
from engine.runtime.alert_silences import SilenceWatch
from engine.store.folder import store_folder
from engine.store.leases.pool import Pool
from engine.store.past.past import Past

_DEFAULT_SPAN = "1h"
_GRACE_S = 15.0
_LOOK_S = 0.2
_SAID = {
    "sent": "taken",
    "unsure": "sent, and nobody said that it was taken",
    "failed": "not taken",
    "given_up": "not taken",
}


@dataclass(frozen=True, slots=True)
class Alerts:
    """Whose alerts: a store, its settings, and the project that one stands in."""

    store: Path
    config: Config
    project: Path
    clock: SystemClock

    @property
    def folder(self) -> Path:
        return self.store / FOLDER

    @property
    def silences(self) -> SilenceWatch:
        return SilenceWatch(self.folder / SILENCES, self.clock)


def run(arguments: argparse.Namespace) -> int:
    """Carry out the action and return the exit code.

    Raises:
        BadProject, BadQuery, ConfigError.
        OutputError: it could not be done.
    """
    here = settings(arguments)
    config = here.loaded.config
    alerts = Alerts(store_folder(config.store.folder), config, here.project, SystemClock())
    if arguments.names and arguments.action not in ("silence", "unsilence"):
        raise BadQuery(
            f"alerts {arguments.action} takes no name, found {arguments.names[0][:40]!r}"
        )
    try:
        answer = anyio.run(_ACTIONS[arguments.action], alerts, arguments)
    except (BadSilence, UnknownSilence, BadDuration) as error:
        raise BadQuery(str(error)) from error
    except AlertsError as error:
        raise OutputError(str(error)) from error
    except OSError as error:
        raise OutputError(f"{alerts.folder}: {error.strerror or error}") from error
    emit(answer, arguments.output or "text")
    return EXIT[answer.status]


async def _list(alerts: Alerts, _: argparse.Namespace) -> Answer:
    now_s = alerts.clock.wall_s()
    found = read(alerts.store, alerts.config, os.environ, now_s)
    pool = Pool(1)
    try:
        resolved, missing = await lately_resolved(Past(pool, alerts.store), now_s)
    finally:
        await pool.close()
    return _answer("alerts", verdict(found, now_s), *sections(found, resolved, missing, now_s))


async def _rules(alerts: Alerts, _: argparse.Namespace) -> Answer:
    made = rules(alerts.config.alerts, KNOWN)
    off = sum(not one.enabled for one in made)
    said = f"{len(made)} rules are in force" if not off else f"{len(made)} rules, {off} turned off"
    if not alerts.config.alerts.enabled:
        said += "; none is evaluated, as alerts.enabled is false"
    return _answer("alerts rules", said, in_force(made, alerts.config.alerts.rules))


async def _silence(alerts: Alerts, arguments: argparse.Namespace) -> Answer:
    named = [one.name for one in rules(alerts.config.alerts, KNOWN)]
    wanted = matchers(arguments.names, named)
    for_s = seconds(arguments.span or _DEFAULT_SPAN)
    watch, now_s = alerts.silences, alerts.clock.wall_s()
    name = watch.add(wanted, for_s, arguments.because or "")
    what = " and ".join(f"{label}={value}" for label, value in wanted.items())
    mutes = [
        one.rule
        for one in read(alerts.store, alerts.config, os.environ, now_s).rows
        if one.silenced_by == name
    ]
    now = f"; it mutes {', '.join(mutes)}, which fires or is pending" if mutes else ""
    until = clock(now_s + for_s, now_s)
    said = f"{what} is silenced until {until}{now}; to end it: bolt-tui alerts unsilence {name}"
    return _answer("alerts silence", said)


async def _unsilence(alerts: Alerts, arguments: argparse.Namespace) -> Answer:
    if not arguments.names:
        raise BadQuery("alerts unsilence expects the id of a silence; see: bolt-tui alerts")
    for name in arguments.names:
        alerts.silences.end(name)
    return _answer("alerts unsilence", f"Silence {', '.join(arguments.names)} has ended")


async def _test(alerts: Alerts, arguments: argparse.Namespace) -> Answer:
    """Put a message for each channel and return once each is taken, or not."""
    present = _present(alerts.config, arguments.channel)
    outbox = Outbox(alerts.folder, say=_raise_nothing)
    origin = Origin(clean(str(alerts.project)), socket.gethostname())
    notice = trial(list(present), origin, alerts.clock.wall_s(), secrets.token_hex(8))
    await anyio.to_thread.run_sync(outbox.put, notice.message, list(present))
    limit_s = max(one.timeout_s for one in present.values()) + _GRACE_S
    with anyio.move_on_after(limit_s):
        await _delivered(outbox, present, notice.message.id)
    became = await anyio.to_thread.run_sync(outbox.became, notice.message.id)
    rows = tuple(_row(name, became.get(name), limit_s) for name in present)
    taken = sum(one is not None and one.state == "sent" for one in became.values())
    status: Status = "answered" if taken == len(present) else "failed"
    said = f"{taken} of {len(present)} channels took the test message {notice.message.id}"
    table = Table("Channels", ("channel", "test message", "what was said"), rows)
    return _answer("alerts test", said, table, status=status)


def _present(config: Config, only: str | None) -> dict[ChannelName, Channel]:
    """Return the channels to try.

    Raises:
        BadQuery: there is none; it names the settings.
    """
    found = channels(config, os.environ)
    wanted = {name: one for name, one in found.items() if only in (None, name)}
    present = {name: one for name, one in wanted.items() if not isinstance(one, str)}
    if not present:
        why = "; ".join(f"{name}: {one}" for name, one in wanted.items())
        raise BadQuery(
            f"no channel is set up: {why}; set [slack] or [email] in your own settings, "
            "see: bolt-tui config show"
        )
    return present


async def _delivered(outbox: Outbox, present: dict[ChannelName, Channel], message: str) -> None:
    """Return once the message went its way, by this process or by the session that sends."""
    while True:
        await outbox.deliver(present, lambda _: None, lambda _: False, message)
        became = await anyio.to_thread.run_sync(outbox.became, message)
        over = [one for one in became.values() if one and one.state in ("sent", "given_up")]
        if len(over) == len(present):
            return
        await anyio.sleep(_LOOK_S)


def _row(name: str, became: AlertDelivered | None, limit_s: float) -> tuple[Cell, ...]:
    if became is None:
        return (name, "not sent", f"nothing came of it within {limit_s:g} s")
    return (name, _SAID[became.state], became.cause or None)


def _raise_nothing(_: str) -> None:
    """What is wrong with the folder is raised by `put`."""


def _answer(command: str, said: str, *shown: Section, status: Status = "answered") -> Answer:
    return Answer(
        status=status,
        level="full",
        query=Understanding(command, command, "alerts", {}, 1.0),
        verdict=said,
        sections=shown,
    )


_ACTIONS: dict[str, Callable[[Alerts, argparse.Namespace], Awaitable[Answer]]] = {
    "list": _list,
    "rules": _rules,
    "silence": _silence,
    "unsilence": _unsilence,
    "test": _test,
}
