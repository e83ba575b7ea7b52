"""Questions about structure, put to a real project: `python -m tests.benchmarks.structure PROJECT`.

Prints the scan's time for a file beside `ast.parse` of the same file in the same run, and for each
question the time of its first answer (which reads what isn't read yet) and of the next.

Bars: a scan 1.5 ms for an average file (on the machine of evidence.md, where `ast` takes 1.6 ms);
duplicates 5 s for 1086 files and 60 s for 12 000, of process time.
"""

import ast
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import anyio

from engine.search.code_client import CodeClient
from engine.search.ripgrep import find_ripgrep
from engine.search.source import decode_source
from engine.search.structure.fingerprint import fingerprint
from engine.search.structure.scan import structure

SAMPLE = 150
QUESTIONS = ("project", "definitions", "references", "callers", "dead", "duplicates")


def scans(root: Path) -> None:
    paths = sorted(root.rglob("*.py"))
    texts = [decode_source(path.read_bytes()) for path in paths[:: max(1, len(paths) // SAMPLE)]]
    texts = [text for text in texts if parses(text)]
    size = sum(map(len, texts)) / len(texts) / 1024
    print(f"{len(texts)} files of {size:.1f} KiB on average, ms a file, best of 3:")
    works: dict[str, Callable[[str], object]] = {
        "ast.parse": ast.parse,
        "structure": lambda text: structure("", text),
        "fingerprint": lambda text: fingerprint("", text),
    }
    for name, work in works.items():
        best = min(timed(work, texts) for _ in range(3))
        print(f"  {name:12} {1000 * best / len(texts):6.2f}")


def parses(text: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(text)
        except (SyntaxError, ValueError):
            return False
    return True


def timed(work: Callable[[str], object], texts: list[str]) -> float:
    before = time.process_time()
    for text in texts:
        work(text)
    return time.process_time() - before


async def questions(root: Path, name: str) -> None:
    async with CodeClient.open(str(root), find_ripgrep) as client:
        for question in QUESTIONS:
            times = []
            for _ in range(2):
                before = time.perf_counter()
                answer = await client.ask(f"structure.{question}", {"name": name, "limit": 50})
                times.append(time.perf_counter() - before)
            total = answer.get("total", answer.get("files"))
            print(
                f"  {question:12} first {times[0]:7.3f} s, next {times[1]:7.3f} s, {total:,} found"
            )


if __name__ == "__main__":
    project = Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    scans(project)
    anyio.run(questions, project, sys.argv[2] if len(sys.argv) > 2 else "main")
