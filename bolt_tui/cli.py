"""The command line: what was asked for, and by which face it is answered.

Importing this costs an argument parser and nothing else; the rest is imported by the path taken.
"""

import argparse
import os
import sys
from collections.abc import Sequence

from bolt_tui.collector import importing, leave_the_end_to_the_system
from bolt_tui.command_line import check, is_health, parser
from bolt_tui.refusing import FAILED, NAGIOS_UNKNOWN, BadUsage, OutputError, refuse

# Commands that open no engine by themselves: a module of `bolt_tui.commands` each.
_OWN = frozenset(
    {"config", "store", "trust", "drill", "example", "metrics"}
    | {"alerts", "health", "service", "validate", "soak"}
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program and return its exit code."""
    words = sys.argv[1:] if argv is None else argv
    leave_the_end_to_the_system()
    try:
        check(words)
        return _run(parser().parse_args(words))
    except BadUsage as error:
        return _refused(str(error), words)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Who read our output has had enough. Python would complain at exit, so it gets a sink.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OutputError as error:
        refuse(str(error))
        return NAGIOS_UNKNOWN if is_health(words) else FAILED


def _refused(sentence: str, words: Sequence[str]) -> int:
    """Refuse; who asks for health reads only stdout, and takes 2 for critical."""
    code = refuse(sentence)
    if not is_health(words):
        return code
    from bolt_tui.rendering import nagios

    print(nagios.unknown(sentence), end="")
    return NAGIOS_UNKNOWN


def _run(arguments: argparse.Namespace) -> int:
    if arguments.version:
        from engine import __version__

        print(f"bolt-tui {__version__}")
        return 0
    if sentence := _contradiction(arguments):
        raise BadUsage(sentence)
    if sys.stdout is None and (arguments.command is not None or arguments.run is not None):
        raise OutputError("stdout is closed: there is nowhere to write the answer")
    with importing():
        from engine.config import ConfigError
        from engine.errors import EngineError

    try:
        if arguments.command in _OWN:
            from importlib import import_module

            with importing():
                command = import_module(f"bolt_tui.commands.{arguments.command}")
            return int(command.run(arguments))
        if arguments.command is not None or arguments.run is not None:
            return _answered(arguments)
        return _console(arguments)
    except (ConfigError, EngineError) as error:
        return refuse(str(error))


def _answered(arguments: argparse.Namespace) -> int:
    with importing():
        from bolt_tui.request import request

        wanted = request(arguments)
    try:
        with importing():
            from bolt_tui import headless
    except Exception as error:
        # A boundary: a part that can't be imported leaves the existing tools.
        from bolt_tui import last_resort

        return last_resort.run(wanted, error)
    return headless.run(wanted)


def _contradiction(arguments: argparse.Namespace) -> str | None:
    """Return which options don't go together."""
    asked = arguments.run is not None or arguments.command is not None
    if arguments.run is not None and arguments.command is not None:
        return f"--run and the command {arguments.command} exclude each other"
    if arguments.replay is not None and asked:
        return "--replay opens the console; it goes with neither --run nor a command"
    if arguments.record is not None and arguments.replay is not None:
        return "--record and --replay exclude each other"
    replays = arguments.replay is not None or arguments.command == "soak"  # it has its own
    if arguments.speed is not None and not replays:
        return "--speed goes with --replay"
    if not asked and (arguments.explain or arguments.output is not None):
        return "-o and --explain go with --run or a command"
    return None


def _console(arguments: argparse.Namespace) -> int:
    for stream, name in ((sys.stdin, "stdin"), (sys.stdout, "stdout"), (sys.stderr, "stderr")):
        if stream is None or not stream.isatty():
            return refuse(f'the console needs a terminal and {name} is none; use --run "query"')
    kind = os.environ.get("TERM", "")
    if kind in ("", "dumb", "unknown"):
        return refuse(f'the console needs a terminal that can draw and TERM is "{kind}"; use --run')
    if not os.get_terminal_size(sys.stderr.fileno()).columns and not os.environ.get("COLUMNS"):
        return refuse("the terminal tells no size; set COLUMNS and LINES, or use --run")
    from bolt_tui.opening import settings

    checked = settings(arguments)
    from pathlib import Path

    with importing():
        from bolt_tui import interactive

    replay = None
    if arguments.replay is not None:
        replay = interactive.Replay(Path(arguments.replay), arguments.speed or 1.0)
    record = None if arguments.record is None else Path(arguments.record)
    return interactive.run(checked, record=record, replay=replay)
