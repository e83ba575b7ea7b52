"""`bolt-tui trust [DIR] | --list | --revoke`: whose settings are taken; works without an engine."""

import argparse
import os
from datetime import UTC, datetime
from pathlib import Path

from bolt_tui.printing import emit
from engine.clock import SystemClock
from engine.config import ConfigError, load, options
from engine.config.loading import PROJECT_FILE, project_text, trust
from engine.config.trust import Trust
from engine.config.writing import shown
from engine.evidence import Answer, Cell, Table, Understanding, clean, counted
from engine.project import resolve

_TRUSTED = ("project", "since", "now")


def run(arguments: argparse.Namespace) -> int:
    """Carry out the action and return the exit code.

    Raises:
        BadProject, ConfigError.
    """
    kept = trust()
    named = arguments.folder or arguments.project
    if arguments.list:
        answer = _listed(kept)
    elif arguments.revoke:
        # Also one that is gone: its folder can't be found any more.
        answer = _revoked(kept, Path(named).expanduser() if named else resolve(None))
    else:
        answer = _trusted(kept, resolve(named))
    emit(answer, arguments.output or "text")
    return 0


def _trusted(kept: Trust, project: Path) -> Answer:
    """Vouch for a project, and show what that lets it set."""
    load(project)  # settings that can't be read aren't vouched for
    kept.add(project, project_text(project), SystemClock().wall_s())
    loaded, file = load(project), str(project / PROJECT_FILE)
    rows = tuple(
        (one.name, shown(getattr(getattr(loaded.config, one.section), one.key)))
        for one in options()
        if one.user_only and loaded.origins[one.name].place == file
    )
    said = f"{clean(str(project))} is trusted until its {PROJECT_FILE} changes or it is moved"
    return _answer(said, *([Table("It sets for you", ("setting", "value"), rows)] if rows else []))


def _revoked(kept: Trust, project: Path) -> Answer:
    name = clean(os.path.realpath(project))
    return _answer(
        f"{name} is no longer trusted" if kept.revoke(project) else f"{name} was not trusted"
    )


def _listed(kept: Trust) -> Answer:
    rows = tuple(_row(kept, one.path, one.since_s) for one in kept.all())
    said = counted(len(rows), "trusted project") if rows else "None trusted"
    return _answer(said, *([Table("Trusted", _TRUSTED, rows)] if rows else []))


def _row(kept: Trust, path: str, since_s: float) -> tuple[Cell, ...]:
    project = Path(path)
    try:
        doubt = kept.doubt(project, project_text(project))
    except ConfigError as error:
        doubt = str(error)
    return clean(path), f"{datetime.fromtimestamp(since_s, UTC):%Y-%m-%d %H:%M} UTC", doubt or "yes"


def _answer(verdict: str, *sections: Table) -> Answer:
    return Answer(
        status="answered",
        level="full",
        query=Understanding("trust", "trust", "trust", {}, 1.0),
        verdict=verdict,
        sections=sections,
    )
