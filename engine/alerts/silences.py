"""The silences in their folder: a file each, written by any session and read by the evaluator."""

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
from msgspec.structs import replace

from engine.alerts.errors import BadSilence, UnknownSilence
from engine.alerts.silence import ID, Silence, silence
from engine.durable import replace_file, sync_folder
from engine.events import SilenceChanged

KEPT_S: Final = 86_400.0  # after its end, so that one can see what was silenced
_LARGEST_BYTES: Final = 65_536
_FAR_S: Final = 32_503_680_000.0  # the year 3000


@dataclass(frozen=True, slots=True)
class Found:
    """What the folder has; `damaged` says of each other file why it is no silence."""

    silences: tuple[Silence, ...]
    damaged: tuple[str, ...] = ()


class Lasting:
    """Tells which silences last, by the clock that counts sleep, from when each was seen first.

    So a clock that is set lets none of them end early, or stay, and a laptop's sleep prolongs none.
    """

    def __init__(self) -> None:
        self._ends: dict[tuple[str, float, bool], float] = {}

    def now(
        self, found: Sequence[Silence], sleepless_s: float, wall_s: float
    ) -> tuple[Silence, ...]:
        """Return those that last."""
        keys = {(one.id, one.until_s, one.ended): one for one in found}
        self._ends = {
            key: self._ends.get(key, sleepless_s + one.left_s(wall_s)) for key, one in keys.items()
        }
        return tuple(one for key, one in keys.items() if sleepless_s < self._ends[key])


def read(folder: Path) -> Found:
    """Return every silence of the folder, those that ended within a day too; none: no folder.

    A damaged file mutes nobody.

    Raises:
        OSError: the folder can't be read.
    """
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix == ".json")
    except FileNotFoundError:
        return Found(())
    silences, damaged = list[Silence](), list[str]()
    for path in paths:
        try:
            silences.append(_read(path))
        except FileNotFoundError:
            continue  # removed since
        except (BadSilence, msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            damaged.append(f"{path.name}: this is no silence, it mutes nobody: {error}")
        except OSError as error:
            damaged.append(f"{path.name}: can't be read, it mutes nobody: {error.strerror}")
    return Found(tuple(silences), tuple(damaged))


def add(folder: Path, made: Silence) -> None:
    """Write a silence down; it survives a power cut.

    Raises:
        OSError: it can't be written.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    replace_file(folder / f"{made.id}.json", msgspec.json.encode(made))


def end(folder: Path, name: str, wall_s: float) -> Silence:
    """End a silence before its time and return it.

    Raises:
        UnknownSilence: there is none of this id, or it is over.
        OSError: it can't be read or written.
    """
    lasting = {one.id: one for one in read(folder).silences if one.left_s(wall_s) > 0}
    if name not in lasting:
        raise UnknownSilence(name, list(lasting))
    ended = replace(lasting[name], ended=True, until_s=wall_s)
    add(folder, ended)
    return ended


def tidy(folder: Path, wall_s: float) -> int:
    """Remove those that ended more than a day ago and return how many there were.

    Raises:
        OSError: one can't be removed.
    """
    old = [one for one in read(folder).silences if one.until_s + KEPT_S < wall_s]
    for one in old:
        (folder / f"{one.id}.json").unlink(missing_ok=True)
    if old:
        sync_folder(folder)
    return len(old)


def told(made: Silence) -> SilenceChanged:
    """Return the event that tells of a silence."""
    return SilenceChanged(
        silence=made.id,
        matchers=made.matchers,
        starts_s=made.starts_s,
        until_s=made.until_s,
        by=made.by,
        reason=made.reason,
        ended=made.ended,
    )


def _read(path: Path) -> Silence:
    one = msgspec.json.decode(_bytes(path), type=Silence)
    if one.id != path.stem or not ID.fullmatch(one.id):
        raise BadSilence(f'expected the id "{path.stem[:60]}", found "{one.id[:60]}"')
    if not 0 <= one.until_s < _FAR_S:
        raise BadSilence(f"expected an end that a calendar has, found {one.until_s:g} s")
    if one.ended:  # its end was moved to when somebody ended it
        return one
    for_s = round(one.until_s - one.starts_s, 3)  # wall times are too coarse for the last digits
    return silence(one.id, one.matchers, one.starts_s, for_s, one.by, one.reason)


def _bytes(path: Path) -> bytes:
    file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # a pipe must not hold us
    try:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise BadSilence("expected a file, found something else")
        data = os.read(file, _LARGEST_BYTES + 1)
    finally:
        os.close(file)
    if len(data) > _LARGEST_BYTES:
        raise BadSilence(f"expected at most {_LARGEST_BYTES} bytes")
    return data
