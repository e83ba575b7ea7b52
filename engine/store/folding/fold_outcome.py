"""What came of a fold: the one line that its process writes."""

from msgspec import Struct


class Limits(Struct, frozen=True):
    """What a fold may keep: days counted back from the newest, bytes of parts.

    Days before the day `before` go however young their parts are: their user asked for it.
    """

    keep_days: int = 90
    max_bytes: int = 5_000_000_000
    before: str = ""


class Folded(Struct, frozen=True, tag="folded"):
    """Finished journals became parts; all zero where there was nothing to do.

    `journals` and `bytes` are what was read, `damaged` the lines that are no records, `foreign` the
    records that this program does not know. `rebuilt` says that the manifest had been lost, and
    `unreadable` has a sentence on each part that could not be read then, and can't since.
    """

    journals: int = 0
    records: int = 0
    parts: int = 0
    bytes: int = 0
    damaged: int = 0
    foreign: int = 0
    merged_days: tuple[str, ...] = ()
    dropped_days: tuple[str, ...] = ()
    rebuilt: bool = False
    unreadable: tuple[str, ...] = ()
    elapsed_ms: float = 0.0


class Busy(Struct, frozen=True, tag="busy"):
    """Another process folds this store; `who` it is, as far as it said."""

    who: str


class Failed(Struct, frozen=True, tag="failed"):
    """Nothing more was published; what was read stays where it is."""

    why: str


Outcome = Folded | Busy | Failed
