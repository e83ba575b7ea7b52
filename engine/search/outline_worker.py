"""The process that reads Python files, so that pure-Python work never holds the engine's loop.

Started as `python -S -E outline_worker.py`. It reads one request line, answers line by line and
ends; it ends at once when its standard input or output is closed, so it never outlives its parent.
It uses the standard library only.
"""

import json
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

if __name__ == "__main__":
    # Run as a file: what is imported is found from the folder that holds the package. Last, and
    # not this file's own folder, so that no module of ours hides one of the standard library's.
    sys.path[:] = [*sys.path[1:], str(Path(__file__).resolve().parents[2])]

from engine.search.python_file import refusal
from engine.search.symbols import outline
from engine.search.worker_lines import Answer, OutlineLine, Request


def answers(request: Request) -> Iterator[Answer]:
    for path in request["files"]:
        file = Path(request["root"], path)
        try:
            # Opening a pipe or a device by accident would wait for ever.
            if reason := refusal(file.stat()):
                yield {"answer": "unread", "path": path, "reason": reason}
                continue
            data = file.read_bytes()
        except OSError as error:
            yield {"answer": "unread", "path": path, "reason": error.strerror or str(error)}
            continue
        yield outline_line(path, data)
    yield {"answer": "done"}


def outline_line(path: str, data: bytes) -> OutlineLine:
    found = outline(data)
    counted = found.lines
    return {
        "answer": "outline",
        "path": path,
        "symbols": [
            {
                "name": symbol.name,
                "kind": symbol.kind,
                "line": symbol.line,
                "end_line": symbol.end_line,
                "doc": symbol.doc,
            }
            for symbol in found.symbols
        ],
        "lines": [counted.total, counted.blank, counted.comment, counted.code],
        "problem": (found.problem.line, found.problem.message) if found.problem else None,
    }


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


def main() -> None:
    request: Request = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        for answer in answers(request):
            sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        pass
    # The thread still waits for the parent, and an ordinary exit would wait for the thread's lock.
    os._exit(0)


if __name__ == "__main__":
    main()
