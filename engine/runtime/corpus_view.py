"""The project's files as the engine sees them: listed once in a while, and looked up by name."""

from pathlib import Path

import anyio

from engine.agents.router import Located
from engine.clock import Clock
from engine.evidence import clean
from engine.search.corpus import list_files, resolve_path
from engine.search.errors import SearchError
from engine.search.ripgrep import find_ripgrep

_FRESH_S = 2.0


class CorpusView:
    """A list of files that is a few seconds old at the most."""

    def __init__(self, project: Path, ripgrep: str, clock: Clock) -> None:
        self._project = project
        self._configured = ripgrep
        self._clock = clock
        self._program: str | None = None
        self._files: tuple[str, ...] = ()
        self._listed_s: float | None = None
        self._lock = anyio.Lock()

    def ripgrep(self) -> str:
        """Return the rg program.

        Raises:
            RipgrepMissing
        """
        if self._program is None:
            self._program = find_ripgrep(self._configured)
        return self._program

    async def files(self) -> tuple[str, ...]:
        """Return all files that a search looks at, relative to the project.

        Raises:
            SearchError: ripgrep is missing or can't list them.
        """
        async with self._lock:
            now = self._clock.monotonic_s()
            if self._listed_s is None or now - self._listed_s > _FRESH_S:
                self._files = await list_files(self.ripgrep(), str(self._project))
                self._listed_s = now
            return self._files

    async def locate(self, named: str) -> Located:
        """Look a file up as a query names it; without ripgrep only an exact path is found."""
        path = Path(named)
        if not path.is_absolute() and ".." not in path.parts and _is_file(self._project / path):
            return Located(Path(named).as_posix())
        try:
            files = await self.files()
        except SearchError:
            files = ()  # the tool that needs ripgrep says that it is missing
        try:
            place = await resolve_path(str(self._project), named, files)
        except OSError:
            return Located(None)  # a name that this system can't even look up
        except SearchError as error:
            return Located(None, tuple(clean(path) for path in getattr(error, "nearest", ())))
        is_folder = place.found is not None and (self._project / place.found).is_dir()
        return Located(place.found, place.nearest, place.also, is_folder)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a part of the name is longer than a name can be
        return False
