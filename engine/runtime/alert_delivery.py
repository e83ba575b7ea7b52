"""Sends what lies in the outbox, while this session evaluates; and tells what became of it."""

import socket
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import anyio

from engine.alerts.channels import Channel, channels
from engine.alerts.message import Message
from engine.alerts.outbox import Outbox
from engine.alerts.progress import ChannelName
from engine.alerts.silence import Silence, silenced
from engine.breaker.board import Board
from engine.bus import Bus
from engine.clock import Clock
from engine.config import Config
from engine.events import AlertDelivered
from engine.evidence import clean

CAPABILITY: Final = "notify"
_LOOK_S: Final = 5.0


class NotDelivered(Exception):
    """A message was not taken."""


class AlertDelivery:
    """Owns the outbox. `muted` is asked right before each attempt."""

    def __init__(
        self,
        folder: Path,
        config: Config,
        environ: Mapping[str, str],
        bus: Bus,
        board: Board,
        clock: Clock,
        silences: Callable[[], Sequence[Silence]],
    ) -> None:
        self._said: list[str] = []  # from worker threads too
        self.wrong: tuple[str, ...] = ()  # in the last round
        give_up_s = config.alerts.give_up_s
        self.outbox = Outbox(folder, give_up_s=give_up_s, clock=clock, say=self._said.append)
        self.channels: dict[ChannelName, Channel | str] = channels(config, environ)
        self._bus, self._board, self._silences = bus, board, silences
        self._wake = anyio.Event()

    @property
    def present(self) -> tuple[ChannelName, ...]:
        """The channels that are set up."""
        return tuple(name for name, one in self.channels.items() if not isinstance(one, str))

    def complaints(self) -> list[str]:
        """Return what became of files that are no messages since this was asked last."""
        count = len(self._said)  # a thread may add one meanwhile
        said = self._said[:count]
        del self._said[:count]
        return said

    def wake(self) -> None:
        """Have a look at the outbox now."""
        self._wake.set()

    async def run(self) -> None:
        """Send what is due, again and again, until cancelled."""
        while True:
            self._wake = anyio.Event()
            try:
                wait_s = await self._round()
            except Exception as error:
                # A boundary: the session goes on. Only its kind is told: its text may quote what
                # is secret.
                self.wrong = (f"sending broke with {type(error).__name__}; it is tried again",)
                wait_s = _LOOK_S
            with anyio.move_on_after(min(wait_s, _LOOK_S)):
                await self._wake.wait()

    async def _round(self) -> float:
        if self._held():
            return _LOOK_S
        due_s = await self.outbox.deliver(self.channels, self._told, self._muted)
        self.wrong = self.outbox.wrong
        return _LOOK_S if due_s is None else max(due_s, 0.1)

    def _held(self) -> bool:
        """Whether somebody forced the circuit open: what waits is kept until it is released."""
        return any(
            row.capability == CAPABILITY and row.forced == "open" for row in self._board.rows()
        )

    def _muted(self, message: Message) -> bool:
        if message.kind == "test":
            return False
        labels = message.labels
        return silenced(self._silences(), message.rule, message.severity, labels) is not None

    def _told(self, event: AlertDelivered) -> None:
        self._bus.publish(event)
        if event.state == "sent":
            self._board.report(CAPABILITY, None)
        elif event.state not in ("given_up", "withdrawn"):
            self._board.report(CAPABILITY, NotDelivered(f"{event.channel}: {event.cause}"))


def host() -> str:
    """Return this machine's name, as messages tell it."""
    return clean(socket.gethostname())
