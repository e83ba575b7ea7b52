"""Colours: the palettes in `themes/` and the styles that panes draw with."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from rich.style import Style
from textual.theme import Theme

OWN_THEMES = ("bolt-dark", "bolt-light")

# What a theme of another maker lacks, from the variables that each has.
FALLBACKS = {
    "ink-quiet": "ansi_default",
    "ink-good": "ansi_cyan",
    "ink-warn": "ansi_yellow",
    "ink-bad": "ansi_red",
    "ink-accent": "ansi_blue",
    "ink-graph": "ansi_blue",
    "ink-second": "ansi_yellow",
    "ink-on-badge": "ansi_black",
    "line": "ansi_bright_black",
    "line-focus": "ansi_blue",
}


@cache
def themes_folder() -> Path:
    """Return where palettes and stylesheet lie: in the installed package, or in a checkout."""
    package = Path(__file__).parent
    installed = package / "themes"
    return installed if installed.is_dir() else package.parent / "themes"


def load_themes() -> list[Theme]:
    """Read the palettes that ship with the program."""
    return [read_theme(themes_folder() / f"{name}.toml") for name in ("dark", "light")]


def read_theme(path: Path) -> Theme:
    """Read one palette."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return Theme(
        name=table["name"], dark=table["dark"], variables=table["variables"], **table["colors"]
    )


class Ink:
    """The styles by what they mean; one set a theme."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        def style(name: str, *, bold: bool | None = None) -> Style:
            return Style(color=_rich(variables[f"ink-{name}"]), bold=bold)

        def badge(name: str) -> Style:
            return Style(
                color=_rich(variables["ink-on-badge"]),
                bgcolor=_rich(variables[f"ink-{name}"]),
                bold=True,
            )

        self.text = Style()
        self.strong = Style(bold=True)
        self.quiet = style("quiet")
        self.accent = style("accent")
        self.good = style("good")
        self.warn = style("warn", bold=True)
        self.bad = style("bad", bold=True)
        self.graph = style("graph")
        self.second = style("second")
        self.line = Style(color=_rich(variables["line"]))
        self.badge_accent = badge("accent")
        self.badge_warn = badge("warn")
        self.badge_bad = badge("bad")


def _rich(colour: str) -> str:
    """Return Textual's name of a colour as Rich spells it."""
    return colour.removeprefix("ansi_")
