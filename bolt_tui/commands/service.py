"""`bolt-tui service print | install | remove`: keep the program running, and its calendar.

Exit codes: 0 it is as asked for; 1 it could not be done, or the units lie there and were not
started; 2 usage.
"""

import argparse
import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bolt_tui.opening import settings
from bolt_tui.printing import EXIT, emit, note, write
from bolt_tui.refusing import OutputError
from bolt_tui.service import launchd, placing, systemd
from bolt_tui.service.jobs import Program
from bolt_tui.service.managers import Launchd, Manager, Refused, Systemd
from bolt_tui.service.placing import Placed
from bolt_tui.service.watched import watched
from engine.checks.service_units import Kind, kind_here, units_folder
from engine.errors import BadQuery
from engine.evidence import Answer, Section, Status, Table, Text, Understanding, clean
from engine.store.folder import store_folder

_SEARCHED = ("~/.local/bin", "/opt/homebrew/bin", "/usr/local/bin", "/usr/bin", "/bin")
_PASSED_ON = ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME")
_LINGER = "it runs while you are logged in; to let it run always: loginctl enable-linger"


@dataclass(frozen=True, slots=True)
class Place:
    """Where units go, and who starts and stops them; nobody where a folder was named."""

    kind: Kind
    folder: Path
    manager: Manager | None


@dataclass(frozen=True, slots=True)
class Service:
    """What the units start, and for launchd where its output goes."""

    program: Program
    project: Path
    logs: Path

    def units(self, place: Place) -> dict[str, bytes]:
        """Return every unit by name.

        Raises:
            BadQuery: a path can't be written into one.
            OutputError: what is there already can't be read.
        """
        made = placing.folders_to_make(place.kind, place.folder)
        if place.kind == "systemd":
            return systemd.units(self.program, made)
        return launchd.agents(self.program, self.logs, made)


def run(arguments: argparse.Namespace) -> int:
    """Carry out the action and return the exit code.

    Raises:
        BadProject, ConfigError, BadQuery.
        OutputError: it could not be done.
    """
    place = _place(arguments)
    if arguments.action == "remove":
        answer = _remove(place)
    else:
        service = _service(arguments)
        if arguments.action == "print" and arguments.output is None:
            write(_listing(place, service.units(place)))
            return 0
        answer = (_install if arguments.action == "install" else _print)(place, service)
    emit(answer, arguments.output or "text")
    return EXIT[answer.status]


def _place(arguments: argparse.Namespace) -> Place:
    """Return where the units are or go; to remove them takes no project and no settings.

    Raises:
        BadQuery: there is no such service on this system.
    """
    here = kind_here()
    kind: Kind | None = arguments.kind or here
    if kind is None:
        raise BadQuery(
            f"what starts services on {sys.platform} is not known; choose --kind systemd or launchd"
        )
    if arguments.dir is not None:
        return Place(kind, Path(arguments.dir).expanduser().absolute(), None)
    if kind != here and arguments.action != "print":
        raise BadQuery(f"there is no {kind} on {sys.platform}; say with --dir where its units go")
    folder = units_folder(kind)
    return Place(kind, folder, Systemd() if kind == "systemd" else Launchd(folder))


def _service(arguments: argparse.Namespace) -> Service:
    """Return what is to be started; a project or settings that it could not open are refused.

    Raises:
        BadProject, ConfigError.
    """
    checked = settings(arguments)
    store = store_folder(checked.loaded.config.store.folder)
    return Service(_program(arguments, checked.project), checked.project, store / "logs")


def _program(arguments: argparse.Namespace, project: Path) -> Program:
    words = [*_start(), "-C", str(project)]
    if arguments.config is not None:
        words += ["--config", str(Path(arguments.config).expanduser().absolute())]
    for setting in arguments.set or ():
        words += ["--set", setting]
    folders = dict.fromkeys([str(Path(words[0]).parent), *map(os.path.expanduser, _SEARCHED)])
    known = {"PATH": os.pathsep.join(folders)}
    known |= {name: os.environ[name] for name in _PASSED_ON if os.environ.get(name)}
    if _checkout():
        known["PYTHONPATH"] = str(_root())
    return Program(tuple(words), tuple(known.items()), _secrets(os.environ))


def _start() -> tuple[str, ...]:
    """Return the words that start this very program, from wherever."""
    if _checkout():
        return (os.path.abspath(sys.executable), "-m", "bolt_tui")  # noqa: PTH100 - links stay
    return (str(_script()),) if _script().is_file() else (sys.executable, "-m", "bolt_tui")


