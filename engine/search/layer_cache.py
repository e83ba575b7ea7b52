"""What scans made of a project's Python files, kept in the user's cache folder between runs.

A file for each project and scan, beneath `<cache>/<project>/`: a head that says what it is of, and
the values with the stamps of the files that they were made of. A value counts only where its file
still has that stamp. The head's key covers the interpreter and every module that a scan could use,
so that no value of another version is ever taken. What is damaged, of another version or not the
user's own is ignored and written anew. Only whole files are ever seen, whoever else writes.
"""

import marshal
import os
import re
import stat
import sys
import zlib
from collections.abc import Mapping
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from struct import Struct
from tempfile import mkstemp
from typing import Any, Final

from engine.clock import SystemClock
from engine.search.cache_room import DAY_S, make_room
from engine.search.facts import Json, Scan
from engine.search.python_file import Stamp
from engine.search.scan_child import named

MAX_BYTES: Final = 400_000_000
_MAGIC: Final = b"bolt-tui layer 1"
_KEY_BYTES: Final = 32
# What it is, of what, and its values' length and checksum. A checksum is enough: what others wrote
# is not read at all.
_HEAD: Final = Struct(f">{len(_MAGIC)}s{_KEY_BYTES}sQI")
_OTHERS_MAY_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH
_SOURCES: Final = Path(__file__).parent
_wall_s = SystemClock.wall_s

Entry = tuple[Stamp, Any]
"""A file's stamp and a scan's value for it."""


class NotKept(Exception):
    """Values are not kept between runs; says why."""


class LayerCache:
    """The values of one project's scans.

    Args:
        folder: where all projects' values are, absolute; empty to keep nothing.
        root: the project's folder.

    Attributes:
        trouble: why the last values that should have been read or written were not; empty if all
            went well.
    """

    def __init__(self, folder: str, root: str) -> None:
        self.trouble = "" if folder else "no folder to keep values in is known"
        self._cache = Path(folder)
        self._root = os.fsencode(os.path.realpath(root))
        self._folder = self._cache / blake2b(self._root, digest_size=16).hexdigest()
        self._on = bool(folder)
        self._keys: dict[Scan[Any], bytes] = {}
        self._sources = b""
        if folder:
            self._look_at_sources()

    @property
    def state(self) -> Json:
        """Where values are kept, and what is wrong."""
        return {"folder": str(self._folder) if self._on else None, "trouble": self.trouble}

    def load(self, scan: Scan[Any]) -> Mapping[str, Entry]:
        """Return the values that an earlier run left; none where they can't be trusted."""
        if not self._on:
            return {}
        try:
            self._keys[scan] = key = self._key(scan, self._sources)
            for folder in (self._cache, self._folder):
                _check_folder(folder)
            return _entries(_read(self._file(scan, key)), key)
        except FileNotFoundError:
            return {}
        except (OSError, NotKept) as error:
            self._give_up(scan, error)
            return {}

    def save(self, scan: Scan[Any], entries: dict[str, Entry]) -> None:
        """Leave values to later runs, once they were looked for; the last who does so wins."""
        key = self._keys.get(scan)
        if key is None:
            return
        try:
            if self._key(scan, sources_digest()) != key:
                raise NotKept("this program was changed since its process was started")
            content = _content(entries, key)
            for folder in (self._cache, self._folder):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                _check_folder(folder)
            _write(self._file(scan, key), content)
            make_room(self._cache, _wall_s())
        except (OSError, NotKept) as error:
            self._give_up(scan, error)

    def _look_at_sources(self) -> None:
        # At the start: the modules that are imported later are most likely those of now. If they
        # are not, `save` notices.
        try:
            self._sources = sources_digest()
        except OSError as error:
            self._on, self.trouble = False, _reason(error)

    def _give_up(self, scan: Scan[Any], error: OSError | NotKept) -> None:
        self._keys.pop(scan, None)
        self.trouble = _reason(error)

    def _key(self, scan: Scan[Any], sources: bytes) -> bytes:
        parts = [sources, self._root, named(scan).encode(), sys.version.encode()]
        parts.append(_file_of(scan).read_bytes())
        digest = blake2b(digest_size=_KEY_BYTES)
        for part in parts:
            digest.update(b"%d:" % len(part) + part)
        return digest.digest()

    def _file(self, scan: Scan[Any], key: bytes) -> Path:
        name = re.sub(r"[^\w.]+", ".", named(scan))
        return self._folder / f"{name}-{key[:8].hex()}.layer"


def sources_digest(folder: Path = _SOURCES) -> bytes:
    """Return what is another when any Python file beneath `folder` is.

    Raises:
        OSError: one can't be read.
    """
    digest = blake2b(digest_size=_KEY_BYTES)
    for parent, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(name for name in names if name.endswith(".py")):
            path = Path(parent, name)
            content = path.read_bytes()
            digest.update(b"%b:%d:" % (bytes(path.relative_to(folder)), len(content)) + content)
    return digest.digest()


def _file_of(scan: Scan[Any]) -> Path:
    """Return the file of the scan's module, which may lie outside of ours."""
    file = sys.modules[scan.__module__].__file__
    if file is None or not file.endswith(".py") or not Path(file).is_file():
        raise NotKept(f"the module {scan.__module__} has no source")
    return Path(file)


def _reason(error: OSError | NotKept) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    return str(error)


def _check_folder(folder: Path) -> None:
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode):
        raise NotKept(f"{folder} is not a folder")
    _check_owner(status, str(folder))


def _check_owner(status: os.stat_result, name: str) -> None:
    # What marshal reads can do anything: it must be what this program wrote.
    if status.st_uid != os.geteuid():
        raise NotKept(f"{name} belongs to another user")
    if status.st_mode & _OTHERS_MAY_WRITE:
        raise NotKept(f"others may write to {name}")


def _read(path: Path) -> bytes:
    file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    with os.fdopen(file, "rb") as source:
        status = os.fstat(file)
        _check_owner(status, str(path))
        if not stat.S_ISREG(status.st_mode) or status.st_size > _HEAD.size + MAX_BYTES:
            return b""
        if _wall_s() - status.st_mtime > DAY_S:
            os.utime(file)  # tells that it is in use
        return source.read()


def _entries(content: bytes, key: bytes) -> Mapping[str, Entry]:
    if len(content) < _HEAD.size:
        return {}
    magic, found, length, checksum = _HEAD.unpack_from(content)
    values = memoryview(content)[_HEAD.size :]
    if (magic, found, length) != (_MAGIC, key, len(values)) or zlib.crc32(values) != checksum:
        return {}
    try:
        entries = marshal.loads(values)
    except (ValueError, EOFError, TypeError):
        return {}
    return entries if isinstance(entries, dict) else {}


def _content(entries: dict[str, Entry], key: bytes) -> tuple[bytes, bytes]:
    try:
        values = marshal.dumps(entries)
    except ValueError as error:
        raise NotKept(f"a value can't be written: {error}") from error
    if len(values) > MAX_BYTES:
        raise NotKept(f"the values are too large to be kept ({len(values):,} bytes)")
    return _HEAD.pack(_MAGIC, key, len(values), zlib.crc32(values)), values


def _write(path: Path, content: tuple[bytes, bytes]) -> None:
    # Not synced: a file that a crash left torn is noticed by its checksum.
    file, temporary = mkstemp(prefix=path.stem, suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(file, "wb") as target:
            target.writelines(content)
        os.replace(temporary, path)  # noqa: PTH105
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)  # noqa: PTH108
        raise
