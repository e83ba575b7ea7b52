"""What the command line asks to be answered, before anything of the engine is imported."""

import argparse
import sys
from pathlib import Path

from msgspec import Struct

from bolt_tui.opening import Settings, settings
from engine.errors import BadQuery

MAX_STDIN_BYTES = 65_536


class Request(Struct, frozen=True):
    """What to answer and how to print it."""

    settings: Settings
    query: str
    output: str = "text"
    timeout_s: float | None = None
    strict: bool = False
    explain: bool = False
    record: Path | None = None
    watch: bool = False  # a service: it samples, watches, and evaluates alerts while it runs


def request(arguments: argparse.Namespace) -> Request:
    """Return what the command line asks for.

    Raises:
        BadProject, BadQuery, ConfigError.
    """
    return Request(
        settings(arguments),
        _query(arguments),
        arguments.output or "text",
        arguments.timeout,
        arguments.strict,
        arguments.explain,
        None if arguments.record is None else Path(arguments.record),
        arguments.command == "monitor",
    )


def _query(arguments: argparse.Namespace) -> str:
    if arguments.command == "monitor" and arguments.duration is not None:
        return f":monitor --duration {arguments.duration:g}"
    if arguments.command == "benchmark" and arguments.quick:
        return ":benchmark --quick"
    if arguments.command == "history" and arguments.limit is not None:
        return f":history --limit {arguments.limit}"
    if arguments.command == "report":
        return f":report --span {arguments.span or '7d'}" + (" --save" if arguments.save else "")
    if arguments.command is not None:
        return f":{arguments.command}"
    return _stdin() if arguments.run == "-" else str(arguments.run)


def _stdin() -> str:
    """Read the query from stdin.

    Raises:
        BadQuery: it is no UTF-8 text, or far too long.
    """
    data = sys.stdin.buffer.read(MAX_STDIN_BYTES + 1)
    if len(data) > MAX_STDIN_BYTES:
        raise BadQuery(f"the query on stdin is longer than {MAX_STDIN_BYTES:,} bytes")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        found = f"byte 0x{data[error.start]:02x} at {error.start}"
        raise BadQuery(f"the query on stdin is not UTF-8 text ({found})") from error
