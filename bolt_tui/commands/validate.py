"""`bolt-tui validate [--production] [--phase P] [--full]`: is it ready, and how is that known.

Exit codes: 0 all that is required is proven, 1 something is not, 2 usage or settings; 130, 143
stopped by SIGINT, SIGTERM. `-o json` and `-o ndjson` write the event Validated as it is recorded.
"""

import argparse
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import anyio

from bolt_tui.opening import Settings, settings
from bolt_tui.printing import emit, note, write
from bolt_tui.stopping import until_signal
from engine.checks.recorded import record
from engine.checks.validation.criteria.catalogue import Which
from engine.checks.validation.criteria.ground import Ground
from engine.checks.validation.report import evidence
from engine.checks.validation.validate import passed, validate
from engine.clock import SystemClock
from engine.events import Validated, encoder
from engine.evidence import Answer, Understanding
from engine.store.errors import JournalError


def run(arguments: argparse.Namespace) -> int:
    """Measure, record and print what was found; return the exit code.

    Raises:
        BadProject, ConfigError.
    """
    given = settings(arguments)
    received: list[int] = []
    with TemporaryDirectory(prefix="bolt-tui-validate-") as scratch:
        ground = Ground(
            project=given.project,
            loaded=given.loaded,
            scratch=Path(scratch),
            full=arguments.full,
            words=_words(arguments),
            told=note,
        )
        phase: Which = arguments.phase or "all"
        found = anyio.run(until_signal, partial(validate, ground, phase), received)
    if found is None:
        return 128 + received[0]
    _record(ground, given, found)
    _print(found, arguments.output or "text")
    return 0 if passed(found) else 1


def _words(arguments: argparse.Namespace) -> tuple[str, ...]:
    """Return the options by which a child gets the settings that were given here."""
    words = [word for text in arguments.set or () for word in ("--set", text)]
    if arguments.config is not None:
        words += ["--config", str(Path(arguments.config).absolute())]
    return tuple(words)


def _record(ground: Ground, given: Settings, found: Validated) -> None:
    try:
        record(ground.store, given.project, SystemClock(), found)
    except JournalError as error:
        note(f"not recorded: {error}")


def _print(found: Validated, output: str) -> None:
    if output in ("json", "ndjson"):
        write(encoder.encode(found) + b"\n")
        return
    shown = evidence(found)
    answer = Answer(
        status="answered" if passed(found) else "failed",
        level="full",
        query=Understanding("validate", "validate", "validate", {}, 1.0),
        verdict=shown.verdict,
        sections=shown.sections,
        elapsed_ms=found.elapsed_ms,
    )
    emit(answer, output)
