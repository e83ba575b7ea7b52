"""Reads the settings from their sources, in order, and says where each came from."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.config import rollout
from engine.config.agreement import check_agreement
from engine.config.options import (
    ConfigError,
    Option,
    Value,
    find,
    found,
    nearest,
    options,
    sections,
)
from engine.config.origin import DEFAULT, Ignored, Origin
from engine.config.schema import Config
from engine.config.sources import Sources, stamp
from engine.config.trust import Trust

PROJECT_FILE = "bolt.toml"
PREFIX = "BOLT_"
_FOLDER = "XDG_CONFIG_HOME"


@dataclass(frozen=True, slots=True)
class Loaded:
    """The settings in force; `origins` has an entry for each option by its name."""

    config: Config
    origins: Mapping[str, Origin]
    ignored: tuple[Ignored, ...] = ()
    trusted: bool = False  # the user vouches for the project: what lies in it may be run
    sources: Sources | None = None  # None: put together by hand, there is nothing to read again


def user_file(environ: Mapping[str, str] = os.environ) -> Path:
    """Return where the user's own settings are, whether or not the file exists."""
    if folder := environ.get(_FOLDER):
        return Path(folder) / "bolt-tui" / "config.toml"
    from platformdirs import user_config_path  # costs 19 ms

    return user_config_path("bolt-tui", appauthor=False) / "config.toml"


def load(
    project: Path,
    *,
    config_file: Path | None = None,
    flags: Mapping[str, str] | None = None,
    environ: Mapping[str, str] = os.environ,
) -> Loaded:
    """Read all sources; `flags` maps option names to the texts given on the command line.

    Raises:
        ConfigError: a file can't be read or parsed, a key is unknown, a value is wrong, or two
            contradict each other.
    """
    sources = _sources(project, config_file, flags or {}, environ)
    values: dict[str, Value] = {}
    origins = {option.name: Origin(DEFAULT) for option in options()}
    ignored: list[Ignored] = []

    def take(option: Option, value: Value, origin: Origin) -> None:
        values[option.name] = value
        origins[option.name] = origin

    for path, doubt, text in _files(project, config_file, environ):
        for option, value, origin in _read_file(path, text):
            if option.user_only and doubt:
                why = f"only its user may set it, and {doubt}; see: bolt-tui trust"
                ignored.append(Ignored(option.name, origin, why))
            else:
                take(option, value, origin)
    variables, strange = _read_environment(environ)
    ignored += strange
    for option, value, origin in variables:
        take(option, value, origin)
    for name, text in (flags or {}).items():
        option = _known(name)
        take(option, _placed(option, text, f"--set {name}"), Origin("--set"))
    trusted = _is_trusted(project, environ)
    theirs = config_file is None and origins["rollout.phase"].place == str(project / PROJECT_FILE)
    phase = rollout.applied(values, origins, trusted=trusted or not theirs)
    config = _build(values | phase.values)
    origins |= dict.fromkeys(phase.values, phase.origin)
    check_agreement(config, origins)
    return Loaded(config, origins, (*ignored, *phase.ignored), trusted, sources)


def again(loaded: Loaded) -> Loaded:
    """Read the same sources once more; flags and variables are as they were given.

    Raises:
        ConfigError: as `load`.
    """
    if (of := loaded.sources) is None:
        return loaded
    return load(of.project, config_file=of.config_file, flags=of.flags, environ=of.environ)


def _sources(
    project: Path, config_file: Path | None, flags: Mapping[str, str], environ: Mapping[str, str]
) -> Sources:
    files = (
        user_file(environ),
        config_file or project / PROJECT_FILE,
        trust(environ).file(project),
    )
    names = (_FOLDER, *(option.variable for option in options()))  # no other: it may be a secret
    read = {name: environ[name] for name in names if name in environ}
    return Sources(project, config_file, dict(flags), read, files, stamp(files))


def trust(environ: Mapping[str, str] = os.environ) -> Trust:
    """Return the user's word on projects."""
    return Trust(user_file(environ).parent)


def project_text(project: Path) -> str:
    """Return the project's own settings as they are written, empty where it has none.

    Raises:
        ConfigError: they can't be read.
    """
    return _text(project / PROJECT_FILE) or ""


def _is_trusted(project: Path, environ: Mapping[str, str]) -> bool:
    try:
        return trust(environ).doubt(project, project_text(project)) is None
    except ConfigError:  # it isn't read for its settings here, another file was named
        return False


def _files(
    project: Path, config_file: Path | None, environ: Mapping[str, str]
) -> Iterator[tuple[Path, str | None, str]]:
    """Yield the files to read, the weakest first, why the user doesn't vouch for each, its text."""
    mine, here = user_file(environ), project / PROJECT_FILE
    if (text := _text(mine)) is not None:
        yield mine, None, text
    if config_file is not None:
        text = _text(config_file)
        if text is None:
            raise ConfigError(f"{config_file}: there is no such file")
        yield config_file, None, text
    elif (text := _text(here)) is not None:
        yield here, trust(environ).doubt(project, text), text


