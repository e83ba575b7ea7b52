"""`bolt-tui trust [DIR] | --list | --revoke`: whose settings are taken; works without an engine."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from bolt_tui.printing import emit
from engine.clock import SystemClock
from engine.config import load
from engine.config.loading import project_text, trust
from engine.config.trust import Trust
from engine.evidence import Answer, Cell, Table, Understanding, clean
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
        answer = _revoked(kept, Path(named or "."))
    else:
        answer = _trusted(kept, resolve(named))
    emit(answer, arguments.output or "text")
    return 0


def _trusted(kept: Trust, project: Path) -> Answer:
    """Vouch for a project, and show what that lets it set."""
    text = project_text(project)
    claims = load(project).ignored
    kept.add(project, text, SystemClock().wall_s())
    rows = tuple((clean(item.name), clean(str(item.origin))) for item in claims)
    name = clean(str(project))
    said = f"{name} is trusted until its bolt.toml changes or it is moved"
    table = Table("It now sets for you", ("setting", "where"), rows)
    return _answer(said, *([table] if rows else []))


def _revoked(kept: Trust, project: Path) -> Answer:
    name = clean(str(project))
    if kept.revoke(project.expanduser()):
        return _answer(f"{name} is no longer trusted")
    return _answer(f"{name} was not trusted")


def _listed(kept: Trust) -> Answer:
    rows = tuple(_row(kept, one.path, one.since_s) for one in kept.all())
    said = f"{len(rows)} trusted project{'' if len(rows) == 1 else 's'}" if rows else "None trusted"
    return _answer(said, *([Table("Trusted", _TRUSTED, rows)] if rows else []))


def _row(kept: Trust, path: str, since_s: float) -> tuple[Cell, ...]:
    project = Path(path)
    doubt = kept.doubt(project, project_text(project))
    return clean(path), f"{datetime.fromtimestamp(since_s, UTC):%Y-%m-%d %H:%M} UTC", doubt or "yes"


def _answer(verdict: str, *sections: Table) -> Answer:
    return Answer(
        status="answered",
        level="full",
        query=Understanding("trust", "trust", "trust", {}, 1.0),
        verdict=verdict,
        sections=sections,
    )
