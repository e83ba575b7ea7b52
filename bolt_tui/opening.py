"""The project and its settings, checked before anything is opened: what every face begins with."""

import argparse
from pathlib import Path

from msgspec import Struct

from engine.config import ConfigError, Loaded, load
from engine.project import resolve


class Settings(Struct, frozen=True):
    """A folder that exists and settings that hold."""

    project: Path
    loaded: Loaded


def settings(arguments: argparse.Namespace) -> Settings:
    """Find the project and read its settings.

    Raises:
        BadProject, ConfigError.
    """
    project = resolve(arguments.project)
    flags = dict(_flag(text) for text in arguments.set or ())
    file = None if arguments.config is None else Path(arguments.config)
    return Settings(project, load(project, config_file=file, flags=flags))


def _flag(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise ConfigError(f"--set expects SECTION.KEY=VALUE, found {text!r}")
    return name, value
