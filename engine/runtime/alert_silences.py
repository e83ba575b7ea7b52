"""Who is silenced now: the silences' folder, looked at again and again by every session.

The folder is the truth: whoever writes there is seen by all within seconds.
"""

import getpass
import secrets
from collections.abc import Mapping
from math import floor
from pathlib import Path

from msgspec.structs import replace

from engine.alerts import silences
from engine.alerts.silence import Made, Silence, silence, standing
from engine.alerts.silences import Lasting
from engine.clock import Clock
from engine.events import SilenceChanged

TIDY_S = 3600.0


class SilenceWatch:
    """Knows which silences last. `look` and what writes are blocking work of a millisecond."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.lasting: tuple[Silence, ...] = ()
        self.damaged: tuple[str, ...] = ()
        self._folder, self._clock = folder, clock
        self._lasts = Lasting()
        self._tidied_s = clock.monotonic_s()

    def look(self) -> tuple[SilenceChanged, ...]:
        """Return what began and what ended since the last look.

        Raises:
            OSError: the folder can't be read; what lasted goes on.
        """
        found = silences.read(self._folder)
        self.damaged = found.damaged
        now_s, wall_s = self._clock.sleepless_s(), self._clock.wall_s()
        before = {one.id: one for one in self.lasting}
        self.lasting = self._lasts.now(found.silences, now_s, wall_s)
        now = {one.id: one for one in self.lasting}
        known = {one.id: one for one in found.silences}
        over = [known.get(name, one) for name, one in before.items() if name not in now]
        begun = [one for name, one in now.items() if before.get(name) != one]
        return (
            *(silences.told(one) for one in begun),
            *(_over(silences.told(one), wall_s) for one in over),
        )

    def add(self, matchers: Mapping[str, str], for_s: float, reason: str) -> Made:
        """Silence what fits, from this full second on, so that its end reads alike everywhere.

        Raises:
            BadSilence, OSError.
        """
        now_s, name = float(floor(self._clock.wall_s())), secrets.token_hex(4)
        made = silence(name, matchers, now_s, for_s, by=_user(), reason=reason)
        lasting = [one for one in silences.read(self._folder).silences if one.left_s(now_s) > 0]
        silences.add(self._folder, made)
        return Made(made, standing(lasting, made.matchers))

    def end(self, name: str) -> None:
        """End a silence before its time.

        Raises:
            UnknownSilence, OSError.
        """
        silences.end(self._folder, name, self._clock.wall_s())

    def tidy(self) -> None:
        """Remove now and then what ended long ago.

        Raises:
            OSError: one can't be removed.
        """
        if self._clock.monotonic_s() - self._tidied_s > TIDY_S:
            self._tidied_s = self._clock.monotonic_s()
            silences.tidy(self._folder, self._clock.wall_s())


def _over(told: SilenceChanged, wall_s: float) -> SilenceChanged:
    return replace(told, ended=True, until_s=min(told.until_s, wall_s))


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""  # a container's user need not have a name
