"""What starts and stops the units: systemd's user manager, and launchd."""

import os
import subprocess
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from bolt_tui.service import launchd, systemd

_PATIENCE_S: Final = 120.0
_TRIES, _AGAIN_S = 5, 0.5
Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """What a manager answered, and what remains to be done by hand."""

    said: str
    by_hand: tuple[Words, ...]


class Manager(Protocol):
    def start(self, changed: Sequence[str], every: Sequence[str]) -> Refused | None:
        """Let units run, those that changed as they are now; what runs already goes on."""

    def stop(self, units: Sequence[str]) -> Refused | None:
        """Let units run no more, now and after the next login; that they don't run is no error."""

    def forget(self, units: Sequence[str]) -> None:
        """Hear that the files of units are gone."""


class Systemd:
    """The user's own manager, over `systemctl --user`."""

    def start(self, changed: Sequence[str], every: Sequence[str]) -> Refused | None:
        units = systemd.started(every)
        steps = [_systemctl("enable", "--now", *units)]
        if changed:
            steps = [
                _systemctl("daemon-reload"),
                _systemctl("enable", *units),
                _systemctl("restart", *units),
            ]
        return _in_order(steps)

    def stop(self, units: Sequence[str]) -> Refused | None:
        stop = _systemctl("stop", *units)
        refused = _in_order([_systemctl("disable", *systemd.started(units)), stop])
        if refused is not None:
            # Their files go next, and with them what could be disabled.
            return Refused(refused.said, (stop,))
        # When a timer last elapsed is kept beside it, and forgotten only while its unit is there
        # (systemd.timer(5), Persistent=); where none elapsed yet this fails.
        timers = tuple(unit for unit in units if unit.endswith(".timer"))
        _ran(_systemctl("clean", "--what=state", *timers))
        return None

    def forget(self, units: Sequence[str]) -> None:
        _ran(_systemctl("daemon-reload"))
        _ran(_systemctl("reset-failed", *units))  # fails where none of them had failed


class Launchd:
    """The agents of the user's session, over `launchctl`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._domain = f"gui/{os.getuid()}"

    def start(self, changed: Sequence[str], every: Sequence[str]) -> Refused | None:
        steps = list[Words]()
        for name in every:
            target = self._target(name)
            if name in changed:
                _ran(("launchctl", "bootout", target))  # fails where it was not there
            elif _ran(("launchctl", "print", target)).code == 0:
                continue
            steps.append(("launchctl", "enable", target))
            steps.append(("launchctl", "bootstrap", self._domain, str(self._folder / name)))
        return _in_order(steps, tries=_TRIES)

    def stop(self, units: Sequence[str]) -> Refused | None:
        here = [one for one in map(self._target, units) if _is_loaded(one)]
        return _in_order([("launchctl", "bootout", target) for target in here])

    def forget(self, units: Sequence[str]) -> None:
        """launchd reads no file of its own accord before the next login."""

    def _target(self, name: str) -> str:
        return f"{self._domain}/{launchd.label_of(name)}"


@dataclass(frozen=True, slots=True)
class _Ran:
    code: int
    said: str


def _systemctl(*words: str) -> Words:
    return ("systemctl", "--user", *words)


def _is_loaded(target: str) -> bool:
    """Whether launchd knows an agent; where nobody can be asked it is taken to."""
    ran = _ran(("launchctl", "print", target))
    return ran.code in (0, _NO_PROGRAM)


def _in_order(steps: Iterable[Words], tries: int = 1) -> Refused | None:
    """Run commands until one fails.

    launchd may still be taking an agent away when it is asked to load it anew, hence `tries`.
    """
    left = list(steps)
    while left:
        ran = _ran(left[0])
        for _ in range(tries - 1):
            if ran.code in (0, _NO_PROGRAM):
                break
            time.sleep(_AGAIN_S)
            ran = _ran(left[0])
        if ran.code:
            return Refused(f"{' '.join(left[0][:3])}: {ran.said}", tuple(left))
        left.pop(0)
    return None


_NO_PROGRAM: Final = 127


def _ran(words: Words) -> _Ran:
    try:
        done = subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_PATIENCE_S,
            check=False,
        )
    except FileNotFoundError:
        return _Ran(_NO_PROGRAM, f"there is no {words[0]} here")
    except (OSError, subprocess.TimeoutExpired) as error:
        return _Ran(1, str(error))
    lines = done.stdout.decode(errors="replace").strip().splitlines()
    said = lines[0] if lines else f"it ended with code {done.returncode}"
    return _Ran(done.returncode, said)
