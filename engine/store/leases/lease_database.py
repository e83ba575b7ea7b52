"""The in-memory database that a pool's cursors share, and how one that died is told and left."""

from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# What DuckDB raises, or says, once the whole database is of no more use.
_FATAL = ("FatalException", "InternalException")
_DEAD = ("database has been invalidated", "Connection already closed")


class Database:
    """One in-memory database, and how many leases are on it."""

    def __init__(self, connection: "DuckDBPyConnection") -> None:
        self.connection = connection
        self.leases = 0
        self.cause = ""

    def note(self, error: Exception) -> None:
        """Take note of an error that the database does not survive."""
        if type(error).__name__ in _FATAL or any(sign in str(error) for sign in _DEAD):
            self.cause = self.cause or str(error)


def bury(database: Database) -> None:
    """Close a database that died or is done with, once nobody is on it."""
    if not database.leases:
        with suppress(Exception):  # a boundary: it is left behind either way
            database.connection.close()


def connect(memory_bytes: int | None = None) -> "DuckDBPyConnection":
    """Return a new one, in which nothing is fetched from the network.

    Of `memory_bytes` it uses no more; None leaves that to DuckDB.
    """
    import duckdb  # costs 84 ms: paid by the first lease, in a thread

    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "threads": 2,
    }
    if memory_bytes is not None:
        config |= {"memory_limit": f"{max(1, memory_bytes >> 20)}MiB", "temp_directory": ""}
    return duckdb.connect(":memory:", config=config)
