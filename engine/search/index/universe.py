"""The files that a search looks at: exactly those that ripgrep lists."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from engine.search.errors import ScanFailed
from engine.search.listing import listing_of
from engine.search.rg_output import paths
from engine.search.ripgrep import BASE_FLAGS

_LIST_S: Final = 120.0
# ripgrep looks into a hidden file after all where a file type is asked for that it is of.
_DOTTED: Final = ("--type-add=dotted:.*", "--type=dotted")


@dataclass(frozen=True, slots=True)
class Universe:
    """Paths of files, in no order.

    Attributes:
        files: those that every search looks at.
        hidden: those that a search for a type of file looks at too.
    """

    files: frozenset[bytes]
    hidden: frozenset[bytes]


def list_universe(rg: str, root: str) -> Universe:
    """Return the files below `root`.

    Raises:
        ScanFailed: also where the folder is gone.
    """
    with ThreadPoolExecutor(1) as beside:
        dotted = beside.submit(_list, rg, root, _DOTTED)
        files = _list(rg, root, ())
        return Universe(files, dotted.result() - files)


def _list(rg: str, root: str, flags: tuple[str, ...]) -> frozenset[bytes]:
    ends = time.monotonic() + _LIST_S

    def in_time() -> None:
        if time.monotonic() > ends:
            raise ScanFailed(f"listing the files took longer than {_LIST_S:g} s")

    with listing_of([rg, *BASE_FLAGS, "--files", "--null", *flags], root) as listing:
        return frozenset(paths(listing.finish(in_time)))