def _checkout() -> bool:
    """Whether this program runs from its source folder and is not installed."""
    return not _script().is_file() and (_root() / "pyproject.toml").is_file()


def _script() -> Path:
    return Path(sys.executable).absolute().with_name("bolt-tui")


def _root() -> Path:
    return Path(__file__).resolve().parents[2]


def _secrets(environ: Mapping[str, str]) -> Path:
    named = Path(environ.get("XDG_CONFIG_HOME") or "")
    return (named if named.is_absolute() else Path.home() / ".config") / "bolt-tui" / "environment"


def _print(place: Place, service: Service) -> Answer:
    units = service.units(place)
    sections = (Text(str(place.folder / name), text.decode()) for name, text in units.items())
    return _answer("print", f"{len(units)} units; nothing was written", "answered", *sections)


def _listing(place: Place, units: Mapping[str, bytes]) -> bytes:
    """Return all units, each behind a comment with its path."""
    begin, end = ("# ", "") if place.kind == "systemd" else ("<!-- ", " -->")
    paths = {name: clean(str(place.folder / name)) for name in units}
    return b"\n".join(f"{begin}{paths[name]}{end}\n".encode() + units[name] for name in units)


def _install(place: Place, service: Service) -> Answer:
    units = service.units(place)
    for name in sorted(name for name in os.environ if name.startswith("BOLT_")):
        note(f"{name} is set here and not for the service: put it into {service.program.secrets}")
    before = watched(place.kind, placing.found(place.kind, place.folder))
    done = _put(place, service, units)
    words = "written" if done.written else "already as they should be"
    said = f"{len(done.written) or len(units)} units for {clean(str(service.project))} are {words} "
    said += f"in {clean(str(place.folder))}"
    if done.deleted:
        said += f", {len(done.deleted)} old ones are deleted"
    if before is not None and before != str(service.project):
        said += f"; it watched {clean(before)} until now"
    rows = [(name, "written" if name in done.written else "as it should be") for name in units]
    table = Table("Units", ("unit", "what became of it"), (*rows, *_gone(done.deleted)))
    if place.manager is None:
        return _answer("install", f"{said}; nothing was started", "answered", table)
    if refused := place.manager.start(done.written, tuple(units)):
        return _not_done("install", f"{said}, and were not started", refused, table)
    also = (_LINGER,) if place.kind == "systemd" else ()
    return _answer("install", f"{said}, and run", "answered", table, assumptions=also)


def _put(place: Place, service: Service, units: Mapping[str, bytes]) -> Placed:
    """Put the units in place, for launchd with the folder of their logs: it makes files only.

    Raises:
        OutputError: everything is as it was.
    """
    if place.kind == "launchd":
        try:
            service.logs.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            said = f"{service.logs} can't be made for the logs: {error.strerror}"
            raise OutputError(said) from error
    try:
        return placing.place(place.kind, place.folder, units)
    except OutputError:
        if place.kind == "launchd":
            placing.drop_logs_folder(service.logs)
        raise


def _remove(place: Place) -> Answer:
    units = placing.found(place.kind, place.folder)
    if not units:
        said = f"There is nothing of the service in {clean(str(place.folder))}"
        return _answer("remove", said, "answered")
    refused = place.manager.stop(tuple(units)) if place.manager else None
    placing.take_away(place.folder, units)
    if place.kind == "launchd":
        placing.take_logs(tuple(log for text in units.values() for log in launchd.logs_of(text)))
    table = Table("Units", ("unit", "what became of it"), _gone(tuple(units)))
    said = f"{len(units)} units are deleted from {clean(str(place.folder))}"
    if refused:
        return _not_done("remove", f"{said}; what runs could not be stopped", refused, table)
    if place.manager:
        place.manager.forget(tuple(units))
        said += ", and stopped"
    return _answer("remove", said, "answered", table)


def _gone(names: Sequence[str]) -> tuple[tuple[str, str], ...]:
    return tuple((name, "deleted") for name in names)


def _not_done(action: str, said: str, refused: Refused, table: Table) -> Answer:
    lines = "\n".join(clean(shlex.join(words)) for words in refused.by_hand)
    status: Status = "failed" if action == "install" else "degraded"
    said = f"{said}: {clean(refused.said)}"
    return _answer(action, said, status, table, Text("To be run by hand", lines))


def _answer(
    action: str,
    verdict: str,
    status: Status,
    *sections: Section,
    assumptions: tuple[str, ...] = (),
) -> Answer:
    words = f"service {action}"
    return Answer(
        status=status,
        level="full",
        query=Understanding(words, words, "service", {}, 1.0),
        verdict=verdict,
        sections=sections,
        assumptions=assumptions,
    )