def _read_file(path: Path, text: str) -> Iterator[tuple[Option, Value, Origin]]:
    document = _parsed(path, text)
    names = [name for name, _, _ in sections()]
    for section, table in document.items():
        if section not in names:
            line = _line_of(text, section, None)
            known = ", ".join(f"[{name}]" for name in names)
            raise ConfigError(
                f"{Origin(str(path), line)}: unknown section [{section}]"
                f"{nearest(section, names, 0.6) or f'; expected one of {known}'}"
            )
        if not isinstance(table, dict):
            line = _line_of(text, section, None)
            raise ConfigError(
                f"{Origin(str(path), line)}: expected a section [{section}], found {found(table)}"
            )
        for key, value in table.items():
            origin = Origin(str(path), _line_of(text, section, key))
            option = find(section, key)
            if option is None:
                keys = [o.key for o in options() if o.section == section]
                raise ConfigError(
                    f'{origin}: unknown key "{key}" in [{section}]'
                    f"{nearest(key, keys) or '; expected one of ' + ', '.join(keys)}"
                )
            try:
                yield option, option.check(value), origin
            except ConfigError as error:
                raise ConfigError(f"{origin}: {option.name}: {error}") from error


def _parsed(path: Path, text: str) -> dict[str, object]:
    import tomllib  # start-up: 3 ms, only where there is a file

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: this is not valid TOML: {_lower(str(error))}") from error
    except RecursionError as error:
        raise ConfigError(f"{path}: this is not valid TOML: it is nested too deeply") from error
    except ValueError as error:  # a number with more digits than Python reads
        raise ConfigError(f"{path}: this can't be read as TOML: {_lower(str(error))}") from error


def _text(path: Path) -> str | None:
    """Return the file's text, or None: there is no such file."""
    try:
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except IsADirectoryError as error:
        raise ConfigError(f"{path}: this is a folder, expected a TOML file") from error
    except OSError as error:
        raise ConfigError(f"{path}: can't be read: {_lower(error.strerror or '')}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: is not UTF-8 text (byte {error.start})") from error


def _read_environment(
    environ: Mapping[str, str],
) -> tuple[list[tuple[Option, Value, Origin]], list[Ignored]]:
    taken, strange = [], []
    known = {option.variable: option for option in options()}
    for name, text in sorted(environ.items()):
        if not name.startswith(PREFIX):
            continue
        option = known.get(name)
        if option is not None:
            taken.append((option, _placed(option, text, name), Origin(name)))
        elif near := _meant(name, known):
            why = f"there is no such setting{near}"
            strange.append(Ignored(name, Origin("environment"), why))
    return taken, strange


def _meant(name: str, known: Iterable[str]) -> str:
    """Return a hint for a variable that is ours but for its spelling; others may be anyone's."""
    ours = name.removeprefix(PREFIX).partition("_")[0].lower() in {o.section for o in options()}
    return nearest(name, known, alike=0.5 if ours else 0.85)


def _placed(option: Option, text: str, place: str) -> Value:
    try:
        return option.parse(text)
    except ConfigError as error:
        raise ConfigError(f"{place}: {error}") from error


def _known(name: str) -> Option:
    section, _, key = name.partition(".")
    option = find(section, key)
    if option is None:
        raise ConfigError(
            f'unknown setting "{name}"{nearest(name, [o.name for o in options()], 0.65)}'
        )
    return option


def _build(values: Mapping[str, Value]) -> Config:
    tables = {}
    for name, _, kind in sections():
        keys = [o for o in options() if o.section == name and o.name in values]
        tables[name] = kind(**{o.key: values[o.name] for o in keys})
    return Config(**tables)


def _line_of(text: str, section: str, key: str | None) -> int | None:
    """Return the line, from 1, where the section begins or sets the key; None if not plain.

    A key is set by `key =` below `[section]`, by `[section.key]`, or at the top of the file by
    `section.key =` or within `section = {…}`.
    """
    named, of = rf"""["']?{re.escape(section)}["']?""", rf"""["']?{re.escape(key or "")}["']?"""
    header = re.compile(rf"\s*\[{{1,2}}\s*{named}\s*[].]")
    own_header = re.compile(rf"\s*\[\s*{named}\s*\.\s*{of}\s*[].]")
    below = re.compile(rf"\s*{of}\s*[=.]")
    at_top = re.compile(rf"\s*{named}\s*(\.\s*{of}\s*[=.]|=)" if key else rf"\s*{named}\s*[=.]")
    where = "top"
    for number, line in enumerate(text.split("\n"), start=1):
        if line.lstrip().startswith("["):
            where = "section" if header.match(line) else "elsewhere"
            if where == "section" and (key is None or own_header.match(line)):
                return number
        elif (where == "top" and at_top.match(line)) or (
            where == "section" and key is not None and below.match(line)
        ):
            return number
    return None


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
