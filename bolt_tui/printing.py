"""An answer on stdout, in the form that was asked for; sentences for people on stderr."""

import os
import shutil
import sys

from bolt_tui.refusing import USAGE_ERROR, OutputError
from engine.events import encoder, ended
from engine.evidence import Answer, Status, clean, usage_error

EXIT: dict[Status, int] = {
    "answered": 0,
    "failed": 1,
    "nothing_found": 3,
    "degraded": 0,
    "timed_out": 124,
    "cancelled": 130,
}
STRICT_EXIT = 4


def emit(answer: Answer, output: str) -> None:
    """Write the answer to stdout; a refused one is a sentence on stderr unless data is wanted.

    Who watches a terminal while stdout goes elsewhere is told there of a failure, too.
    """
    refused = usage_error(answer)
    elsewhere = sys.stderr.isatty() and not sys.stdout.isatty()
    if refused or (answer.status == "failed" and elsewhere):
        note(answer.verdict)
    if output == "ndjson":  # no query ran: the one event is its end
        write(encoder.encode(ended("", answer)) + b"\n")
    elif output == "json":
        write(encoder.encode(answer) + b"\n")
    elif not refused:
        write(_rendered(answer, output).encode())


def _rendered(answer: Answer, output: str) -> str:
    if output == "markdown":
        from bolt_tui.rendering import markdown

        return markdown.render(answer)
    from bolt_tui.rendering import text

    colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    width = shutil.get_terminal_size((text.WIDTH, 24)).columns
    return text.render(answer, colour=colour, width=width)


def exit_code(answer: Answer, *, strict: bool) -> int:
    """Return the documented exit code of an answer."""
    if usage_error(answer):
        return USAGE_ERROR
    if answer.status == "degraded" and strict:
        return STRICT_EXIT
    return EXIT[answer.status]


def write(data: bytes) -> None:
    """Write to stdout.

    Raises:
        BrokenPipeError: whoever read our output has gone.
        OutputError: it can't be written for another reason.
    """
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        sink_stdout()  # what is left in the buffer can't be written either
        raise OutputError(f"the answer can't be written to stdout: {error.strerror}") from error


def note(sentence: str) -> None:
    """Say a sentence on stderr."""
    sys.stderr.write(f"bolt-tui: {clean(sentence)}\n")


def sink_stdout() -> None:
    """Give Python something to flush into at exit where stdout's reader has gone."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
