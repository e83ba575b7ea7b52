"""`bolt-tui metrics`: the figures that alerts go by, as OpenMetrics text or as an answer."""

import argparse

import anyio

from bolt_tui.metrics_now import Now, read_now
from bolt_tui.opening import Settings, settings
from bolt_tui.printing import EXIT, emit, exit_code, note, write
from engine.agents.tools.metric_readings import metric_figures, success_sentence
from engine.clock import SystemClock
from engine.evidence import Answer, Status, Understanding


def run(arguments: argparse.Namespace) -> int:
    """Read every metric once, print it, and return the exit code; 1 where none can be read.

    Raises:
        BadProject, ConfigError, OutputError.
    """
    timeout_s: float | None = arguments.timeout
    now = anyio.run(_read_within, timeout_s, settings(arguments))
    if now is None:
        note(f"the metrics could not be read within {timeout_s:g} s")
        return EXIT["timed_out"]
    for sentence in now.left_out:
        note(sentence)
    answer = _answer(now)
    if arguments.output in (None, "text"):
        from bolt_tui.openmetrics import openmetrics  # 70 ms that JSON doesn't need

        write(openmetrics(now.readings, now.session))
    else:
        emit(answer, arguments.output)
    return exit_code(answer, strict=arguments.strict)


async def _read_within(timeout_s: float | None, here: Settings) -> Now | None:
    with anyio.move_on_after(timeout_s):
        return await read_now(here, SystemClock())
    return None


def _answer(now: Now) -> Answer:
    session = now.session
    whose = f"; session {session.session} on {session.project}" if session else ""
    return Answer(
        status=_status(now),
        level="full",
        query=Understanding("metrics", "metrics", "metrics", {}, 1.0),
        verdict=success_sentence(now.readings) + whose,
        sections=metric_figures(now.readings),
        assumptions=now.left_out,
    )


def _status(now: Now) -> Status:
    if all(reading.value is None for reading in now.readings.values()):
        return "failed"
    return "degraded" if now.left_out else "answered"
