"""The folder that is worked on: found, checked, and named before anything is opened."""

import os
from pathlib import Path

from engine.errors import BadProject

MARK = "bolt.toml"


def resolve(named: str | None) -> Path:
    """Return the project's folder: the one named, or else the one that the user stands in.

    A named folder is taken as it is. Without a name it is the nearest folder upwards that holds a
    bolt.toml, and where none does the working folder. A .git above means nothing: what one stands
    in may be ignored there, as an environment's packages are.

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
        if (folder / MARK).is_file():
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
