"""Where messages lie: put down for good, counted, and cleared away after their time."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from engine.alerts.delivery import Folders, Lying, event
from engine.alerts.message import Message
from engine.alerts.message_file import Damaged, MessageFile, create, name_of, read
from engine.alerts.progress import ChannelName, Head, Outcome, Progress, State
from engine.alerts.undelivered import OutboxError
from engine.clock import Clock
from engine.events import AlertDelivered

MOST_WAITING = 1000
_KEPT_S = 7 * 86_400.0
_CLEARED_EACH_S = 3600.0
_CHANNELS: tuple[ChannelName, ...] = ("slack", "email")
_REPLACED = "a newer message of this alert took its place"
_FULL = "the outbox was full, and this was the oldest repeated message"
_REMEDIES = {
    errno.ENOSPC: "free some space",
    errno.EDQUOT: "free some space",
    errno.EROFS: "set store.folder to one that can be written",
    errno.EACCES: "set store.folder to one that can be written",
    errno.EPERM: "set store.folder to one on a file system with hard links",
    errno.EOPNOTSUPP: "set store.folder to one on a file system with hard links",
}


class Counts(NamedTuple):
    """Messages by channel: on their way, of these after a failure, given up in the last days.

    Tests, and what nobody needs any more, count in none of them.
    """

    waiting: int
    failing: int
    given_up: int


class Shelf:
    """Puts messages into the outbox' folder and reads what lies there; call it in a thread."""

    def __init__(self, folders: Folders, clock: Clock) -> None:
        self._folders, self._clock = folders, clock
        self._cleared_s: float | None = None
        self._done: dict[str, Lying] = {}  # what lies in `sent`

    def put(self, message: Message, channel: ChannelName) -> bool:
        """Put a message down for a channel; False where its id was put before.

        Raises:
            OutboxError: it is not put down.
        """
        try:
            name = name_of(message.id, channel)
            self._folders.make()
            if (self._folders.sent / name).exists() or (self._folders.outbox / name).exists():
                return False
            self._replace(message, channel)
            order = self._make_room(message)
            return create(self._folders.outbox, Head(message, channel, order, self._clock.wall_s()))
        except ValueError as error:
            raise OutboxError(f"alert {message.rule}: {error}") from error
        except OSError as error:
            what = error.strerror or type(error).__name__
            remedy = _REMEDIES.get(error.errno or 0, "see that the folder can be written")
            raise OutboxError(
                f"alert {message.rule}: its message can't be put into {self._folders.outbox}: "
                f"{what.lower()}; {remedy}"
            ) from error

    def withdraw(self, alert: str, why: str) -> int:
        """Give up the messages of an alert that can't have arrived anywhere; return how many.

        Raises:
            OSError: it can't be written down.
        """
        waiting = self._read(self._folders.waiting())
        paths = [
            path
            for path, head, so_far in waiting
            if head.message.alert == alert and not so_far.unsure
        ]
        return sum(_let_go(path, self._clock.wall_s(), "withdrawn", why) for path in paths)

    def waiting(self, only: str | None = None) -> list[Path]:
        """Return the files on their way, of one message or of all; clears away what is old.

        Raises:
            OSError: the outbox can't be listed.
        """
        self._clear()
        names = None if only is None else {name_of(only, channel) for channel in _CHANNELS}
        found = self._folders.waiting()
        if found:
            self._folders.make()  # what is done moves there
        return [path for path in found if names is None or path.name in names]

    def counts(self) -> Counts:
        """Return how many there are; what can't be read is not counted."""
        told = [one for one in self.lying() if not one.is_test]
        open_ones = [one.so_far for one in told if not one.so_far.final]
        failing = sum(one.last is not None or one.orphan is not None for one in open_ones)
        return Counts(len(open_ones), failing, sum(one.given_up for one in told))

    def lying(self) -> list[Lying]:
        """Return what waits and what was done in the last days, as far as it can be read."""
        waiting = {
            path.name: Lying(head, so_far)
            for path, head, so_far in self._read(self._folders.waiting())
        }
        return list((waiting | self._ended()).values())

    def became(self, message: str) -> dict[ChannelName, AlertDelivered | None]:
        """Return what was last written down of a message, by channel.

        Raises:
            ValueError: that is no id of a message.
        """
        found: dict[ChannelName, AlertDelivered | None] = {}
        for channel in _CHANNELS:
            name = name_of(message, channel)
            # In this order: it may move while we look.
            places = [self._folders.outbox / name, self._folders.sent / name]
            for _, head, so_far in self._read(places):
                found[channel] = event(head, so_far.last) if so_far.last is not None else None
        return found

    def _make_room(self, message: Message) -> int:
        """Return the next message's place in the order, after making room for one more.

        Raises:
            OutboxError: there is none, and nothing that could go.
        """
        lying = [
            (path, head)
            for path, head, so_far in self._read(self._folders.waiting())
            if not so_far.final
        ]
        room = MOST_WAITING - len(lying)
        repeated = sorted(
            (head.order, path) for path, head in lying if head.message.kind == "repeated"
        )
        for _, path in repeated:
            if room > 0:
                break
            room += _let_go(path, self._clock.wall_s(), "given_up", _FULL)
        if room <= 0:
            raise OutboxError(
                f"alert {message.rule}: {len(lying):,} messages wait in {self._folders.outbox}, "
                "which is as many as may; see why none is taken: bolt-tui alerts"
            )
        return 1 + max((head.order for _, head in lying), default=0)

    def _replace(self, message: Message, channel: ChannelName) -> None:
        """Let go of what repeats an older word of this alert and did not go out so far."""
        if message.kind not in ("repeated", "resolved"):
            return
        for path, head, so_far in self._read(self._folders.waiting()):
            old = head.message
            same = old.alert == message.alert and head.channel == channel
            if same and old.kind == "repeated" and not so_far.unsure:
                _let_go(path, self._clock.wall_s(), "withdrawn", _REPLACED)

    def _ended(self) -> dict[str, Lying]:
        """Return what is done by its file's name; each file there is read once."""
        try:
            names = {path.name: path for path in self._folders.sent.iterdir()}
        except OSError:
            return {}
        self._done = {name: one for name, one in self._done.items() if name in names}
        for path, head, so_far in self._read([p for n, p in names.items() if n not in self._done]):
            self._done[path.name] = Lying(head, so_far)
        return self._done

    def _read(self, paths: list[Path]) -> Iterator[tuple[Path, Head, Progress]]:
        for path in paths:
            try:
                yield path, *read(path)
            except (OSError, Damaged):
                continue  # gone, or told of by whoever settles it

    def _clear(self) -> None:
        """Remove what was done, or put aside, long ago, and what a dead process left half made."""
        now_s = self._clock.monotonic_s()
        if self._cleared_s is not None and now_s - self._cleared_s < _CLEARED_EACH_S:
            return
        self._cleared_s = now_s
        oldest_s = self._clock.wall_s() - _KEPT_S
        folders = self._folders
        for folder in (folders.sent, folders.damaged):
            _remove_older(folder, oldest_s)
        _remove_older(folders.outbox, oldest_s, only=".")


def _let_go(path: Path, at_s: float, state: State, why: str) -> bool:
    """Write down that a message goes out no more; whoever looks next tells it and moves it."""
    file = MessageFile.held(path)
    if file is None:
        return False
    with file:
        _, so_far = file.read()
        if so_far.orphan is not None or so_far.final:
            return False
        file.append(Outcome(so_far.attempt, at_s, state, why))
        return True


def _remove_older(folder: Path, than_s: float, only: str = "") -> None:
    try:
        for one in os.scandir(folder):
            if one.name.startswith(only) and one.stat(follow_symlinks=False).st_mtime < than_s:
                Path(one.path).unlink(missing_ok=True)
    except OSError:
        return  # another time
