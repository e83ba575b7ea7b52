"""Where this graph and those of ruff and tach differ, to be looked at by hand.

    python -m tests.search.graph.compare PROJECT

Prints each edge that only one of them has, with the line here that it comes from; tach is asked if
it is installed. Edges of files that ripgrep doesn't list are left out, and packages that are only
run on the way. No side is right by itself.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence

from engine.search.complexity import find_ruff
from engine.search.graph.asking import Asking
from engine.search.graph.edges import Edge
from tests.search.graph.folder_facts import FolderFacts

Pair = tuple[str, str]


def by_tool(argv: Sequence[str], root: str) -> set[Pair]:
    """Return the edges in a JSON map of files to those that they import."""
    done = subprocess.run(argv, cwd=root, capture_output=True, text=True, check=False)
    found = json.loads(done.stdout or "{}")
    return {(start, end) for start, ends in found.items() for end in ends}


def differences(
    ours: dict[Pair, Edge], theirs: set[Pair], listed: Iterable[str]
) -> tuple[list[Edge], list[Pair]]:
    """Return the edges that only we have, and those that only the other has."""
    files = set(listed)
    known = {pair for pair in theirs if files.issuperset(pair) and pair[0] != pair[1]}
    mine = [edge for pair, edge in ours.items() if pair not in known]
    return sorted(mine), sorted(known - ours.keys())


def report(root: str) -> None:
    facts = FolderFacts(root)
    asking = Asking(facts)
    edges = [edge for edge in asking.graph.edges() if not edge.parent]
    sure = {(edge.importer, edge.imported): edge for edge in edges if edge.sure}
    guessed = {(edge.importer, edge.imported) for edge in edges if not edge.sure}
    for name, argv in tools().items():
        theirs = by_tool(argv, root)
        mine, others = differences(sure, theirs, facts.python)
        print(f"{name}: {len(theirs)} edges, ours {len(sure)}")
        print(f"  only ours: {len(mine)}")
        for edge in mine:
            text = asking.text(edge.importer, edge.line)
            print(f"    {edge.importer}:{edge.line} → {edge.imported}  | {text}")
        print(f"  only {name}'s: {len(others)}")
        for start, end in others:
            said = " (a guess of ours too)" if (start, end) in guessed else ""
            print(f"    {start} → {end}{said}")


def tools() -> dict[str, list[str]]:
    """Return the commands that can be run here; tach reads its source roots from the project."""
    found = {}
    if ruff := find_ruff():
        found["ruff"] = [ruff, "analyze", "graph", "--isolated", "."]
    if tach := shutil.which("tach"):
        found["tach"] = [tach, "map"]
    return found


if __name__ == "__main__":
    report(sys.argv[1])
