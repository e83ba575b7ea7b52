"""Runs a file's functions on given arguments, in whatever interpreter the user has.

Standard library only, and nothing of this package but two files beside it. One request as JSON
on stdin, JSON lines on what was stdout; what the functions print is counted and thrown away. It
decides nothing: what a call returned or raised is told as it was.
"""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import inspect
import io
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import ModuleType
from typing import Any

sys.path[:0] = [str(Path(__file__).resolve().parent)]
from trial_limits import isolate, limit  # type: ignore[import-not-found]  # noqa: E402
from trial_values import plain, told  # type: ignore[import-not-found]  # noqa: E402

del sys.path[0]

Asked = dict[str, Any]


class Printed(io.TextIOBase):
    """A stream that counts what is written."""

    def __init__(self) -> None:
        self.count = 0

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.count += len(text)
        return len(text)


def load(root: str, path: str) -> ModuleType:
    """Import the module of a file by its name in its package, or by its path."""
    file = Path(root) / path
    folder, parts = file.parent, [file.stem] if file.stem != "__init__" else []
    while (folder / "__init__.py").exists() and folder != folder.parent:
        parts.insert(0, folder.name)
        folder = folder.parent
    roots = [str(folder), str(root), str(Path(root) / "src")]
    sys.path[:0] = [one for one in dict.fromkeys(roots) if Path(one).is_dir()]
    if len(parts) > 1:
        return importlib.import_module(".".join(parts))
    name = file.stem if file.stem not in sys.modules else f"_tried_{file.stem}"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} can't be imported")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def resolve(module: ModuleType, asked: Asked) -> Callable[..., Any]:
    """Return what is called: a function, or a method of a new object without arguments."""
    thing: Any = module
    if asked["owner"]:
        for part in asked["owner"].split("."):
            thing = getattr(thing, part)
        if not asked["binding"]:
            thing = thing()
    found: Callable[..., Any] = getattr(thing, asked["name"].rpartition(".")[2])
    return found


def call(function: Callable[..., Any], asked: Asked, arguments: Asked) -> Any:
    """Return what a call gives, awaited where it is to be awaited."""
    given = dict(arguments)
    first = [given.pop(name) for name in asked["positional"] if name in given]
    result = function(*first, **given)
    if inspect.isawaitable(result):
        result = asyncio.run(_awaited(result))
    return result


async def _awaited(result: Awaitable[Any]) -> Any:
    return await result


def attempt(function: Callable[..., Any], asked: Asked, arguments: Asked) -> Any:
    """Return a call's value as JSON, or the error that it raised."""
    try:
        return plain(call(function, asked, arguments))
    except BaseException as error:  # what is run may raise whatever it likes: it is told
        return told(error)


def converted(arguments: Asked, make: Callable[[Any], Any]) -> Asked:
    """Return arguments with their numbers, lists of them too, made into something else."""
    return {
        name: make(one) if isinstance(one, (float, list)) else one
        for name, one in arguments.items()
    }


def measured(
    function: Callable[..., Any], asked: Asked, budget_s: float
) -> tuple[list[Any], float]:
    """Make the calls until they are done or the time is over; return results and seconds."""
    results = []
    begun = time.perf_counter()
    for arguments in asked["cases"]:
        results.append(attempt(function, asked, arguments))
        if time.perf_counter() - begun > budget_s:
            break
    return results, time.perf_counter() - begun


def tried(function: Callable[..., Any], asked: Asked, budget_s: float, printed: Printed) -> Asked:
    """Return everything that came of one function."""
    before = printed.count
    attempt(function, asked, asked["cases"][0])  # what is made at the first call is not measured
    results, seconds = measured(function, asked, budget_s)
    probes = [attempt(function, asked, arguments) for arguments in asked["probes"]]
    arrays, scalar, many_s = None, None, None
    numpy = _numpy()
    if numpy is not None:
        scalar = attempt(function, asked, converted(asked["cases"][0], numpy.float64))
        many = converted(asked["arrays"], numpy.array)
        begun = time.perf_counter()
        arrays = attempt(function, asked, many)
        many_s = time.perf_counter() - begun
    return {
        "results": results,
        "seconds": seconds,
        "probes": probes,
        "scalar": scalar,
        "arrays": arrays,
        "arrays_s": many_s,
        "printed": printed.count - before,
    }


def _numpy() -> Any:
    try:
        return importlib.import_module("numpy")
    except ImportError:
        return None


def main() -> None:
    here = str(Path(__file__).resolve().parent)
    sys.path[:] = [one for one in sys.path if one not in ("", here)]  # no module of ours is theirs
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_RDWR)
    request = json.loads(sys.stdin.buffer.read())
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    sys.stdout = sys.stderr = printed = Printed()

    def say(**line: Any) -> None:
        answers.write(json.dumps(line) + "\n")
        answers.flush()

    network, files = isolate()
    limit(request["cpu_s"], request["memory_bytes"])
    say(says="ready", without_network=network, without_files=files)
    try:
        module = load(request["root"], request["path"])
    except BaseException as error:  # the file may raise whatever it likes: it is told
        say(says="unimportable", error=told(error)["error"])
        return
    for asked in request["functions"]:
        say(says="begun", id=asked["id"])
        try:
            function = resolve(module, asked)
        except BaseException as error:
            say(says="unreachable", id=asked["id"], error=told(error)["error"])
            continue
        say(says="tried", id=asked["id"], **tried(function, asked, request["budget_s"], printed))


if __name__ == "__main__":
    main()
    os._exit(0)  # threads and exit handlers of the code that was run are not waited for
