"""Tells of a look at everything that is not well, where no session is there to tell.

A session that evaluates the alerts reads HealthChecked and tells of it by its rule, unless it is of
a part of the checks; then nothing is sent here. What is sent here counts as that rule's alert: a
silence of it holds, and the same finding is told again only after `alerts.repeat_s`.
"""

import hashlib
import json
import os
import socket
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

import anyio
import anyio.to_thread

from engine.alerts import silences
from engine.alerts.channels import channels as all_channels
from engine.alerts.delivery import Folders
from engine.alerts.known import KNOWN
from engine.alerts.lock import LOCK, AlertLock
from engine.alerts.message import Message
from engine.alerts.message_file import Damaged, name_of, read
from engine.alerts.outbox import Channels, Outbox
from engine.alerts.progress import ChannelName
from engine.alerts.rules import rules
from engine.alerts.silence import Silence, silenced
from engine.alerts.undelivered import OutboxError
from engine.checks.health.parts.look import Ground
from engine.checks.recorded import record
from engine.clock import Clock
from engine.config import Config, ConfigError
from engine.config.schema import Alerts
from engine.events import AlertDelivered, HealthChecked, Severity
from engine.evidence import clean
from engine.file_lock import Owner
from engine.store.errors import JournalError
from engine.store.journals.segments import is_live

RULE: Final = "health_failed"
_LONGEST_S: Final = 45.0
_BEATS: Final = 3.0  # of the evaluation's pace: later than that its holder is stopped
_SLOWEST_BEAT_S: Final = 60.0
_NO_CHANNEL: Final = "nobody is told: no channel is set ({}); set [slack] or [email]"


async def notify(
    ground: Ground, event: HealthChecked, clock: Clock, environ: Mapping[str, str] = os.environ
) -> str:
    """Put a message into the outbox, try to deliver it, and return what came of it in a sentence.

    What can't be delivered now is tried again by the next session that evaluates alerts.
    """
    if event.state == "ok":
        return "all is well: nobody is told"
    config, alerts = ground.settings.config, Path(ground.store) / "alerts"
    known = all_channels(config, environ)
    there: list[ChannelName] = [name for name, one in known.items() if not isinstance(one, str)]
    if not there:
        return _NO_CHANNEL.format("; ".join(f"{name}: {why}" for name, why in known.items()))
    whole = not event.partial  # of a part no rule tells
    if event.state == "critical" and whole and is_told_by_a_session(alerts, config, clock):
        return f"a session evaluates the alerts: its rule {RULE} tells of it"
    now_s = clock.wall_s()
    quiet = _lasting(alerts, now_s)
    if by := silenced(quiet, RULE, _severity(event), {}):
        return f"nobody is told: silence {by.id} ({by.reason or 'no reason given'})"
    box, again_s = Outbox(alerts, clock=clock), config.alerts.repeat_s
    waits = "it waits in the outbox for a session that delivers it"
    if _was_put(ground, event, there, now_s):
        waits = f"it was told already, and is again after {again_s:g} s"
    else:
        try:
            made = message(event, ground.project, now_s, again_s)
            await anyio.to_thread.run_sync(box.put, made, there)
        except OutboxError as error:
            return f"nobody is told: {error}"
    told = await _delivered(box, known, quiet)
    await anyio.to_thread.run_sync(_record, ground, clock, told)
    return "; ".join(map(_said, told)) or waits


async def _delivered(
    box: Outbox, known: Channels, quiet: Sequence[Silence]
) -> list[AlertDelivered]:
    """Try all that is due: nobody else may be there to do it."""
    told = list[AlertDelivered]()
    with anyio.move_on_after(_LONGEST_S):
        await box.deliver(
            known, told.append, lambda m: bool(silenced(quiet, m.rule, m.severity, m.labels))
        )
    return told


def message(event: HealthChecked, project: str, now_s: float, repeat_s: float) -> Message:
    """Return what is told; its id is the same for the same finding within a time of repetition."""
    wrong = [check for check in event.checks if check.state != "ok"]
    lines = (f"{check.state} {check.name}: {check.text}" for check in wrong)
    remedies = (f"{check.name}: {check.remedy}" for check in wrong if check.remedy)
    return Message(
        id=_id(event, project, int(now_s // repeat_s)),
        alert=_hash("health", project),
        rule=RULE,
        kind="firing",
        severity=_severity(event),
        summary=f"The health check is {event.state}: {event.text}",
        text="\n".join(lines),
        value=event.state,
        since_s=now_s,
        at_s=now_s,
        remedy="; ".join(remedies),
        project=project,
        host=clean(socket.gethostname()),
    )


def is_told_by_a_session(alerts: Path, config: Config, clock: Clock) -> bool:
    """Return whether a session holds the lock of the alerts, works, and has the rule in force."""
    if not config.alerts.enabled or not _is_in_force(config.alerts) or not is_live(alerts / LOCK):
        return False
    beat_ns = AlertLock(alerts, Owner()).last_beat()
    late_s = max(_SLOWEST_BEAT_S, _BEATS * config.alerts.interval_s)
    return beat_ns is not None and abs(clock.wall_s() - beat_ns / 1e9) < late_s


def _is_in_force(alerts: Alerts) -> bool:
    try:
        return any(rule.name == RULE and rule.enabled for rule in rules(alerts, KNOWN))
    except ConfigError:
        return False  # then no session evaluates it either; alerts say so themselves


def _lasting(alerts: Path, now_s: float) -> list[Silence]:
    try:
        there = silences.read(alerts / "silences").silences
    except OSError:
        return []  # rather told than not
    return [one for one in there if one.left_s(now_s) > 0]


def _was_put(
    ground: Ground, event: HealthChecked, over: Iterable[ChannelName], now_s: float
) -> bool:
    """Return whether this finding was put down less than a time of repetition ago."""
    repeat_s = ground.settings.config.alerts.repeat_s
    folders, bucket = Folders.of(Path(ground.store) / "alerts"), int(now_s // repeat_s)
    for number in (bucket, bucket - 1):
        for channel in over:
            for folder in (folders.outbox, folders.sent):
                try:
                    head, _ = read(folder / name_of(_id(event, ground.project, number), channel))
                except (OSError, Damaged):
                    continue
                if abs(now_s - head.put_s) < repeat_s:
                    return True
    return False


def _record(ground: Ground, clock: Clock, told: list[AlertDelivered]) -> None:
    if not told:
        return
    try:
        record(Path(ground.store), Path(ground.project), clock, *told)
    except JournalError:
        return  # the check of the store has said so, and the outbox has it too


def _said(told: AlertDelivered) -> str:
    return f"{told.channel}: {told.state}{f' ({told.cause})' if told.cause else ''}"


def _severity(event: HealthChecked) -> Severity:
    return "critical" if event.state == "critical" else "warning"


def _id(event: HealthChecked, project: str, bucket: int) -> str:
    wrong = sorted(check.name for check in event.checks if check.state != "ok")
    return f"health-{_hash(project, event.state, *wrong, str(bucket))}"


def _hash(*words: str) -> str:
    return hashlib.sha256(json.dumps(words).encode()).hexdigest()[:24]
