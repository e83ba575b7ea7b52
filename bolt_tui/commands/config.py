"""`bolt-tui config show | init | validate`: works without an engine."""

import argparse
from pathlib import Path

from bolt_tui.opening import Settings, settings
from bolt_tui.printing import emit
from engine.config import ConfigError, options, user_file
from engine.config.loading import PROJECT_FILE
from engine.config.writing import shown, template
from engine.evidence import Answer, Table, Understanding
from engine.project import resolve


def run(arguments: argparse.Namespace) -> int:
    """Carry out the action and return the exit code.

    Raises:
        BadProject, ConfigError.
    """
    output = arguments.output or "text"
    if arguments.action == "init":
        path = user_file() if arguments.user else resolve(arguments.project) / PROJECT_FILE
        answer = _init(path)
    elif arguments.action == "validate":
        answer = _validated(settings(arguments))
    else:
        answer = _shown(settings(arguments))
    emit(answer, output)
    return 0


def _init(path: Path) -> Answer:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(template())
    except FileExistsError as error:
        raise ConfigError(f"{path}: there is one already; it was left as it is") from error
    except OSError as error:
        raise ConfigError(f"{path}: can't be written: {error.strerror}") from error
    return _answer("config init", f"{path} was written; every setting in it is still the default")


def _validated(checked: Settings) -> Answer:
    from engine.alerts.rules import in_force

    in_force(checked.loaded)
    ignored = tuple((item.name, str(item.origin), item.why) for item in checked.loaded.ignored)
    said = (
        f"The settings are valid; {len(ignored)} ignored" if ignored else "The settings are valid"
    )
    table = Table("Ignored", ("setting", "where", "why"), ignored)
    return _answer("config validate", said, *([table] if ignored else []))


def _shown(checked: Settings) -> Answer:
    loaded = checked.loaded
    rows = tuple(
        (
            option.name,
            shown(getattr(getattr(loaded.config, option.section), option.key)),
            str(loaded.origins[option.name]),
        )
        for option in options()
    )
    changed = sum(origin.place != "default" for origin in loaded.origins.values())
    table = Table("Settings", ("setting", "value", "from"), rows)
    return _answer("config show", f"{len(rows)} settings, {changed} of them not the default", table)


def _answer(command: str, verdict: str, *sections: Table) -> Answer:
    return Answer(
        status="answered",
        level="full",
        query=Understanding(command, command, "config", {}, 1.0),
        verdict=verdict,
        sections=sections,
    )
