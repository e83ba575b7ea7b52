"""The files that a search looks at: exactly those that ripgrep lists."""

import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from engine.search.errors import ScanFailed
from engine.search.rg_output import complaints, paths
from engine.search.ripgrep import BASE_FLAGS

_LIST_S: Final = 120.0
_TROUBLE: Final = 2
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
    argv = [rg, *BASE_FLAGS, "--files", "--null", *flags]
    try:
        done = subprocess.run(
            argv,
            cwd=root,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_LIST_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ScanFailed(f"listing the files took longer than {_LIST_S:g} s") from None
    except OSError as error:
        raise ScanFailed(f"the files can't be listed: {error.strerror or error}") from error
    if done.returncode == _TROUBLE and (cause := complaints(done.stderr)[1]):
        raise ScanFailed(cause)
    return frozenset(paths(done.stdout))
