"""The files that a search looks at: exactly those that ripgrep lists."""

import subprocess

from engine.search.errors import ScanFailed
from engine.search.rg_output import complaints, paths
from engine.search.ripgrep import BASE_FLAGS

_LIST_S = 120.0
_TROUBLE = 2


def list_universe(rg: str, root: str) -> list[bytes]:
    """Return the paths of all files below `root`, in no order.

    Raises:
        ScanFailed: also where the folder is gone.
    """
    argv = [rg, *BASE_FLAGS, "--files", "--null"]
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
    return paths(done.stdout)
