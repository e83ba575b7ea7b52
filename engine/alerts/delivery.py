"""What lies in an outbox, when each of it is due, and one attempt to send it.

Everything here that touches the disk is short, and is meant for a worker thread.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from engine.alerts.message import Message
from engine.alerts.message_file import Damaged, MessageFile, is_message_file
from engine.alerts.progress import (
    ChannelName,
    Head,
    Outcome,
    Progress,
    Result,
    after_death,
    follows,
)
from engine.clock import Clock
from engine.events import AlertDelivered

_OUTBOX, _SENT, _DAMAGED = "outbox", "sent", "damaged"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that is still to go over a channel."""

    path: Path
    head: Head
    so_far: Progress

    @property
    def message(self) -> Message:
        return self.head.message

    @property
    def channel(self) -> ChannelName:
        return self.head.channel

    @property
    def line(self) -> tuple[str, str]:
        """Those of one line go one after the other."""
        return self.head.channel, self.head.message.alert


@dataclass(frozen=True, slots=True)
class Lying:
    """A message that lies in the outbox or among what is done."""

    head: Head
    so_far: Progress

    @property
    def given_up(self) -> bool:
        """Whether it is tried no more though somebody should have heard of it."""
        last = self.so_far.last
        return last is not None and last.state == "given_up" and not self.is_test

    @property
    def last(self) -> Outcome | None:
        """What its last attempt came to; None without one, and where nobody needs it any more."""
        last = self.so_far.last
        return None if last is None or last.state == "withdrawn" else last

    @property
    def is_test(self) -> bool:
        return self.head.message.kind == "test"


@dataclass(frozen=True, slots=True)
class Settled:
    """What a look at a file led to: what of it still waits, and what there is to tell."""

    waiting: Waiting | None = None
    told: tuple[AlertDelivered, ...] = ()


@dataclass(frozen=True, slots=True)
class Folders:
    """Where messages lie: on their way, done, and unreadable."""

    outbox: Path
    sent: Path
    damaged: Path

    @classmethod
    def of(cls, alerts: Path) -> "Folders":
        """Return the folders of the store's `alerts` folder; nothing is made."""
        return cls(alerts / _OUTBOX, alerts / _SENT, alerts / _DAMAGED)

    def make(self) -> None:
        """Make what is missing.

        Raises:
            OSError: it can't be made.
        """
        for folder in (self.outbox, self.sent, self.damaged):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def waiting(self) -> list[Path]:
        """Return the files of messages on their way; none where there is no outbox.

        Raises:
            OSError: the outbox can't be listed.
        """
        try:
            found = list(self.outbox.iterdir())
        except FileNotFoundError:
            return []
        return sorted(path for path in found if is_message_file(path.name))


class Desk:
    """Reads the outbox' files, and writes down what no sending process could.

    `say` takes a sentence about what happened to a message's file. `wrong` has what could not be
    done since it was emptied.
    """

    def __init__(self, folders: Folders, clock: Clock, say: Callable[[str], None]) -> None:
        self._folders, self._clock, self._say = folders, clock, say
        self.wrong: list[str] = []

    def settle(self, path: Path, since: int | None = None) -> Settled:
        """Look at a file that nobody is sending, and do what its history asks for.

        A process that died is written down, what is done moves away, a damaged one goes aside.
        `since` is an attempt of our own: what was written of it and after it is told.
        """
        try:
            file = MessageFile.held(path)
            if file is None:
                return Settled()
            with file:
                try:
                    return self._settled(file, since)
                except Damaged:
                    return self._aside(file)
        except OSError as error:
            self.complain(f"{path.name} in the outbox can't be read or written", error)
            return Settled()

    def _settled(self, file: MessageFile, since: int | None) -> Settled:
        head, so_far = file.read()
        if (self._folders.sent / file.path.name).exists():  # put once more while it moved there
            file.path.unlink()
            return Settled()
        told = []
        if so_far.orphan is not None:
            outcome = after_death(
                so_far, self._clock.wall_s(), once=_once(head), chance=random.random()
            )
            file.append(outcome)
            head, so_far = file.read()
            told.append(event(head, outcome))
        elif so_far.last is not None and (so_far.final or so_far.last.attempt == since):
            told.append(event(head, so_far.last))
        if so_far.final:
            file.move(self._folders.sent)
            return Settled(None, tuple(told))
        return Settled(Waiting(file.path, head, so_far), tuple(told))

    def _aside(self, file: MessageFile) -> Settled:
        file.move(self._folders.damaged)
        self._say(f"{file.path.name} is no message any more and was put into {file.path.parent}")
        return Settled()

    def failed(self, one: Waiting, cause: str) -> tuple[Outcome, tuple[AlertDelivered, ...]]:
        """Write down that an attempt came to nothing by `cause`; return that, and what to tell."""
        result, at_s = Result("failed", cause, whole=True), self._clock.wall_s()
        made = follows(one.so_far, result, at_s, once=_once(one.head), chance=random.random())
        return made, self._add(one, made)

    def give_up(self, one: Waiting, cause: str) -> tuple[AlertDelivered, ...]:
        """Write down that nothing is tried any more; return what to tell."""
        made = Outcome(one.so_far.attempt, self._clock.wall_s(), "given_up", cause)
        return self._add(one, made)

    def _add(self, one: Waiting, made: Outcome) -> tuple[AlertDelivered, ...]:
        try:
            file = MessageFile.held(one.path)
            if file is None:
                return ()
            with file:
                if file.read()[1] != one.so_far:
                    return ()  # somebody was quicker
                file.append(made)
                if made.state == "given_up":
                    file.move(self._folders.sent)
        except Damaged:
            return ()
        except OSError as error:
            self.complain(f"{one.path.name} in the outbox can't be written", error)
        return (event(one.head, made),)

    def complain(self, what: str, error: OSError) -> None:
        """Keep in mind what could not be done."""
        self.wrong.append(f"{what}: {error.strerror or type(error).__name__}")


def _once(head: Head) -> bool:
    return head.message.kind == "test"


def event(head: Head, outcome: Outcome) -> AlertDelivered:
    """Return what is told of an outcome."""
    message = head.message
    return AlertDelivered(
        message=message.id,
        alert=message.alert,
        rule=message.rule,
        channel=head.channel,
        kind=message.kind,
        state=outcome.state,
        attempt=outcome.attempt,
        cause=outcome.cause,
        next_try_s=outcome.wait_s,
    )
