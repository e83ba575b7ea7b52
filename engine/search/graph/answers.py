"""What the questions about the graph answer, as JSON; paths are relative to the project's root."""

from typing import Literal, TypedDict

from engine.search.graph.broken import Reason
from engine.search.graph.cycles import CycleClass
from engine.search.graph.edges import View
from engine.search.imports import ImportKind
from engine.search.modules import Origin


class Step(TypedDict):
    """One import: `path` at `line` imports `imported`.

    `names` are taken out of it; `parent` marks a package that is only run on the way; `text` is the
    source line, fit for a terminal.
    """

    path: str
    line: int
    imported: str
    kind: ImportKind
    names: list[str]
    parent: bool
    text: str


class Passed(TypedDict):
    """An import that takes a file's names from another module, which imports them at `line`."""

    step: Step
    names: list[str]
    line: int


class Dependent(TypedDict):
    """A file at a distance; its import at `line` leads to `via`, which is one nearer."""

    path: str
    distance: int
    line: int
    via: str
    backup: bool


class State(TypedDict):
    """What the graph was made from; `edges` counts sure ones by kind, each line once a file."""

    files: int
    edges: dict[ImportKind, int]
    parents: int
    uncertain: int
    missing: int
    unread: int


class Importers(TypedDict):
    """Who imports a file or a folder's files; `total_…` count what a limit cut off too.

    `computed` counts the project's imports by call whose module is known at run time only.
    """

    asked: str
    direct: list[Step]
    total_direct: int
    files: int
    uncertain: list[Step]
    total_uncertain: int
    through: list[Passed]
    total_through: int
    transitive: list[Dependent]
    total_transitive: int
    computed: int
    unread: int


class OutsideImporters(TypedDict):
    """Who imports a module that is none of the project's; one step a line."""

    asked: str
    direct: list[Step]
    total_direct: int
    files: int
    computed: int
    unread: int


class ImportRow(TypedDict):
    """An import as written, with where it leads."""

    path: str
    line: int
    module: str
    names: list[str]
    kind: ImportKind
    origin: Origin
    paths: list[str]
    parents: list[str]


class Imports(TypedDict):
    """What a file or folder imports; `files` are those of the project that it surely reaches."""

    asked: str
    imports: list[ImportRow]
    total_imports: int
    files: list[str]
    transitive: list[Dependent]
    total_transitive: int


class ImpactAnswer(TypedDict):
    """What may break; `direct` counts the nearest of both lists."""

    asked: str
    direct: int
    modules: list[Dependent]
    total_modules: int
    tests: list[Dependent]
    total_tests: int
    through: list[Passed]
    total_through: int
    perhaps: list[Step]
    total_perhaps: int
    backups: int
    computed: int
    unread: int


class BiteRow(TypedDict):
    """A name taken too early: by the last step of `chain`, if `entry` is imported first."""

    name: str
    module: str
    bound: int
    entry: str
    certain: bool
    chain: list[Step]


class CycleRow(TypedDict):
    """See `engine.search.graph.cycles`."""

    kind: CycleClass
    files: list[str]
    total_files: int
    chain: list[Step]
    bites: list[BiteRow]
    failing: int
    tried: int
    backup: bool


class Cycles(TypedDict):
    asked: str | None
    cycles: list[CycleRow]
    deferred: list[CycleRow]
    total_files: int
    unread: int


class Path(TypedDict):
    """A shortest way; `view` and `parents` say which edges it took to find one.

    `back` is a way in the other direction, looked for in the same edges where there is no way.
    """

    start: str
    end: str
    steps: list[Step] | None
    view: View
    parents: bool
    back: list[Step] | None


class BrokenRow(TypedDict):
    """See `engine.search.graph.broken`."""

    path: str
    line: int
    module: str
    names: list[str]
    kind: ImportKind
    reason: Reason
    alike: str | None
    backup: bool
    text: str


class BrokenAnswer(TypedDict):
    asked: str | None
    broken: list[BrokenRow]
    total_broken: int
    live: int
    guarded: list[BrokenRow]
    total_guarded: int
    unread: int


class LayerRow(TypedDict):
    level: int
    files: int
    packages: list[tuple[str, int]]
    examples: list[str]


class Layers(TypedDict):
    """From the lowest up; copies are left out, and files outside of the folder asked about."""

    asked: str | None
    layers: list[LayerRow]
    knots: int
    backups: int


class CentralRow(TypedDict):
    """See `engine.search.graph.centrality`."""

    path: str
    importers: int
    imports: int
    dependents: int
    rank: float


class CentralAnswer(TypedDict):
    asked: str | None
    files: list[CentralRow]
    total: int
    backups: int


class OrphanRow(TypedDict):
    """See `engine.search.graph.orphans`."""

    path: str
    reason: str
    only: list[str]
    backup: bool


class Orphans(TypedDict):
    asked: str | None
    orphans: list[OrphanRow]
    total: int
    live: int
    files: int
    unread: int


class Overview(TypedDict):
    state: State
    backups: int
    tests: int
    levels: int
    cycles: dict[CycleClass, int]
    broken: int
    central: list[CentralRow]
    packages: list[tuple[str, str, int]]


class Export(TypedDict):
    """`text` in the format asked for; `left_out` counts what a limit cut off."""

    format: Literal["mermaid", "dot", "json", "tree"]
    asked: str | None
    text: str
    nodes: int
    edges: int
    left_out: int
