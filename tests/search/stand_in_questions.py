"""Questions and scans that do what the tests of the code process need: answer, fail, hang, die."""

import os
import re
import signal
import time
from collections.abc import Mapping
from pathlib import Path

from engine.search.facts import BadQuestion, Facts, Json, Question, Unreadable
from engine.search.imports import scan_imports


def imports(path: str, text: str) -> tuple[tuple[int, str, tuple[str, ...], int, str], ...]:
    return tuple((i.line, i.module, i.names, i.level, i.kind) for i in scan_imports(text))


def first_line(path: str, text: str) -> str:
    """Raises on a file that says so."""
    if text.startswith("raise"):
        raise ValueError(path)
    return text.partition("\n")[0]


def deadly(path: str, text: str) -> int:
    """Ends its process on a file that says `die`, and once on one that names a missing file."""
    if text.startswith("die"):
        os.kill(os.getpid(), signal.SIGKILL)
    if text.startswith("once ") and not Path(text[5:]).exists():
        Path(text[5:]).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return len(text)


def endless(path: str, text: str) -> bool:
    """Holds the interpreter's lock for hours on a file of many a's."""
    return re.match(r"(a|aa)*b", text) is not None


def unsendable(path: str, text: str) -> object:
    return object() if path == "odd.py" else len(text)


def slow(path: str, text: str) -> int:
    time.sleep(0.01)
    return len(text)


def _lines(facts: Facts, arguments: Mapping[str, Json]) -> Json:
    return dict(facts.layer(first_line))


def _slow(facts: Facts, arguments: Mapping[str, Json]) -> Json:
    return len(facts.layer(slow))


def _echo(facts: Facts, arguments: Mapping[str, Json]) -> Json:
    print("not an answer")
    return arguments["value"]


def _big(facts: Facts, arguments: Mapping[str, Json]) -> Json:
    return {"rows": [[n, "x" * 20] for n in range(arguments["rows"])], "total": arguments["rows"]}


def _busy(facts: Facts, arguments: Mapping[str, Json]) -> Json:
    """Work for a long time, and say so."""
    Path(facts.root, "began").touch()
    for done in range(100_000):
        time.sleep(0.001)
        facts.progress("working", done, 100_000)
    return "done"


def _deaf(facts: Facts, arguments: Mapping[str, Json]) -> Json:
    Path(facts.root, "began").touch()
    time.sleep(60)
    return "done"


def _bad(facts: Facts, arguments: Mapping[str, Json]) -> Json:
    raise Unreadable("it is too large") if arguments.get("file") else BadQuestion("name a file")


def _fails(facts: Facts, arguments: Mapping[str, Json]) -> Json:
    return 1 // arguments["zero"]


def _no_json(facts: Facts, arguments: Mapping[str, Json]) -> Json:
    return {1, 2}


def _ends(facts: Facts, arguments: Mapping[str, Json]) -> Json:
    os.kill(os.getpid(), signal.SIGKILL)


def _pid(facts: Facts, arguments: Mapping[str, Json]) -> Json:
    return os.getpid()


QUESTIONS: dict[str, Question] = {
    "test.lines": _lines,
    "test.slow": _slow,
    "test.echo": _echo,
    "test.big": _big,
    "test.busy": _busy,
    "test.deaf": _deaf,
    "test.bad": _bad,
    "test.fails": _fails,
    "test.no_json": _no_json,
    "test.ends": _ends,
    "test.pid": _pid,
}
