"""The words of the command line: which there are, what they take, and what is wrong with one.

Importing this costs an argument parser and nothing else.
"""

import argparse
from collections.abc import Callable, Iterable, Sequence
from typing import NoReturn

from bolt_tui.refusing import BadUsage

OUTPUTS = ("text", "json", "ndjson", "markdown")

_EPILOG = """exit codes:
  0 answered, or degraded   1 failed   2 usage or configuration   3 nothing found
  4 degraded, with --strict   124 timed out   130, 143 cancelled by SIGINT, SIGTERM

Without --run and without a command the console opens."""


_HEALTH_CODES = """exit codes, as Nagios has them, in place of the general ones:
  0 ok   1 warning   2 critical
  3 unknown; also an option that doesn't exist, and settings that can't be read"""
_STORE = "what is recorded: its size, fold it, check it, write out a span, drop old days"


class _Parser(argparse.ArgumentParser):
    """Says in one sentence what is wrong."""

    def error(self, message: str) -> NoReturn:
        said = message.splitlines()[0]
        said += ", as in --for=2h" if said.startswith("argument --for: expected") else ""
        raise BadUsage(said)


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    shared = _Parser(add_help=False, argument_default=argparse.SUPPRESS)
    _common(shared)
    top = _Parser(
        prog="bolt-tui",
        description="Operations console: the machine, the code and the options book.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _common(top)
    top.add_argument(
        "--run", metavar="QUERY", help="answer one query and end; - reads it from stdin"
    )
    top.add_argument("--record", metavar="FILE", help="also write the session to a new file")
    top.add_argument("--replay", metavar="FILE", help="show a recorded session in the console")
    top.add_argument(
        "--speed",
        type=_positive("times"),
        metavar="X",
        help="--replay: so many times as fast; default 1",
    )
    top.add_argument("--version", action="store_true", help="print the version and end")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser)
    for name, words in (
        ("status", "machine, level and circuits now"),
        ("hardware", "what this machine is"),
    ):
        commands.add_parser(name, help=words, parents=[shared], allow_abbrev=False)
    monitor = commands.add_parser(
        "monitor", help="watch the machine", parents=[shared], allow_abbrev=False
    )
    monitor.add_argument(
        "--duration",
        type=_positive("seconds"),
        metavar="S",
        help="seconds; without it until stopped",
    )
    benchmark = commands.add_parser(
        "benchmark", help="measure this engine", parents=[shared], allow_abbrev=False
    )
    benchmark.add_argument("--quick", action="store_true", help="a few seconds")
    history = commands.add_parser(
        "history", help="the last queries of all sessions", parents=[shared], allow_abbrev=False
    )
    history.add_argument("--limit", type=_positive_int, metavar="N", help="how many")
    config = commands.add_parser(
        "config", help="show, write or check the settings", parents=[shared], allow_abbrev=False
    )
    config.add_argument("action", choices=("show", "init", "validate"))
    config.add_argument(
        "--user", action="store_true", help="init: your own file, not the project's"
    )
    _store(commands.add_parser("store", help=_STORE, allow_abbrev=False), shared)
    trust = commands.add_parser(
        "trust", help="let a project's bolt.toml set what only you may, as commands to run",
        parents=[shared], allow_abbrev=False,
    )  # fmt: skip
    trust.add_argument("folder", nargs="?", metavar="DIR", help="default: the project here")
    of_trust = trust.add_mutually_exclusive_group()
    of_trust.add_argument("--list", action="store_true", help="show what is trusted")
    of_trust.add_argument("--revoke", action="store_true", help="trust it no longer")
    drill = commands.add_parser(
        "drill", help="do faults on purpose to sessions made for it, and see how they end",
        parents=[shared], allow_abbrev=False,
    )  # fmt: skip
    drill.add_argument("--only", nargs="+", metavar="FAULT", help="these faults; without it all")
    drill.add_argument("--list", action="store_true", help="show what it would do")
    _production(commands, shared)
    example = commands.add_parser(
        "example", help="write an example book to try", parents=[shared], allow_abbrev=False
    )
    example.add_argument(
        "folder", nargs="?", default="example-book", metavar="DIR", help="default: example-book"
    )
    return top


