"""Which projects the user vouches for: their bolt.toml may set what only its user may.

Trust is of one folder by its real path, as it is: a folder that was moved, replaced or cloned anew
at the same place isn't trusted, nor is one whose bolt.toml has changed since. Each trusted project
is one file in the user's settings folder, written whole and readable by nobody else.

    TrustError    it can't be written or taken back; the sentence says what and why
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Final

from msgspec import DecodeError, Struct, ValidationError, json

from engine.config.options import ConfigError

_FOLDER: Final = "trusted"
_OTHERS_MAY_WRITE: Final = 0o022


class TrustError(ConfigError):
    """A project can't be trusted, or no longer can."""


class Trusted(Struct, frozen=True):
    """One project as it was when its user vouched for it; `since_s` is wall time."""

    path: str
    inode: int
    digest: str
    since_s: float


def digest(text: str) -> str:
    """Return what tells one text of a bolt.toml from another."""
    return sha256(text.encode()).hexdigest()


class Trust:
    """The user's word on projects, kept in `folder`, the one of their settings."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / _FOLDER

    def file(self, project: Path) -> Path:
        """Return the file that has the user's word on a project, whether or not there is one."""
        return self._file(Path(os.path.realpath(project)))

    def doubt(self, project: Path, text: str) -> str | None:
        """Return why the project's settings, which read `text`, aren't trusted; None: they are."""
        real = _real(project)
        kept = self._read(self._file(real)) if real is not None else None
        if real is None or kept is None or kept.path != str(real):
            return "the project isn't trusted"
        if kept.inode != _inode(real):
            return "another folder stood here when it was trusted"
        if kept.digest != digest(text):
            return "the file has changed since it was trusted"
        return None

    def add(self, project: Path, text: str, since_s: float) -> Trusted:
        """Vouch for a project whose bolt.toml reads `text`.

        Raises:
            TrustError: it can't be kept.
        """
        real = _real(project)
        inode = None if real is None else _inode(real)
        if real is None or inode is None:
            raise TrustError(f"{project}: there is no such folder to trust")
        kept = Trusted(str(real), inode, digest(text), since_s)
        try:
            self._write(self._file(real), json.encode(kept))
        except OSError as error:
            raise TrustError(f"{self._folder}: can't be written: {error.strerror}") from error
        return kept

    def revoke(self, project: Path) -> bool:
        """Take the word back, also for a folder that is gone; False where there was none.

        Raises:
            TrustError: it still stands.
        """
        file = self.file(project)
        try:
            file.unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise TrustError(f"{file}: can't be removed: {error.strerror}") from error
        return True

    def all(self) -> list[Trusted]:
        """Return every project that was vouched for, by path."""
        return sorted(self._kept(), key=lambda one: one.path)

    def _kept(self) -> Iterator[Trusted]:
        try:
            files = sorted(self._folder.glob("*.json"))
        except OSError:
            return
        for file in files:
            kept = self._read(file)
            if kept is not None and file == self._file(Path(kept.path)):
                yield kept

    def _file(self, real: Path) -> Path:
        return self._folder / f"{sha256(os.fsencode(real)).hexdigest()[:32]}.json"

    def _read(self, file: Path) -> Trusted | None:
        """Return what a file says; None where it isn't the user's own, or says nothing."""
        try:
            with file.open("rb") as handle:
                status = os.fstat(handle.fileno())
                if status.st_uid != os.geteuid() or status.st_mode & _OTHERS_MAY_WRITE:
                    return None
                return json.decode(handle.read(), type=Trusted)
        except (OSError, DecodeError, ValidationError):
            return None

    def _write(self, file: Path, data: bytes) -> None:
        """Put a whole file in place, or none."""
        import tempfile  # start-up: only who trusts needs it

        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self._folder)  # 0600
        try:
            with os.fdopen(handle, "wb") as written:
                written.write(data)
                written.flush()
                os.fsync(written.fileno())
            Path(name).replace(file)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise


def _real(project: Path) -> Path | None:
    try:
        return project.resolve(strict=True)
    except (OSError, RuntimeError):
        return None


def _inode(folder: Path) -> int | None:
    try:
        return folder.stat().st_ino
    except OSError:
        return None
