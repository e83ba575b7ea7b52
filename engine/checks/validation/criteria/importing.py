"""Who imports a module, found a second way: Python's own parser, and names by their full path.

An import whose name is only the end of a path may mean that file or another, by where Python is
told to look: it counts neither as right nor as wrong.
"""

import ast
import re
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from engine.checks.validation.criteria.sample import Sample
from engine.checks.validation.criteria.shown import Shown, judged, listed, unproven
from engine.evidence import Answer, Findings
from engine.runtime import Engine

_TARGETS: Final = 4
_MOST: Final = 40
_IMPORTS: Final = re.compile(rb"^[ \t]*(?:from|import)[ \t].*$", re.MULTILINE)
_NAMES: Final = re.compile(rb"\w+")
_ROOTS: Final = ("src", "lib", "python")


@dataclass(frozen=True, slots=True)
class Importers:
    """Of one module: who imports it for sure, and who perhaps does."""

    target: str
    sure: frozenset[str]
    perhaps: frozenset[str]


def targets(root: Path, files: Sequence[str]) -> list[Importers]:
    """Return the modules that most imports may name, with their importers; it blocks."""
    modules = [name for name in files if name.endswith(".py")]
    named = {name: _named(root / name) for name in modules}
    counts = Counter(word for words in named.values() for word in words)
    by_stem = defaultdict(list)
    for name in modules:
        by_stem[PurePosixPath(name).stem].append(name)
    chosen = [
        paths[0]
        for stem, paths in by_stem.items()
        if len(paths) == 1 and "/" in paths[0] and 1 < counts[stem.encode()] <= _MOST
    ]
    chosen.sort(key=lambda name: (-counts[PurePosixPath(name).stem.encode()], name))
    return [_importers(root, name, named) for name in chosen[:_TARGETS]]


def _named(path: Path) -> set[bytes]:
    """Return the words of a file's import lines, and of lines that may go on one."""
    try:
        data = path.read_bytes()
    except OSError:
        return set()
    if b"import" not in data:
        return set()
    return {word for line in _IMPORTS.findall(data) for word in _NAMES.findall(line)}


def _importers(root: Path, target: str, named: dict[str, set[bytes]]) -> Importers:
    stem = PurePosixPath(target).stem.encode()
    sure, perhaps = set[str](), set[str]()
    for name in named:
        if name == target:
            continue
        try:
            data = (root / name).read_bytes()
            if stem not in data:
                continue
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(data)
        except (OSError, SyntaxError, ValueError, RecursionError):
            perhaps.add(name)  # it can't be read this way
            continue
        found = {_meaning(module, target) for module in _modules(tree, name)}
        if "it" in found:
            sure.add(name)
        elif "perhaps" in found:
            perhaps.add(name)
    return Importers(target, frozenset(sure), frozenset(perhaps))


def _modules(tree: ast.AST, name: str) -> Iterator[tuple[str, ...]]:
    """Yield what a file imports, as paths from the root or as dotted names, in parts."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (tuple(alias.name.split(".")) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = tuple((node.module or "").split(".")) if node.module else ()
            if node.level:
                folder = PurePosixPath(name).parts[: -node.level]
                base = ("", *folder, *base)  # an empty first part: the whole path
            yield base
            yield from ((*base, alias.name) for alias in node.names)


def _meaning(module: tuple[str, ...], target: str) -> str:
    whole = PurePosixPath(target).with_suffix("").parts
    if module[:1] == ("",):
        return "it" if module[1:] == whole else "no"
    if module == whole or (whole[0] in _ROOTS and module == whole[1:]):
        return "it"
    return "perhaps" if module and whole[-len(module) :] == module else "no"


async def compare(engine: Engine, sample: Sample, known: Iterable[Importers]) -> Shown:
    """Ask for the importers of each and hold the answers against what is known."""
    problems, edges, asked = list[str](), 0, 0
    for one in known:
        asked += 1
        edges += len(one.sure)
        problems += differences(one, await engine.ask(f":importers {one.target}"), sample)
    if not edges:
        return unproven("this project has no Python modules that import each other", "no imports")
    figure = f"{edges} importers of {asked} modules, {len(problems)} differ"
    proof = "compared with Python's own parser and names by their full path"
    return judged(not problems, figure, listed(problems) or proof)


def differences(known: Importers, answer: Answer, sample: Sample) -> list[str]:
    """Return how an answer differs from what is known, in sentences."""
    if answer.status not in ("answered", "nothing_found"):
        return [f"{known.target} was {answer.status}: {answer.verdict}"]
    lists = [one for one in answer.sections if isinstance(one, Findings)]
    found = {item.path for one in lists if one.title == "Imported by" for item in one.items}
    differing = sorted(
        name
        for name in (known.sure - found) | (found - known.sure - known.perhaps)
        if not sample.changed(name)
    )
    return [
        f"{name} imports {known.target}, which it misses"
        if name in known.sure
        else f"only it says that {name} imports {known.target}"
        for name in differing
    ]
