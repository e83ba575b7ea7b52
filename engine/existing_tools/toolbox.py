"""The user's own commands, and the system's rg, grep and ps: found, run, and limited."""

import os
import re
import shutil
import sysconfig
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from engine.config import ExistingTools
from engine.evidence import Evidence, clean
from engine.existing_tools.output import Command, NoTool, ToolFailed, Wanted, evidence, line_of
from engine.process import OutputTooLarge, ProcessError, ProcessTimedOut
from engine.process import run as run_process

_PLACEHOLDER: Final = re.compile(r"\{(query|path)\}")
# No pager, no question, no colour: there is nobody to see or to answer.
_SURROUNDINGS: Final = {
    "PAGER": "cat",
    "GIT_PAGER": "cat",
    "GIT_TERMINAL_PROMPT": "0",
    "TERM": "dumb",
    "NO_COLOR": "1",
}
SEARCH: Final = "search"
MACHINE: Final = "status"


@dataclass(frozen=True, slots=True)
class ExistingToolbox:
    """The tools of one user in one project.

    `trusted` says that the user vouches for what lies in the project: a program that is named by a
    relative path lies there, and is run only then.
    """

    settings: ExistingTools
    project: Path
    trusted: bool = False

    async def answer(self, wanted: Wanted, *, without: frozenset[str] = frozenset()) -> Evidence:
        """Return what the first tool gives that works: the user's, then the system's.

        `without` names programs of the system that are known not to work.

        Raises:
            ToolFailed: none gave anything.
        """
        failed: list[str] = []
        for command in self._commands(wanted, without, failed):
            try:
                return _noting(await self._run(command, wanted), failed)
            except ToolFailed as error:
                failed.append(str(error))
        if failed:
            raise ToolFailed("; ".join(failed))
        raise NoTool(wanted.kind)

    def _commands(
        self, wanted: Wanted, without: frozenset[str], failed: list[str]
    ) -> Iterator[Command]:
        if wanted.kind in self.settings.commands:
            try:
                yield self._users(wanted)
            except ToolFailed as error:
                failed.append(str(error))
        if wanted.kind == SEARCH and wanted.query:
            yield from _searches(wanted, without)
        if wanted.kind == MACHINE and (ps := _on_path("ps")) is not None:
            yield Command("ps", (ps, "-axo", "pid=,pcpu=,rss=,comm="))

    def _users(self, wanted: Wanted) -> Command:
        first, *rest = self.settings.commands[wanted.kind]
        place = f"existing_tools.commands.{wanted.kind}"
        given = {"query": wanted.query, "path": wanted.path or "."}
        if not wanted.query and any("{query}" in argument for argument in rest):
            raise ToolFailed(f"{place}: it takes a {{query}}, and nothing is named to look for")
        arguments = [_PLACEHOLDER.sub(lambda m: given[m[1]], one) for one in rest]
        return Command("own", (self._program(place, first), *arguments))

    def _program(self, place: str, name: str) -> str:
        """Return the path of the user's program; one in the project only where it is trusted."""
        if os.sep not in name:
            found = _on_path(name)
            if found is None:
                raise ToolFailed(f'{place}: "{clean(name)}" was not found on PATH; put it right')
            return found
        path = Path(name).expanduser()
        if not path.is_absolute() and not self.trusted:
            raise ToolFailed(
                f'{place}: "{clean(name)}" lies in the project, which is not trusted; '
                "give its whole path, or trust the project: bolt-tui trust"
            )
        return str(self.project / path)

    async def _run(self, command: Command, wanted: Wanted) -> Evidence:
        name, cut = clean(Path(command.argv[0]).name), ""
        try:
            done = await run_process(
                command.argv,
                cwd=self.project,
                env={**os.environ, **_SURROUNDINGS},
                timeout_s=self.settings.timeout_s,
                max_output_bytes=self.settings.max_output_kb * 1024,
            )
            written, status, complaint = done.stdout, done.returncode, done.stderr
        except OutputTooLarge as error:
            written, status, complaint = error.written, 0, b""
            cut = f"{name}'s output is cut at {self.settings.max_output_kb:,} KiB"
        except ProcessTimedOut as error:
            written, status, complaint = error.written, 0, b""
            cut = f"{name} was ended after {self.settings.timeout_s:g} s, this is what it wrote"
            if not written:
                raise ToolFailed(str(error)) from error
        except ProcessError as error:
            raise ToolFailed(str(error)) from error
        if not written and status not in (0, 1):
            said = _last(complaint)
            raise ToolFailed(f"{name} ended with status {status}{said and f': {said}'}")
        return evidence(command, wanted, written, cut or _oddly_ended(name, status, written))


def _searches(wanted: Wanted, without: frozenset[str]) -> Iterator[Command]:
    """Yield the system's ways to look for a text, with what the query asks beside it."""
    whole = ("-w",) if wanted.word else ()
    end = (*whole, "-e", wanted.query, "--", *(wanted.paths or (wanted.path or ".",)))
    if "rg" not in without and (rg := _on_path("rg", sysconfig.get_path("scripts"))) is not None:
        literal = () if wanted.regex else ("--fixed-strings",)
        flags = ("--no-config", "--color=never", "--no-messages", "--null", "-nH")
        yield Command("lines", (rg, *flags, *literal, *wanted.options, *end))
    grep = None if "grep" in without else _on_path("grep")
    if grep is not None and (options := _for_grep(wanted)) is not None:
        how = "-rnHEIs" if wanted.regex else "-rnHFIs"
        yield Command("lines", (grep, how, *options, "--null", "--exclude-dir=.git", *end))


def _for_grep(wanted: Wanted) -> tuple[str, ...] | None:
    """Return the options as grep has them; None where it has none like that."""
    taken = []
    for option in wanted.options:
        if option == "--ignore-case" or (option == "--smart-case" and wanted.query.islower()):
            taken.append("-i")
        elif option != "--smart-case":
            return None
    return tuple(taken)


def _oddly_ended(name: str, status: int, written: bytes) -> str:
    return f"{name} ended with status {status}" if written and status not in (0, 1) else ""


def _noting(evidence: Evidence, failed: Sequence[str]) -> Evidence:
    return replace(evidence, lacks="; ".join([evidence.lacks or "", *failed]))


def _last(complaint: bytes) -> str:
    lines = [line for raw in complaint.splitlines() if (line := line_of(raw).strip())]
    return lines[-1] if lines else ""


def _on_path(name: str, folder: str | None = None) -> str | None:
    """Return a program of the user's PATH; a relative entry of it could lie in the project."""
    entries = [folder or "", *os.environ.get("PATH", os.defpath).split(os.pathsep)]
    return shutil.which(name, path=os.pathsep.join(filter(os.path.isabs, entries)))