def _production(commands: "argparse._SubParsersAction[_Parser]", shared: _Parser) -> None:
    made = {
        name: commands.add_parser(name, help=words, parents=[shared], allow_abbrev=False)
        for name, words in (
            ("metrics", "the figures that alerts go by, as OpenMetrics text"),
            ("alerts", "what fires, who is silenced, what was sent"),
            ("health", "look at every part now; exit codes as Nagios has them"),
            ("report", "trends, incidents and regressions of a span"),
            ("service", "keep it running: units for systemd or launchd"),
            ("validate", "each acceptance criterion, measured now or read from history"),
            ("soak", "days of work in minutes, watched for leaks"),
        )
    }
    alerts = made["alerts"]
    alerts.add_argument(
        "action",
        nargs="?",
        default="list",
        choices=("list", "rules", "silence", "unsilence", "test"),
    )
    alerts.add_argument("names", nargs="*", metavar="NAME", help="rules, or label=value; a silence")
    alerts.add_argument(
        "--for", dest="span", metavar="TIME", help="silence: as in --for=2h; default 1h"
    )
    alerts.add_argument("--because", metavar="REASON", help="silence: why")
    alerts.add_argument("--channel", choices=("slack", "email"), help="test: this one only")
    health = made["health"]
    health.formatter_class = argparse.RawDescriptionHelpFormatter
    health.epilog = _HEALTH_CODES
    health.add_argument(
        "--deadline", type=_positive("seconds"), metavar="S", help="for all; default 10"
    )
    health.add_argument("--only", nargs="+", metavar="CHECK", help="these checks or groups")
    health.add_argument("--notify", action="store_true", help="raise an alert where it is not well")
    made["report"].add_argument("--span", metavar="TIME", help="as in 7d or 90d; default 7d")
    made["report"].add_argument("--save", action="store_true", help="keep it beside the store")
    service = made["service"]
    service.add_argument("action", choices=("print", "install", "remove"))
    service.add_argument("--kind", choices=("systemd", "launchd"), help="default: this system's")
    service.add_argument("--dir", metavar="DIR", help="where the units go, without starting them")
    validate = made["validate"]
    validate.add_argument("--production", action="store_true", help="the plan's criteria (default)")
    validate.add_argument("--phase", choices=("1", "2", "3", "final"), help="those of one phase")
    validate.add_argument("--full", action="store_true", help="what takes minutes, too")
    soak = made["soak"]
    soak.add_argument(
        "--hours", type=_positive("hours", 1e4), metavar="H", help="of its own time; default 48"
    )
    soak.add_argument(
        "--speed", type=_positive("times", 1e6), metavar="X", help="times as fast; default 2000"
    )


def _store(into: argparse.ArgumentParser, shared: _Parser) -> None:
    actions = into.add_subparsers(
        dest="action", metavar="ACTION", required=True, parser_class=_Parser
    )
    made = {
        name: actions.add_parser(name, help=words, parents=[shared], allow_abbrev=False)
        for name, words in (
            ("status", "its size, since when, who is here"),
            ("fold", "make parts of finished journals now"),
            ("verify", "read every byte; exit 1 where one is not as it was written"),
            ("export", "write a span as one file"),
            ("prune", "drop old days"),
        )
    }
    export, prune = made["export"], made["prune"]
    export.add_argument("file", metavar="FILE", help="new; ends in .bolt, .jsonl or .parquet")
    export.add_argument("--from", dest="begin", metavar="TIME", help="as in 14:00 or -10m")
    export.add_argument("--to", dest="end", metavar="TIME")
    export.add_argument("--session", metavar="S", help="of one session only")
    days = prune.add_mutually_exclusive_group(required=True)
    days.add_argument("--before", metavar="DAY", help="drop the days before this one (UTC)")
    days.add_argument("--keep-days", type=_positive_int, metavar="N", help="days to keep")
    prune.add_argument("--dry-run", action="store_true", help="only say what would go")


