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
from datetime import datetime
from pathlib import Path

import anyio
import anyio.to_thread
from msgspec.structs import replace

from bolt_tui.opening import Settings, settings
from bolt_tui.printing import EXIT, emit
from bolt_tui.refusing import OutputError
from engine.agents.tools.alerts.reading import FOLDER, SILENCES, fault, read
from engine.agents.tools.alerts.rows import in_force, sections, verdict
from engine.agents.tools.alerts.state import lately_resolved
from engine.agents.tools.past.span import clock
from engine.alerts import rules
from engine.alerts.channels import Channel, channels
from engine.alerts.durations import seconds
from engine.alerts.errors import AlertsError, BadDuration, BadSilence, UnknownSilence
from engine.alerts.notices import Origin, trial
from engine.alerts.outbox import Outbox
from engine.alerts.progress import ChannelName
from engine.alerts.silence import matchers
from engine.alerts.standing import AlertRow
from engine.clock import SystemClock
from engine.config import Config, ConfigError, Loaded
from engine.errors import BadQuery
from engine.events import AlertDelivered
from engine.evidence import Answer, Cell, Section, Status, Table, Understanding, clean
from engine.runtime.alert_silences import SilenceWatch
from engine.store import errors
from engine.store.folder import store_folder
from engine.store.leases.pool import Pool
from engine.store.past.past import Past

_OPTIONS = {"silence": ("--for", "--because"), "test": ("--channel",)}
_DEFAULT_SPAN = "1h"
_GRACE_S = 15.0
_LOOK_S = 0.2
_SAID = {
    "sent": "taken",
    "unsure": "sent, and nobody said that it was taken",
    "failed": "not taken",
    "given_up": "not taken",
    "withdrawn": "withdrawn",
}


@dataclass(frozen=True, slots=True)
class Alerts:
    """Whose alerts: a store, its settings, and the project that one stands in."""

    store: Path
    loaded: Loaded
    project: Path
    clock: SystemClock
    output: str = "text"

    @property
    def config(self) -> Config:
        return self.loaded.config

    @property
    def folder(self) -> Path:
        return self.store / FOLDER

    @property
    def silences(self) -> SilenceWatch:
        return SilenceWatch(self.folder / SILENCES, self.clock)

    def when(self, at_s: float) -> str:
        """Return a moment: for people as short as it is plain, for programs with day and zone."""
        if self.output in ("json", "ndjson"):
            return datetime.fromtimestamp(at_s).astimezone().isoformat(timespec="seconds")
        return clock(at_s, self.clock.wall_s())


def run(arguments: argparse.Namespace) -> int:
    """Carry out the action and return the exit code.

    Raises:
        BadProject, BadQuery, ConfigError.
        OutputError: it could not be done.
    """
    here = _settings(arguments)
    store = store_folder(here.loaded.config.store.folder)
    output = arguments.output or "text"
    alerts = Alerts(store, here.loaded, here.project, SystemClock(), output)
    if arguments.names and arguments.action not in ("silence", "unsilence"):
        raise BadQuery(
            f"alerts {arguments.action} takes no name, found {arguments.names[0][:40]!r}"
        )
    _check_options(arguments)
    began_s = alerts.clock.monotonic_s()
    try:
        answer = anyio.run(_ACTIONS[arguments.action], alerts, arguments)
    except (BadSilence, UnknownSilence, BadDuration) as error:
        raise BadQuery(str(error)) from error
    except AlertsError as error:
        raise OutputError(str(error)) from error
    except OSError as error:
        reason, remedy = errors.said(error)
        undone = f"alerts {arguments.action} could not be done"
        raise OutputError(f"{undone}: {alerts.folder}: {reason}; {remedy}") from error
    took_ms = round((alerts.clock.monotonic_s() - began_s) * 1000, 3)
    emit(replace(answer, elapsed_ms=took_ms), output)
    return EXIT[answer.status]


def _settings(arguments: argparse.Namespace) -> Settings:
    try:
        return settings(arguments)
    except ConfigError as error:  # the store is not known without them, nor who evaluates there
        said = f"{error}; a session that is open goes by the rules that it read before"
        raise ConfigError(said) from error


def _check_options(arguments: argparse.Namespace) -> None:
    """Raise BadQuery where an option is given that the action does not have."""
    given = {
        "--for": arguments.span,
        "--because": arguments.because,
        "--channel": arguments.channel,
    }
    for option, value in given.items():
        if value is not None and option not in _OPTIONS.get(arguments.action, ()):
            whose = next(action for action, names in _OPTIONS.items() if option in names)
            raise BadQuery(
                f"alerts {arguments.action} takes no {option}: it belongs to alerts {whose}"
            )


async def _list(alerts: Alerts, _: argparse.Namespace) -> Answer:
    now_s = alerts.clock.wall_s()
    why = fault(alerts.loaded)
    found = read(alerts.store, alerts.loaded, os.environ, now_s, wrong=why)
    pool = Pool(1)
    try:
        resolved, missing = await lately_resolved(Past(pool, alerts.store), now_s)
    finally:
        await pool.close()
    shown = sections(found, resolved, missing, now_s, alerts.when)
    status: Status = "degraded" if found.lacks else "answered"
    return _answer("alerts", verdict(found, alerts.when), *shown, status=status)


async def _rules(alerts: Alerts, _: argparse.Namespace) -> Answer:
    made = rules.in_force(alerts.loaded)
    found = read(alerts.store, alerts.loaded, os.environ, alerts.clock.wall_s())
    off = sum(not one.enabled for one in made)
    said = f"{len(made)} rules are in force" if not off else f"{len(made)} rules, {off} turned off"
    if not alerts.config.alerts.enabled:
        why, who = "alerts.enabled is false in your settings", found.evaluator
        said += f"; {why}, but {who} goes on" if who else f"; none is evaluated, as {why}"
    if found.differs:
        said += f"; {found.differs}"
    return _answer("alerts rules", said, in_force(made, alerts.config.alerts.rules))


async def _silence(alerts: Alerts, arguments: argparse.Namespace) -> Answer:
    watch, now_s = alerts.silences, alerts.clock.wall_s()
    found = read(alerts.store, alerts.loaded, os.environ, now_s)
    there: list[rules.Rule | AlertRow] = [
        *found.rules,
        *found.rows,
    ]  # what fires may be of a rule that is gone
    wanted = matchers(arguments.names, [_labels(one) for one in there])
    for_s = seconds(arguments.span or _DEFAULT_SPAN)
    made = [watch.add(one, for_s, arguments.because or "") for one in wanted]
    rows = read(alerts.store, alerts.loaded, os.environ, now_s).rows
    said = []
    for one, stands in made:
        what = " and ".join(f"{label}={value}" for label, value in one.matchers.items())
        mutes = ", ".join(row.rule for row in rows if row.silenced_by == one.id)
        now = f"; it mutes {mutes}, which fires or is pending" if mutes else ""
        if stands is not None:
            now += f"; silence {stands.id} stands, too, until {alerts.when(stands.until_s)}"
        end = f"to end it: bolt-tui alerts unsilence {one.id}"
        said.append(f"{what} is silenced until {alerts.when(one.until_s)}{now}; {end}")
    return _answer("alerts silence", ". ".join(said))


def _labels(one: rules.Rule | AlertRow) -> dict[str, str]:
    """Return the labels of an alert, and those that each has."""
    name = one.name if isinstance(one, rules.Rule) else one.rule
    return {**one.labels, "rule": name, "severity": one.severity}


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
