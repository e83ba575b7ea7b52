"""One message on its way over one channel: a file of checksummed lines, and whoever holds its lock.

Only the holder of the file's flock reads on, adds to it or moves it; the kernel lets go of the lock
when its process dies. A line that is torn or damaged counts as not written.
"""

import fcntl
import os
import re
import zlib
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from engine.alerts.progress import ChannelName, Head, Intent, Progress, Record, progress
from engine.durable import sync, sync_folder

# A message's id names its file, so it is nothing that a file system could take otherwise.
_NAME = re.compile(r"([A-Za-z0-9_-]{1,80})\.(slack|email)\.jsonl")
_CRC = b'{"crc":"'
_CHUNK_BYTES = 1 << 16
_BODY = len(_CRC) + 10  # eight digits, a quote, a comma

_records: msgspec.json.Decoder[Record] = msgspec.json.Decoder(Record)
_heads = msgspec.json.Decoder(Head)
_encoder = msgspec.json.Encoder()


class Damaged(Exception):
    """A file's first line is no message."""


def name_of(message: str, channel: ChannelName) -> str:
    """Return the file's name for a message's id.

    Raises:
        ValueError: the id is none that can name a file.
    """
    name = f"{message}.{channel}.jsonl"
    if _NAME.fullmatch(name) is None:
        raise ValueError(f"{message!r} is no id of a message: letters, digits, _ and - are")
    return name


def is_message_file(name: str) -> bool:
    """Return whether a file of that name is a message's."""
    return _NAME.fullmatch(name) is not None


def create(folder: Path, head: Head) -> bool:
    """Put a message into `folder`, all of it or nothing; False where its id is there already.

    When this returns True the message survives a power cut.

    Raises:
        OSError: nothing was put.
        ValueError: the id can't name a file.
    """
    name = name_of(head.message.id, head.channel)
    place = folder / f".{name}.{os.getpid()}.tmp"
    file = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        try:
            _write(file, _sealed(head))
            sync(file)
        finally:
            os.close(file)
        os.link(place, folder / name)  # unlike a rename it never takes another one's place
    except FileExistsError:
        return False
    finally:
        place.unlink(missing_ok=True)
    sync_folder(folder)
    return True


def read(path: Path) -> tuple[Head, Progress]:
    """Return what a file says now, without its lock: whoever holds it may be writing.

    Raises:
        Damaged: its first line is no message.
        OSError: it can't be read, or is gone.
    """
    head, records = _parsed(path.read_bytes())
    return head, progress(records)


class MessageFile:
    """A message's file whose lock this process holds until it closes it."""

    def __init__(self, path: Path, file: int) -> None:
        self.path = path
        self._file = file
        self._content = _whole(file)

    @classmethod
    def held(cls, path: Path) -> Self | None:
        """Return the file, locked; None where another has the lock, or the file is gone.

        Raises:
            OSError: it can't be opened, or its file system has no locks.
        """
        try:
            file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_at(file, path):  # it wasn't moved while we were about to lock it
                return cls(path, file)
        except BlockingIOError:
            pass
        except BaseException:
            os.close(file)
            raise
        os.close(file)
        return None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file and its lock."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def read(self) -> tuple[Head, Progress]:
        """Return the message and how far it is.

        Raises:
            Damaged: its first line is no message.
        """
        head, records = _parsed(self._content)
        return head, progress(records)

    def append(self, record: Record) -> None:
        """Add a line; when this returns it survives a power cut.

        Raises:
            OSError: it may be written in part, which counts as not written. An intent is taken
                back, as nothing goes out on it.
        """
        before, torn = len(self._content), self._content and not self._content.endswith(b"\n")
        line = (b"\n" if torn else b"") + _sealed(record)
        try:
            _write(self._file, line)
            sync(self._file)
        except OSError:
            if isinstance(record, Intent):
                with suppress(OSError):
                    os.ftruncate(self._file, before)
            raise
        finally:
            self._content = _whole(self._file)

    def move(self, folder: Path) -> None:
        """Move the file into another folder of the same disk.

        Raises:
            OSError: it is where it was.
        """
        to = folder / self.path.name
        self.path.rename(to)
        for changed in (self.path.parent, folder):
            with suppress(OSError):  # moved it is; not lasting, it will be moved once more
                sync_folder(changed)
        self.path = to


def _is_at(file: int, path: Path) -> bool:
    try:
        there = path.stat()
    except FileNotFoundError:
        return False
    return os.path.samestat(there, os.fstat(file))


def _whole(file: int) -> bytes:
    content = bytearray()
    while chunk := os.pread(file, _CHUNK_BYTES, len(content)):
        content += chunk
    return bytes(content)


def _write(file: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(file, rest) :]


def _sealed(record: Head | Record) -> bytes:
    body = _encoder.encode(record)
    return b'%b%08x",%b\n' % (_CRC, zlib.crc32(body[1:]), body[1:])


def _sound(line: bytes) -> bytes | None:
    """Return a line's JSON object, or None: it is torn or damaged."""
    rest = line[_BODY:]
    if not line.startswith(_CRC) or line[len(_CRC) : _BODY] != b'%08x",' % zlib.crc32(rest):
        return None
    return b"{" + rest


def _parsed(content: bytes) -> tuple[Head, list[Record]]:
    first, *others = content.split(b"\n")
    body = _sound(first)
    try:
        head = _heads.decode(body or b"")
    except msgspec.DecodeError as error:
        raise Damaged("the first line is no message") from error
    return head, [record for line in others if (record := _record(line)) is not None]


def _record(line: bytes) -> Record | None:
    body = _sound(line)
    if body is None:
        return None
    try:
        return _records.decode(body)
    except msgspec.DecodeError:
        return None  # of a newer program
