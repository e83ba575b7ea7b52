"""How a DuckDB file of the user's can fail to be read, told apart by what would help.

DatabaseError           also says what to do
├── DatabaseLocked      a process has it open for writing
├── DatabaseVanished    the file isn't there
├── DatabaseForbidden   it may not be read, or is encrypted
├── DatabaseNewer       a newer DuckDB wrote it
├── DatabaseMismatched  the WAL beside it belongs to another database
├── DatabaseDamaged     it is cut, flipped or can't be read off its disk
├── NoDatabase          it is a file of another kind, or no file
└── TableMissing        it has no such table
"""

import re

from engine.store.leases.lock_holder import Holder, holder


class DatabaseError(Exception):
    """The database can't be read; `remedy` is a sentence without its full stop."""

    def __init__(self, sentence: str, remedy: str) -> None:
        super().__init__(sentence)
        self.remedy = remedy


class DatabaseLocked(DatabaseError):
    """`by` is who has it open for writing, None where that can't be told."""

    def __init__(self, name: str, by: Holder | None) -> None:
        who = f"by {by}" if by else "by a process that can't be named"
        remedy = "close it there, or ask again when it is done"
        super().__init__(f"{name} is held for writing {who}", remedy)
        self.by = by


class DatabaseVanished(DatabaseError):
    """The file isn't there."""


class DatabaseForbidden(DatabaseError):
    """The file may not be read."""


class DatabaseNewer(DatabaseError):
    """The file's format is newer than this DuckDB."""


class DatabaseMismatched(DatabaseError):
    """The file and its WAL are not of one database."""


class DatabaseDamaged(DatabaseError):
    """The file's bytes can't be what was written."""


class NoDatabase(DatabaseError):
    """The file is of another kind."""


class TableMissing(DatabaseError):
    """The database has no such table."""


_RESTORE = "restore it from a copy"
PUT_BACK = "put it back, or correct its path"
_MAGIC = slice(8, 12)
_SQLITE = b"SQLite format 3\0"
HEAD_BYTES = 16

# What DuckDB says, the error that it is, in which words, and what helps; the first that fits.
_KNOWN: tuple[tuple[str, type[DatabaseError], str, str], ...] = (
    ("database does not exist", DatabaseVanished, "does not exist", PUT_BACK),
    ("No such file", DatabaseVanished, "does not exist", PUT_BACK),
    ("Permission denied", DatabaseForbidden, "may not be read", "allow its reading (chmod u+r)"),
    ("encrypt", DatabaseForbidden, "is encrypted", "name a database that is not"),
    ("version number", DatabaseNewer, "was written by another version of DuckDB: {}",
     "use a bolt-tui with that DuckDB, or export it with an older storage version"),
    ("WAL does not match", DatabaseMismatched, "and the .wal beside it are not of one database",
     "if it was put in place of another, remove the .wal; else restore both from a copy"),
    ("replaying WAL", DatabaseDamaged, "has a damaged .wal beside it: {}", _RESTORE),
    ("not a valid DuckDB database", NoDatabase, "is no DuckDB database", "name one"),
    ("Is a directory", NoDatabase, "is a folder", "name a DuckDB file"),
    ("checksum", DatabaseDamaged, "is damaged: {}", _RESTORE),
    ("Could not read enough bytes", DatabaseDamaged, "is damaged: it is cut short", _RESTORE),
    ("Input/output error", DatabaseDamaged, "can't be read off its disk", "look after the disk"),
    ("Corrupt", DatabaseDamaged, "is damaged: {}", _RESTORE),
    ("INTERNAL Error", DatabaseDamaged, "is damaged: {}", _RESTORE),
    ("Serialization Error", DatabaseDamaged, "is damaged: {}", _RESTORE),
)  # fmt: skip


def told(name: str, error: Exception) -> DatabaseError:
    """Return what DuckDB or the system complained of, as one sentence about the file."""
    text = str(error)
    if "Could not set lock" in text or "Conflicting lock" in text:
        return DatabaseLocked(name, holder(text))
    for sign, kind, words, remedy in _KNOWN:
        if sign in text:
            return kind(f"{name} {words.format(first_line(text))}", remedy)
    return DatabaseError(f"{name} can't be read: {first_line(text)}", "")


def other_kind(name: str, head: bytes) -> NoDatabase | None:
    """Return what a file is that doesn't begin as a DuckDB file does, None for one that does."""
    if head[_MAGIC] == b"DUCK":
        return None
    if not head:
        return NoDatabase(f"{name} is empty", "ask again when it is written, or name another")
    what = "an SQLite database, and no DuckDB" if head == _SQLITE else "no DuckDB database"
    return NoDatabase(f"{name} is {what}", "name a DuckDB file")


def first_line(text: str) -> str:
    """Return DuckDB's complaint without its class and its advice."""
    line = text.partition("\n")[0].strip()
    return re.sub(r"^[A-Za-z][A-Za-z/ ]* Error: ", "", line)
