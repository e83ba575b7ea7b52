"""What the dependency graph of a project costs, beside `ruff analyze graph` in the same minute.

    python -m tests.benchmarks.graph PROJECT [PROCESSES]

Prints the shortest of some runs in milliseconds: from nothing to the whole graph (listing, reading,
scanning and resolving), one changed file, resolving alone, components, and the cycles with their
classes. Nothing is written into the project.
"""

import subprocess
import sys
from collections.abc import Callable
from functools import partial
from typing import Final

from engine.clock import SystemClock
from engine.search.code_facts import CodeFacts
from engine.search.complexity import find_ruff
from engine.search.graph.asking import Asking
from engine.search.graph.cycles import import_cycles
from engine.search.graph.graph import Graph
from engine.search.graph.scan import Scanned, imports
from engine.search.graph.strong import components
from engine.search.programs import find_beside

ROUNDS: Final = 3
CLOCK: Final = SystemClock()


def best_ms(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Return the shortest of several runs: what the work costs undisturbed."""

    def once() -> float:
        start = CLOCK.monotonic_s()
        work()
        return 1000 * (CLOCK.monotonic_s() - start)

    return min(once() for _ in range(rounds))


def fresh_facts(root: str, processes: int) -> CodeFacts:
    rg = find_beside("rg")
    assert rg is not None
    facts = CodeFacts(root, [rg, "--no-config", "--files", "--null"], processes=processes)
    facts.refresh()
    return facts


def build(root: str, processes: int) -> None:
    Asking(fresh_facts(root, processes))


def run_ruff(root: str) -> None:
    ruff = find_ruff()
    assert ruff is not None
    argv = [ruff, "analyze", "graph", "--isolated", "."]
    subprocess.run(argv, cwd=root, capture_output=True, check=True)


class Edits:
    """One file of a graph, changed over and over."""

    def __init__(self, facts: CodeFacts, share: float) -> None:
        """Take the file that has more imports than this share of all."""
        self.universe = facts.files
        self.scanned: dict[str, Scanned] = dict(facts.layer(imports))
        self.graph = Graph()
        self.graph.update(self.universe, self.scanned)
        self.graph.edges()
        by_imports = sorted(self.scanned, key=lambda path: len(self.scanned[path][1]))
        self.path = by_imports[int(share * (len(by_imports) - 1))]
        self.text = facts.text(self.path)

    def edit(self) -> None:
        """Scan and resolve the file, which gets one more import each time."""
        self.text += "\nimport os\n"
        self.scanned[self.path] = imports(self.path, self.text)
        self.graph.update(self.universe, self.scanned)
        self.graph.edges()

    def resolve_all(self) -> None:
        graph = Graph()
        graph.update(self.universe, self.scanned)
        graph.edges()


def main(root: str, processes: int) -> None:
    facts = fresh_facts(root, processes)
    asking = Asking(facts)
    view = asking.graph.view("import_time", parents=True)
    edits, heaviest = Edits(facts, 0.5), Edits(facts, 1.0)
    # By turns, so that a slow minute slows both.
    pairs = [
        (best_ms(partial(run_ruff, root), 1), best_ms(partial(build, root, processes), 1))
        for _ in range(ROUNDS)
    ]
    ruff, built = min(pair[0] for pair in pairs), min(pair[1] for pair in pairs)
    rows = {
        "ruff analyze graph": ruff,
        f"build, {processes} processes": built,
        "one changed file": best_ms(edits.edit),
        "the one with most imports": best_ms(heaviest.edit),
        "resolve all again": best_ms(edits.resolve_all),
        "components": best_ms(partial(components, view)),
        "cycles, classed": best_ms(
            lambda: import_cycles(asking.graph, asking.binds, lambda done, total: None)
        ),
    }
    print(f"{len(asking.graph.files)} Python files, {sum(1 for _ in asking.graph.edges())} edges")
    for what, time_ms in rows.items():
        print(f"{what:26} {time_ms:9.1f} ms")
    print(f"build / ruff: {built / ruff:.2f}")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 2)
