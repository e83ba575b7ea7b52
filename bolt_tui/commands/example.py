"""`bolt-tui example [DIR]`: an invented book to try the desk on; works without an engine."""

import argparse
import shlex
import sys
from datetime import date
from pathlib import Path

from bolt_tui.printing import emit
from engine.config import ConfigError
from engine.evidence import Answer, Table, Understanding, clean
from engine.market.example import write_example

_NEXT = "risk metrics for my positions"


def run(arguments: argparse.Namespace) -> int:
    """Write the book and return the exit code; on stderr stands what to do next.

    Raises:
        ConfigError: one of its files is there already, or the folder can't be written.
    """
    folder = Path(arguments.folder).expanduser()
    try:
        written = write_example(folder, date.today())
    except FileExistsError as error:
        raise ConfigError(
            f"{clean(str(error))}; nothing was written: name another folder"
        ) from error
    except OSError as error:
        raise ConfigError(f"{clean(str(folder))}: can't be written: {error.strerror}") from error
    emit(_answer(folder, written), arguments.output or "text")
    place = shlex.quote(clean(str(folder)))
    sys.stderr.write(f'next: bolt-tui -C {place} --run "{_NEXT}", or: bolt-tui -C {place}\n')
    return 0


def _answer(folder: Path, written: tuple[Path, ...]) -> Answer:
    rows = tuple((clean(path.name), path.stat().st_size) for path in written)
    return Answer(
        status="answered",
        level="full",
        query=Understanding("example", "example", "example", {}, 1.0),
        verdict=f"An example book is in {clean(str(folder))}: every figure of it is invented",
        sections=(Table("Written", ("file", "bytes"), rows),),
    )
