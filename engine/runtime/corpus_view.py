"""The project's files as the engine sees them: listed once in a while, and looked up by name."""

import subprocess
from pathlib import Path

import anyio

from engine.agents.router import Located
from engine.clock import Clock
from engine.evidence import clean
from engine.search.errors import RipgrepMissing, SearchError
from engine.search.ripgrep import find_ripgrep

_FRESH_S = 2.0
_ASK_S = 5.0


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
            program = find_ripgrep(self._configured)
            if self._configured and not _is_ripgrep(program):
                raise RipgrepMissing(self._configured)
            self._program = program
        return self._program

    async def files(self) -> tuple[str, ...]:
        """Return all files that a search looks at, relative to the project.

        Raises:
            SearchError: ripgrep is missing or can't list them.
        """
        async with self._lock:
            now = self._clock.monotonic_s()
            from engine.search.corpus import list_files  # start-up: many questions name no file

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
        from engine.search.corpus import resolve_path

        try:
            place = await resolve_path(str(self._project), named, files)
        except OSError:
            return Located(None)  # a name that this system can't even look up
        except SearchError as error:
            return Located(None, tuple(clean(path) for path in getattr(error, "nearest", ())))
        found, also = place.found, place.also
        if found is not None and (self._project / found).is_dir():
            if not _holds_python(found, files):  # perhaps a module of that name is meant
                other = await resolve_path(str(self._project), f"{named}.py", files)
                found = other.found or found
            return Located(found, also=also, is_folder=found == place.found)
        if found is not None and _names_package(found, named):
            return Located(found.rpartition("/")[0], also=also, is_folder=True)
        return Located(found, place.nearest, also)


def _holds_python(folder: str, files: tuple[str, ...]) -> bool:
    below = f"{folder.rstrip('/')}/"
    return any(file.startswith(below) and file.endswith((".py", ".pyi")) for file in files)


def _names_package(found: str, named: str) -> bool:
    """Whether a package was named by its own name, and not by the file that makes it one."""
    return found.endswith(("/__init__.py", "/__init__.pyi")) and "__init__" not in named


def _is_ripgrep(program: str) -> bool:
    """Whether a program that was named by hand says that it is ripgrep; else its silence would
    pass for "no match".
    """
    try:
        said = subprocess.run(
            [program, "--version"], capture_output=True, timeout=_ASK_S, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return said.stdout.startswith(b"ripgrep")


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a part of the name is longer than a name can be
        return False
