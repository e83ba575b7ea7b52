"""Where the programs that this room runs are found."""

import shutil
import sys
import sysconfig
from pathlib import Path


def find_beside(name: str) -> str | None:
    """Return a program that a wheel put beside this interpreter, else one on PATH, else None."""
    for folder in (sysconfig.get_path("scripts"), str(Path(sys.executable).parent)):
        if folder and (found := shutil.which(name, path=folder)):
            return found
    return shutil.which(name)
