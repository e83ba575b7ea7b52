"""Where the alerts stand: <store>/alerts/standing.json, left by one evaluator to the next."""

from pathlib import Path
from typing import Final

from engine.alerts.errors import DamagedStanding
from engine.alerts.standing import Standing, decode
from engine.durable import replace_file

_NAME: Final = "standing.json"


def read(folder: Path) -> Standing:
    """Return what was left; nothing, where there was no evaluator yet.

    Raises:
        DamagedStanding: it can't be read, or is none.
    """
    path = folder / _NAME
    try:
        return decode(path.read_bytes())
    except FileNotFoundError:
        return Standing()
    except OSError as error:
        raise DamagedStanding(f"{path} can't be read: {error.strerror}") from error
    except DamagedStanding as error:
        raise DamagedStanding(f"{path}: {error}") from error


def write(folder: Path, standing: Standing) -> None:
    """Leave it to the next evaluator; when this returns it survives a power cut.

    Raises:
        OSError: what was there still is.
    """
    replace_file(folder / _NAME, standing.encode())


def put_aside(folder: Path) -> None:
    """Keep a file that can't be read, under another name.

    Raises:
        OSError: it stays where it is.
    """
    (folder / _NAME).replace(folder / f"damaged-{_NAME}")
