"""What the questions about structure answer, as JSON.

Paths are relative to the project's root; lines and columns count from 1. Each list is cut at the
question's `limit`, and `total` or the counts beside it say how many there are.
"""

from typing import Literal, TypedDict

Certainty = Literal["certain", "likely", "by name only"]


class DefinitionRow(TypedDict):
    """`marks`: what tells it from others of its name, as "overload" or "setter of x"."""

    path: str
    name: str
    kind: str
    line: int
    end_line: int
    place: str
    signature: str
    doc: str | None
    decorators: list[str]
    bases: list[str]
    marks: list[str]


class DefinitionsAnswer(TypedDict):
    name: str
    total: int
    definitions: list[DefinitionRow]
    alike: list[str]


class SubclassRow(TypedDict):
    """A class `depth` steps below `root`, of which `base` is the last; see SubclassesAnswer."""

    definition: DefinitionRow
    depth: int
    base: str
    root: str


class SubclassesAnswer(TypedDict):
    """What derives from the classes of a name, the nearest first.

    `roots` are those that something derives from, each with how many classes do so themselves: the
    place of its definition, or the dotted name of one from outside of the project. The root of the
    `unknown` direct ones is "": only the plain name of their base is the one asked for.
    """

    name: str
    total: int
    total_direct: int
    roots: list[tuple[str, int]]
    unknown: int
    subclasses: list[SubclassRow]


class ReferenceRow(TypedDict):
    path: str
    line: int
    column: int
    kind: str
    place: str
    text: str


class ReferencesAnswer(TypedDict):
    """`mentions` counts the name in strings and comments, in `mention_files` files."""

    name: str
    total: int
    files: int
    kinds: dict[str, int]
    references: list[ReferenceRow]
    mentions: int
    mention_files: int


class CallRow(TypedDict):
    """A call site; `inside` is the class or function around it, "" at the top of its module."""

    path: str
    line: int
    column: int
    inside: str
    place: str
    certainty: Certainty
    reason: str
    text: str


class CallersAnswer(TypedDict):
    """`others`: calls of the same name that mean another definition, left out of the rest."""

    name: str
    targets: list[DefinitionRow]
    total: int
    certainties: dict[str, int]
    calls: list[CallRow]
    uses: list[ReferenceRow]
    total_uses: int
    others: int


class CalledRow(TypedDict):
    """A call; where it leads, if that is in the project: `path`, `at_line` and `target`."""

    line: int
    column: int
    name: str
    certainty: Certainty
    path: str | None
    at_line: int | None
    target: str | None
    reason: str


class CallsAnswer(TypedDict):
    path: str
    name: str
    line: int
    total: int
    calls: list[CalledRow]


class DeadRow(TypedDict):
    path: str
    line: int
    end_line: int
    name: str
    kind: str
    certainty: str
    reason: str


class DeadAnswer(TypedDict):
    """`checked`: how many classes, functions and methods of live code were looked at."""

    checked: int
    total: int
    certainties: dict[str, int]
    candidates: list[DeadRow]
    only_tests: list[DeadRow]
    total_only_tests: int


class Fragment(TypedDict):
    path: str
    line: int
    end_line: int


class CloneRow(TypedDict):
    """Places with the same code; `lines` of code each, without blank, comment and import lines.

    `renamed` is False where names and literals are the same too.
    """

    lines: int
    renamed: bool
    copies: int
    places: list[Fragment]


class CopyRow(TypedDict):
    """Files of one folder (or one file) that are copies of those of another."""

    copy: str
    of: str
    files: int
    renamed: int


class DuplicatesAnswer(TypedDict):
    """`duplicated_lines`: lines of code in the second and later places of the classes."""

    files: int
    copied_files: int
    backup_files: int
    trees: list[CopyRow]
    total_trees: int
    total: int
    duplicated_lines: int
    clones: list[CloneRow]


class TouchRow(TypedDict):
    path: str
    line: int
    name: str
    certainty: Certainty
    uses: list[str]


class TestsAnswer(TypedDict):
    path: str
    total: int
    tests: list[TouchRow]
    untested: list[DefinitionRow]
    total_untested: int
    defined: int


class SizeRow(TypedDict):
    path: str
    line: int
    name: str
    lines: int


class ProjectAnswer(TypedDict):
    """Sizes of live code; of tests and backups only files and lines are counted."""

    files: int
    test_files: int
    backup_files: int
    lines: int
    test_lines: int
    backup_lines: int
    kinds: dict[str, int]
    longest: list[SizeRow]
    undocumented: list[str]
    total_undocumented: int
    todos: int
    todo_files: list[tuple[str, int]]
