"""What the index's process is asked and what it answers, one JSON object a line each way.

An answer with `bytes` is followed by so many of them: two arrays of 32-bit numbers in the machine's
order, how many lines each of `paths` has and then all line numbers.
"""

from typing import Any, Literal, NotRequired, TypedDict


class Opening(TypedDict):
    """The first line: what to index. `follow` is whether the system tells of changes."""

    root: str
    rg: str
    limit_bytes: int
    follow: bool


class Request(TypedDict):
    """A search; `query` has the fields of TextQuery. `all` asks for every line, as numbers only.

    `sync` asks for no search: its answer comes when all changes on disk before it are taken up.
    """

    id: int
    query: NotRequired[dict[str, Any]]
    max_rows: NotRequired[int]
    all: NotRequired[bool]
    sync: NotRequired[bool]


class Withdrawal(TypedDict):
    cancel: int


Row = tuple[str, int, str]  # path, line from 1, text; both texts printable


class Answer(TypedDict):
    """`how` is `index`, or why only ripgrep can answer; `generation` grows as files come and go."""

    id: int
    how: str
    total: NotRequired[int]
    files: NotRequired[int]
    rows: NotRequired[list[Row]]
    binary: NotRequired[int]
    unreadable: NotRequired[int]
    generation: NotRequired[int]
    paths: NotRequired[list[str]]
    bytes: NotRequired[int]
    pattern_error: NotRequired[str]
    failed: NotRequired[str]


class State(TypedDict):
    """How far the index is, and how it learns of changes."""

    state: Literal["building", "ready", "off"]
    done: int
    total: int
    memory_bytes: int
    index_bytes: int
    text_bytes: int
    elapsed_ms: float
    reason: str
    follows: str


class Ended(TypedDict):
    """The process can't go on; another may."""

    ended: str
