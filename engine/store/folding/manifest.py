"""The store's published state: which parts there are, and which journals they made superfluous.

    <store>/manifest.json    {"crc":"9f3a1c02","version":1,…}

The checksum is the CRC-32 of the bytes after `"crc":"…",`, as in a journal's line. It is replaced
by rename, so a reader sees the one before or the one after.
"""

from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct, field

from engine.durable import replace_file
from engine.store.errors import ManifestDamaged, ManifestNewer
from engine.store.journals.journal import sound
from engine.store.journals.records import Kind, sealed

VERSION = 1
PARTS = "parts"
_NAME = "manifest.json"


class Part(Struct, frozen=True):
    """One immutable Parquet file; `path` is below the store's folder.

    `crc` is the CRC-32 of all its bytes, None where none was taken. `schema` is the same where the
    columns are. `first_s` and `last_s` are the wall times of its oldest and newest row, and
    `folded_s` that at which the newest came into the store; 0 where that is lost. `unreadable` is
    why a rebuilt manifest could not read it: its times are then those of its day.
    """

    path: str
    kind: Kind
    day: str
    rows: int
    bytes: int
    crc: int | None
    schema: int
    first_s: float
    last_s: float
    folded_s: float = 0.0
    unreadable: str = ""

    @property
    def fold(self) -> str:
        return self.path.split("/")[1]


class Manifest(Struct, frozen=True):
    """What a reader of the store needs to know, published by one fold.

    `consumed` are the journals whose records are in parts, and `retired` the parts that others
    replaced, both with the wall time since when: they are deleted a minute later.
    """

    version: Annotated[int, Meta(ge=1)] = VERSION
    generation: int = 0
    fold: str = ""
    published_wall_s: float = 0.0
    parts: tuple[Part, ...] = ()
    consumed: dict[str, float] = field(default_factory=dict)
    retired: dict[str, float] = field(default_factory=dict)
    damaged: dict[str, int] = field(default_factory=dict)  # lines by journal
    foreign: dict[str, int] = field(default_factory=dict)  # records by type


class _Versioned(Struct):
    version: int


def read(folder: Path) -> Manifest:
    """Return the store's manifest; an empty one where nothing was ever published.

    Raises:
        ManifestDamaged: it is there and can't be read.
        ManifestNewer: a newer program wrote it.
    """
    path = folder / _NAME
    try:
        body = sound(path.read_bytes())
    except FileNotFoundError:
        return Manifest()
    except OSError as error:
        raise ManifestDamaged(path, error.strerror or str(error)) from error
    if body is None:
        raise ManifestDamaged(path, "its checksum does not fit")
    try:
        if (version := msgspec.json.decode(body, type=_Versioned).version) > VERSION:
            raise ManifestNewer(path, version, VERSION)
        return msgspec.json.decode(body, type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ManifestDamaged(path, str(error)) from error


def is_published(folder: Path) -> bool:
    """Return whether there is a manifest, readable or not."""
    return (folder / _NAME).exists()


def publish(folder: Path, manifest: Manifest) -> None:
    """Replace the manifest; when this returns the new one survives a power cut.

    Raises:
        OSError: the old one still holds.
    """
    replace_file(folder / _NAME, sealed(msgspec.json.encode(manifest)))
