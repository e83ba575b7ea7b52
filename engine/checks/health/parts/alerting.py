"""Whether an alert would reach somebody: its channels, and what waits in the outbox."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import anyio

from engine.alerts.channels import Channel
from engine.alerts.channels import channels as all_channels
from engine.alerts.delivery import Folders
from engine.alerts.message_file import Damaged, read
from engine.alerts.outbox import Outbox
from engine.alerts.progress import ChannelName
from engine.alerts.undelivered import ChannelError
from engine.checks.health.parts.limits import LIMITS
from engine.checks.health.parts.look import Ground, Seen
from engine.clock import SystemClock

_PATIENCE: Final = 3.0  # times that of a check which only reads
_WHY: Final = "see why: bolt-tui alerts"


def channels(ground: Ground) -> Seen:
    """Reach the receiver of each channel that is set; nothing is sent."""
    known = all_channels(ground.settings.config, os.environ)
    there = {name: one for name, one in known.items() if not isinstance(one, str)}
    wrong = anyio.run(_unreached, there, ground.patience_s * _PATIENCE)
    said = [f"{name}: {wrong.get(name, 'reached')}" for name in there]
    said += [f"{name} absent: {why}" for name, why in known.items() if isinstance(why, str)]
    figures = {"reached": float(len(there) - len(wrong))}
    if wrong:
        remedy = "correct it, then: bolt-tui alerts test"
        none = len(wrong) == len(there)
        return Seen("critical" if none else "warning", "; ".join(said), remedy, figures)
    return Seen("ok", "; ".join(said), figures=figures)


async def _unreached(there: Mapping[ChannelName, Channel], patience_s: float) -> dict[str, str]:
    """Return why receivers are not reached, by channel."""
    wrong = dict[str, str]()

    async def reach(name: str, channel: Channel) -> None:
        wrong[name] = f"did not answer within {patience_s:g} s"
        with anyio.move_on_after(patience_s):
            try:
                await channel.reach()
            except ChannelError as error:
                wrong[name] = str(error)
            else:
                del wrong[name]

    async with anyio.create_task_group() as group:
        for name, channel in there.items():
            group.start_soon(reach, name, channel)
    return wrong


def outbox(ground: Ground) -> Seen:
    """Count what waits, and for how long the oldest has."""
    alerts, now_s = Path(ground.store) / "alerts", SystemClock().wall_s()
    try:
        waiting, failing, given_up = Outbox(alerts).counts()
        put = _put(alerts)
    except OSError as error:
        said = f"{alerts} can't be read: {(error.strerror or str(error)).lower()}"
        return Seen("critical", said, "set store.folder to a folder that can be read and written")
    oldest_s = max((now_s - put_s for put_s in put), default=0.0)
    figures = {
        "waiting": float(waiting),
        "failing": float(failing),
        "given_up": float(given_up),
        "oldest_s": round(max(0.0, oldest_s)),
    }
    state = LIMITS["outbox.oldest_s"].judge(oldest_s)
    if state == "ok" and not given_up and not failing:
        return Seen("ok", f"messages on their way: {waiting}", figures=figures)
    said = f"messages on their way: {waiting}, the oldest for {oldest_s / 60:,.0f} min"
    if failing:
        said += f"; {failing} were not taken so far"
    if given_up:
        said += f"; {given_up} were given up in the last days"
    return Seen("warning", said, _WHY, figures)


def _put(alerts: Path) -> list[float]:
    """Return when the messages that wait were put down."""
    found = []
    for path in Folders.of(alerts).waiting():
        try:
            head, so_far = read(path)
        except (Damaged, OSError):
            continue  # whoever delivers next tells of it, or has just moved it
        if not so_far.final and head.message.kind != "test":
            found.append(head.put_s)
    return found