def _common(into: argparse.ArgumentParser) -> None:
    into.add_argument("-C", dest="project", metavar="DIR", help="the project's folder")
    into.add_argument(
        "--config", metavar="FILE", help="settings instead of the project's bolt.toml"
    )
    into.add_argument(
        "--set", action="append", metavar="KEY=VALUE", help="one setting, as in agents.max=4"
    )
    into.add_argument("-o", "--output", choices=OUTPUTS, help="default: text")
    into.add_argument(
        "--timeout", type=_positive("seconds"), metavar="S", help="end after so many seconds"
    )
    into.add_argument("--strict", action="store_true", help="exit 4 when the answer is degraded")
    into.add_argument("--explain", action="store_true", help="print the plan and don't run it")


def _positive(unit: str, most: float = 1e7) -> Callable[[str], float]:
    """Return what reads a number of so many units, and says the bound where it is passed."""

    def positive(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = -1.0
        if not 0 < value <= most:
            bound = f", at most {most:,.0f}" if value > most else ""
            raise argparse.ArgumentTypeError(
                f"expected a positive number of {unit}{bound}, found {text!r}"
            )
        return value

    return positive


def _positive_int(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= 1_000_000:
        raise argparse.ArgumentTypeError(f"expected a positive whole number, found {text!r}")
    return int(text)


def check(argv: Sequence[str]) -> None:
    """Refuse the first option or command that doesn't exist, and name the nearest one.

    argparse would complain of the word behind an unknown option instead of the option.

    Raises:
        BadUsage.
    """
    command = None
    words = iter(argv)
    for word in words:
        option = word.partition("=")[0]
        known = {*_VALUED, *_FLAGS, *_OF_COMMAND.get(command or "", ())}
        if option in _VALUED or option in _OF_COMMAND.get(command or "", ()):
            if "=" not in word and option not in _NO_VALUE:
                next(words, None)
        elif word.startswith("-") and word != "-" and option not in known:
            if word[:2] not in ("-o", "-C") or word.startswith("--"):
                raise BadUsage(f"unknown option {option}{_nearest(option, known)}")
        elif not word.startswith("-") and command is None:
            command = word
            if command not in _COMMANDS:
                ask = f'; to ask a question: bolt-tui --run "{word[:40]}"'
                near = _nearest(word, _COMMANDS) or ask
                raise BadUsage(f"unknown command {word[:80]!r}{near}")


def is_health(argv: Sequence[str]) -> bool:
    """Return whether these words, bad as they may be, are for a monitor of Nagios' kind."""
    return "--run" not in argv and next((one for one in argv if one in _COMMANDS), "") == "health"


def _nearest(word: str, known: Iterable[str]) -> str:
    import difflib  # 5 ms: only for a mistake

    near = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""


_VALUED = ("-C", "--config", "--set", "-o", "--output", "--timeout", "--run",
           "--record", "--replay", "--speed")  # fmt: skip
_FLAGS = ("--strict", "--explain", "--version", "-h", "--help")
_COMMANDS = (
    "status",
    "hardware",
    "monitor",
    "benchmark",
    "history",
    "config",
    "store",
    "trust",
    "drill",
    "example",
    "metrics",
    "alerts",
    "health",
    "report",
    "service",
    "validate",
    "soak",
)
_OF_COMMAND: dict[str, tuple[str, ...]] = {
    "monitor": ("--duration",),
    "benchmark": ("--quick",),
    "history": ("--limit",),
    "config": ("--user",),
    "trust": ("--list", "--revoke"),
    "drill": ("--only", "--list"),
    "store": ("--from", "--to", "--session", "--before", "--keep-days", "--dry-run"),
    "alerts": ("--for", "--because", "--channel"),
    "health": ("--deadline", "--only", "--notify"),
    "report": ("--span", "--save"),
    "service": ("--kind", "--dir"),
    "validate": ("--production", "--phase", "--full"),
    "soak": ("--hours", "--speed"),
}
_NO_VALUE = frozenset({"--quick", "--user", "--dry-run", "--list", "--revoke",
                       "--notify", "--save", "--production", "--full"})  # fmt: skip
