"""The process that knows a project's Python files and answers questions about them.

Started as `python -S -E code_process.py`. Its first line opens a project, the others ask and
withdraw (`code_lines.py`); it answers one question after the other. It ends at once when its
standard input or output is closed, and its children with it, so nothing outlives its parent. It
uses the standard library only.
"""

import importlib
import json
import os
import sys
import threading
import traceback
from collections import deque
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import BinaryIO, Final, TextIO

if __name__ == "__main__":
    # Run as a file: what is imported is found from the folder that holds the package. Last, and
    # not this file's own folder, so that no module of ours hides one of the standard library's.
    sys.path[:] = [*sys.path[1:], str(Path(__file__).resolve().parents[2])]

from engine.clock import Clock, SystemClock
from engine.search.code_facts import CodeFacts
from engine.search.code_lines import BEAT_S, Asked, Line, Opening, answer_lines
from engine.search.errors import ScanFailed
from engine.search.facts import BadQuestion, Cancelled, Json, Question, Unreadable

MAX_PROCESSES: Final = 8
_PROGRESS_EVERY_S: Final = 0.1


class Lines:
    """The output, whose lines two threads write; the process ends with whoever reads it."""

    def __init__(self, output: TextIO) -> None:
        self._output = output
        self._lock = threading.Lock()

    def write(self, *lines: str) -> None:
        try:
            with self._lock:
                self._output.writelines(f"{line}\n" for line in lines)
                self._output.flush()
        except OSError:
            os._exit(0)

    def say(self, line: Line) -> None:
        self.write(json.dumps(line))


class Desk:
    """The questions that wait, and those that were withdrawn; filled by the thread that reads."""

    def __init__(self, lines: Lines, clock: Clock) -> None:
        self._lines = lines
        self._clock = clock
        self._changed = threading.Condition()
        self._waiting: deque[tuple[Asked, float]] = deque()
        self._current = 0
        self._withdrawn = False
        self._working = False

    def read(self, source: BinaryIO) -> None:
        """Take lines until there are no more, then end the process."""
        try:
            for line in source:
                self._take(json.loads(line))
        finally:
            os._exit(0)

    def next(self) -> tuple[Asked, float]:
        """Wait for a question; return it and when it came."""
        with self._changed:
            self._working = False
            self._changed.wait_for(lambda: self._waiting)
            self._working = True
            asked, came_s = self._waiting.popleft()
            self._current, self._withdrawn = asked["id"], False
            return asked, came_s

    def beat(self) -> None:
        """Give a sign of life now and then while there is a question, until the process ends."""
        pause = threading.Event()
        while True:
            pause.wait(BEAT_S)
            if self._working:
                self._lines.say({"alive": True})

    def check(self) -> None:
        """Raise Cancelled if nobody waits for the current question any more."""
        if self._withdrawn:
            raise Cancelled

    def _take(self, line: dict[str, Json]) -> None:
        with self._changed:
            if "cancel" not in line:
                asked: Asked = {
                    "id": line["id"],
                    "question": line["question"],
                    "arguments": line["arguments"],
                }
                self._waiting.append((asked, self._clock.monotonic_s()))
                self._changed.notify()
            elif line["cancel"] == self._current:
                self._withdrawn = True
            else:
                self._give_up(line["cancel"])

    def _give_up(self, number: int) -> None:
        # It is told here: the current question may take longer than anyone waits.
        for one in [one for one in self._waiting if one[0]["id"] == number]:
            self._waiting.remove(one)
            self._lines.say({"id": number, "cancelled": True})


class Answerer:
    """Answers one question after the other from what is known of one project."""

    def __init__(self, facts: CodeFacts, topics: Mapping[str, str], clock: Clock) -> None:
        self._facts = facts
        self._topics = topics
        self._clock = clock
        self._refreshed_s = float("-inf")

    def answer(self, asked: Asked, came_s: float) -> Iterator[str]:
        """Yield the lines of the answer, or the one that says why there is none."""
        number = asked["id"]
        try:
            question = self._question(asked["question"])
            # Those that came together are answered from one look at the disk, after they came.
            if self._refreshed_s <= came_s:
                now_s = self._clock.monotonic_s()
                self._facts.refresh()
                self._refreshed_s = now_s
            yield from answer_lines(number, question(self._facts, asked["arguments"]))
        except Cancelled:
            yield json.dumps({"id": number, "cancelled": True})
        except BadQuestion as error:
            unreadable = isinstance(error, Unreadable)
            yield json.dumps({"id": number, "bad": str(error), "unreadable": unreadable})
        except ScanFailed as error:
            yield json.dumps({"id": number, "failed": error.cause})
        except Exception as error:  # a question that fails is told, the next one is answered
            yield json.dumps({"id": number, "failed": _told(error)})

    def _question(self, name: str) -> Question:
        topic = name.partition(".")[0]
        if topic not in self._topics:
            raise BadQuestion(f"{name!r} is about none of the topics {', '.join(self._topics)}")
        module = importlib.import_module(self._topics[topic])
        questions: Mapping[str, Question] = module.QUESTIONS
        if name not in questions:
            near = get_close_matches(name, questions, 1)
            hint = f": the nearest is {near[0]!r}" if near else ""
            raise BadQuestion(f"there is no question {name!r}{hint}")
        return questions[name]


def _told(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}"
    return f"{type(error).__name__}: {error} ({where})"


class _Progress:
    """Tells how far the current question is, not more often than anyone can see."""

    def __init__(self, desk: Desk, lines: Lines, clock: Clock) -> None:
        self._desk = desk
        self._lines = lines
        self._clock = clock
        self._number = 0
        self._next_s = 0.0

    def begin(self, number: int) -> None:
        self._number = number
        self._next_s = self._clock.monotonic_s() + _PROGRESS_EVERY_S

    def __call__(self, text: str, done: int, total: int) -> None:
        self._desk.check()
        now_s = self._clock.monotonic_s()
        if now_s >= self._next_s:
            self._next_s = now_s + _PROGRESS_EVERY_S
            self._lines.say({"id": self._number, "progress": (text, done, total)})


def main() -> None:
    lines = Lines(sys.stdout)
    sys.stdout = sys.stderr  # what a question prints is no answer
    source, clock = sys.stdin.buffer, SystemClock()
    opening: Opening = json.loads(source.readline())
    desk = Desk(lines, clock)
    threading.Thread(target=desk.read, args=(source,), daemon=True).start()
    threading.Thread(target=desk.beat, daemon=True).start()
    processes = opening["processes"] or max(1, min(os.cpu_count() or 1, MAX_PROCESSES))
    facts = CodeFacts(
        opening["root"], opening["listing"], processes=processes, cache=opening["cache"]
    )
    facts.report = progress = _Progress(desk, lines, clock)
    answerer = Answerer(facts, opening["topics"], clock)
    while True:
        asked, came_s = desk.next()
        progress.begin(asked["id"])
        lines.write(*answerer.answer(asked, came_s))


if __name__ == "__main__":
    main()
