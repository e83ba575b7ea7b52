"""The folder that is worked on: found, checked, and named before anything is opened."""

import os
from pathlib import Path

from engine.errors import BadProject

_MARKS = ("bolt.toml", ".git")


def resolve(named: str | None) -> Path:
    """Return the project's folder: the one named, or the nearest above that looks like a project.

    A named folder is taken as it is. Without a name the working folder counts, or the first folder
    above it that holds a bolt.toml or a .git.

    Raises:
        BadProject: it doesn't exist, is no folder, or can't be read.
    """
    if named is not None:
        return _checked(Path(named), named)
    try:
        here = Path.cwd()
    except FileNotFoundError as error:
        raise BadProject("the working folder was deleted; name a project with -C") from error
    for folder in (here, *here.parents):
        if any((folder / mark).exists() for mark in _MARKS):
            return _checked(folder, str(folder))
    return _checked(here, str(here))


def _checked(path: Path, named: str) -> Path:
    try:
        real = path.expanduser().resolve(strict=True)
    except FileNotFoundError as error:
        raise BadProject(f"the project folder {named} does not exist") from error
    except (OSError, RuntimeError) as error:
        raise BadProject(f"the project folder {named} can't be reached: {error}") from error
    if not real.is_dir():
        raise BadProject(f"the project {named} is a file, expected a folder")
    if not os.access(real, os.R_OK | os.X_OK):
        raise BadProject(f"the project folder {named} can't be read by this user")
    return real
