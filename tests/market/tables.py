"""Tables on disk to read: written as a user's files are, opened as the engine opens them."""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from engine.market.reading.tables import Place
from engine.store.leases.pool import Execute, Parameter, Row


def executing() -> Execute:
    """Return DuckDB as a lease of the pool offers it."""
    connection = duckdb.connect(
        ":memory:",
        config={"autoinstall_known_extensions": False, "autoload_known_extensions": False},
    )

    def execute(sql: str, parameters: Sequence[Parameter] = (), /) -> list[Row]:
        return connection.execute(sql, list(parameters)).fetchall()

    return execute


def saved(folder: Path, name: str, text: str, encoding: str = "utf-8") -> Place:
    """Write a file and return where it is."""
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return Place(path, None, name)


def database(folder: Path, name: str, *statements: str) -> Path:
    """Write a DuckDB file by running statements in it, and let go of it."""
    path = folder / name
    with duckdb.connect(str(path)) as connection:
        for statement in statements:
            connection.execute(statement)
    return path
