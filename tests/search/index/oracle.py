"""The index against ripgrep: `python -m tests.search.index.oracle PROJECT [--queries N] [...]`.

Copies the project, so that it can change files between queries, and prints what was tried.
"""

import argparse
import os
import shutil
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import anyio

from engine.search.errors import PatternError, SearchError
from engine.search.index.client import IndexClient
from engine.search.index.universe import list_universe
from engine.search.ripgrep import find_ripgrep
from engine.search.scan import scan
from engine.search.text_query import Scan, TextQuery
from engine.search.text_search import TextSearch
from tests.search.index.random_changes import Changes
from tests.search.index.random_queries import Queries
from tests.search.index.running import running
from tests.search.index.truth import Lines, lines_of_rg

_WATCH_S = 5.0
_BETWEEN_CHANGES = 8
_BETWEEN_SCANS = 4


@dataclass
class Tried:
    """What was tried, and what differed."""

    queries: int = 0
    with_hits: int = 0
    lines: int = 0
    to_ripgrep: int = 0
    refused: int = 0
    scans: int = 0
    changes: Counter[str] = field(default_factory=Counter)
    differing: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.queries} queries: {self.with_hits} with hits ({self.lines} lines), "
            f"{self.to_ripgrep} left to ripgrep, {self.refused} refused, {self.scans} compared "
            f"with a scan, {self.changes.total()} changes, {len(self.differing)} differing"
        )


class Oracle:
    """Compares the answers of one index with ripgrep's."""

    def __init__(self, rg: str, root: str, client: IndexClient, random: Random) -> None:
        self.tried = Tried()
        self._rg = rg
        self._root = root
        self._client = client
        self._random = random
        self._search = TextSearch(lambda: rg, root, client)
        self._changes = Changes(random, root)

    async def rounds(self, queries: int, seconds: float, *, synced: bool) -> Tried:
        """Change something, ask a few times, again; where `synced`, wait for the index by asking.

        Otherwise the first answer after a change may come late, as the watch is.
        """
        until_s = time.monotonic() + seconds
        while self.tried.queries < queries and time.monotonic() < until_s:
            for _ in range(self._random.randint(1, 4)):
                self.tried.changes[self._changes.one()] += 1
            if synced:
                await self._client.sync()
            listed = sorted(list_universe(self._rg, self._root).files)
            some = Queries(self._random, self._root, [os.fsdecode(path) for path in listed])
            for _ in range(_BETWEEN_CHANGES if listed else 0):
                await self._compare(some.one(), 0.0 if synced else _WATCH_S)
        return self.tried

    async def _compare(self, query: TextQuery, patience_s: float) -> None:
        self.tried.queries += 1
        expected = lines_of_rg(self._rg, self._root, query)
        until_s = time.monotonic() + patience_s
        while (found := await self._ask(query)) is not None and found != expected:
            if time.monotonic() > until_s:
                self._differs(query, f"{_difference(found, expected)}")
                return
            await anyio.sleep(0.01)
        self.tried.with_hits += bool(found)
        self.tried.lines += sum(map(len, (found or {}).values()))
        if self.tried.queries % _BETWEEN_SCANS == 0:
            await self._compare_scans(query)

    async def _ask(self, query: TextQuery) -> Lines | None:
        """Return what the index finds; None where it leaves it to ripgrep."""
        try:
            found = await self._client.search(query, max_rows=0, all_lines=True)
        except PatternError:
            self.tried.refused += 1
            return {}
        if isinstance(found, str):
            self.tried.to_ripgrep += 1
            return None
        lines = {path: numbers.tolist() for path, numbers in found.lines}
        assert found.files == len(lines)
        assert found.total == sum(map(len, lines.values()))
        return lines

    async def _compare_scans(self, query: TextQuery) -> None:
        self.tried.scans += 1
        max_rows = self._random.choice((0, 1, 10, 1000))
        answers: list[Scan | str] = []
        for ask in (
            partial(self._search.find, query, max_rows=max_rows),
            partial(scan, self._rg, self._root, query, max_rows=max_rows, left_out={"x": 0}),
        ):
            try:
                answers.append(await ask())
            except SearchError as error:
                answers.append(str(error))
        if len({_said(answer) for answer in answers}) > 1:
            self._differs(query, f"find and scan: {[_said(answer) for answer in answers]}")

    def _differs(self, query: TextQuery, how: str) -> None:
        self.tried.differing.append(f"{query}\n    {how[:2000]}")


def _said(answer: Scan | str) -> object:
    if isinstance(answer, str):
        return answer
    return answer.total, answer.files, answer.rows, answer.truncated, answer.elsewhere


def _difference(found: Lines, expected: Lines) -> dict[str, tuple[object, object]]:
    """Return for each file what the index says and what ripgrep does."""
    return {
        path: (found.get(path), expected.get(path))
        for path in sorted({*found, *expected})
        if found.get(path) != expected.get(path)
    }


def copy(project: Path, into: Path) -> str:
    """Copy a project without its history, and let it stay a repository if it is one."""
    root = into / "project"
    shutil.copytree(project, root, symlinks=True, ignore=shutil.ignore_patterns(".git", "pipe.py"))
    if (project / ".git").exists():
        (root / ".git").mkdir()
    return str(root)


async def _main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("project", type=Path)
    asked.add_argument("--queries", type=int, default=1000)
    asked.add_argument("--seconds", type=float, default=600.0)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--watch", action="store_true", help="wait for the watch, not for a sync")
    given = asked.parse_args()
    rg = find_ripgrep()
    with TemporaryDirectory() as folder:
        root = copy(given.project, Path(folder))
        async with running(rg, root) as kept:
            oracle = Oracle(rg, root, kept.client, Random(given.seed))
            tried = await oracle.rounds(given.queries, given.seconds, synced=not given.watch)
    print("\n".join(tried.differing[:20]))
    print(f"seed {given.seed}: {tried}")
    print(f"changes: {dict(tried.changes)}")
    return 1 if tried.differing else 0


if __name__ == "__main__":
    sys.exit(anyio.run(_main))
