"""The process that reads Python files: what it answers, and how it ends."""

import json
import os
import subprocess
import sys
from pathlib import Path

import anyio
import pytest

import engine.search
from engine.search import worker
from engine.search.errors import ScanFailed
from engine.search.python_file import MAX_BYTES
from engine.search.symbols import Outline
from engine.search.worker import ask_worker, read_outlines
from engine.search.worker_lines import Request
from tests.search.trees import children, write

pytestmark = pytest.mark.anyio

SCRIPT = Path(engine.search.__file__).with_name("outline_worker.py")
ARGV = [sys.executable, "-S", "-E", str(SCRIPT)]


def _request(root: str, files: list[str]) -> Request:
    return {"root": root, "files": files}


async def test_outlines_come_from_the_worker(tmp_path: Path) -> None:
    """Outlines of several files come back as they are in process; of others comes the reason."""
    sources = {"a.py": "class A:\n  'Doc\x1b.'\n", "b.py": "def f(:\n", "sub/é.py": ""}
    root = write(tmp_path, sources)
    os.mkfifo(tmp_path / "pipe.py")
    with (tmp_path / "huge.py").open("wb") as huge:
        huge.truncate(MAX_BYTES + 1)
    found = await read_outlines(root, [*sources, "gone.py", "pipe.py", "sub", "huge.py"])
    a, b, empty, *unread = found.values()
    assert isinstance(a, Outline)
    assert isinstance(b, Outline)
    assert isinstance(empty, Outline)
    assert [one.doc for one in a.symbols] == ["Doc\ufffd."]
    assert b.problem is not None
    assert empty.lines.total == 0
    assert unread == [
        "No such file or directory",
        "it is not a regular file",
        "it is not a regular file",
        "it is larger than 4 MB (4,194,305 bytes)",
    ]


async def test_it_uses_nothing_but_the_standard_library() -> None:
    """The worker imports no installed package, and none of its own modules hides a standard one."""
    code = (
        "import sys; before = set(sys.modules)\n"
        f"sys.path.append({str(SCRIPT.parents[2])!r})\n"
        "import engine.search.outline_worker\n"
        "print(*sorted(name.partition('.')[0] for name in set(sys.modules) - before))"
    )
    printed = subprocess.run(
        [sys.executable, "-S", "-E", "-c", code], capture_output=True, check=True, text=True
    ).stdout
    assert set(printed.split()) <= {*sys.stdlib_module_names, "engine"}


async def test_it_ends_when_its_input_closes(tmp_path: Path) -> None:
    """A worker whose parent goes away ends at once, in the middle of its work."""
    root = write(tmp_path, {"a.py": "x = [" + "[1], " * 200_000 + "]\n"})
    request = json.dumps(_request(root, ["a.py"] * 1000)).encode() + b"\n"
    with subprocess.Popen(ARGV, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        assert process.stdin is not None
        process.stdin.write(request)
        process.stdin.flush()
        assert process.poll() is None
        process.stdin.close()
        assert process.wait(timeout=10) == 0


async def test_it_ends_when_its_output_closes(tmp_path: Path) -> None:
    """A worker whose answers nobody reads ends by itself, without a word."""
    root = write(tmp_path, {"a.py": "def f(): pass\n" * 2000})
    request = json.dumps(_request(root, ["a.py"] * 50)).encode() + b"\n"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(ARGV, **pipes) as process:  # type: ignore[call-overload]
        process.stdout.close()
        process.stdin.write(request)
        process.stdin.flush()
        assert process.wait(timeout=20) == 0
        assert process.stderr.read() == b""


async def test_cancelling_kills_it(tmp_path: Path) -> None:
    """Cancelling the question ends the worker, whatever it is doing."""
    root = write(tmp_path, {"a.py": "x = [" + "[1], " * 200_000 + "]\n"})
    before = children()
    with anyio.move_on_after(0.5) as scope:
        await read_outlines(root, ["a.py"] * 1000)
    assert scope.cancelled_caught
    assert children() <= before


async def test_its_failures_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that runs out of time, dies or can't start is a failed scan with a cause."""
    root = write(tmp_path, {"a.py": "x = [" + "[1], " * 200_000 + "]\n", "dies.py": "1 / 0\n"})
    with pytest.raises(ScanFailed, match=r"longer than 0\.2 s"):
        await read_outlines(root, ["a.py"] * 1000, timeout_s=0.2)
    monkeypatch.setattr(worker, "_SCRIPT", f"{root}/dies.py")
    with pytest.raises(ScanFailed, match=r"ended early|did not start"):
        await ask_worker(_request(root, ["a.py"]), timeout_s=10)


def test_the_package_costs_nothing_to_import() -> None:
    """Importing the room's package imports none of its modules and nothing heavy."""
    code = (
        "import sys, engine.search\n"
        "print(*(n for n in sys.modules if n.startswith(('engine.', 'anyio', 'rapidfuzz'))))\n"
        "import engine.search.scan, engine.search.text_search, engine.search.history\n"
        "print(*(n for n in ('rapidfuzz', 'duckdb', 'numpy', 'textual', 'rich', 'ast')"
        " if n in sys.modules and n != 'ast'))"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True
    ).stdout
    assert printed == "engine.search\n\n"
