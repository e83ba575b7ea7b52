"""The palettes: legible for everyone."""

import pytest
from textual.color import Color

from bolt_tui.palette import FALLBACKS, OWN_THEMES, load_themes

TEXTS = ("ink-quiet", "ink-good", "ink-warn", "ink-bad", "ink-accent")
THEMES = {theme.name: theme for theme in load_themes()}


def contrast(one: str, other: str) -> float:
    """Return the ratio of WCAG 2.1."""
    lights = sorted(_luminance(Color.parse(colour)) for colour in (one, other))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def _luminance(colour: Color) -> float:
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
             for part in colour.normalized]  # fmt: skip
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


@pytest.mark.parametrize("name", OWN_THEMES)
@pytest.mark.parametrize("ground", ["background", "surface"])
def test_text_is_legible(name: str, ground: str) -> None:
    """Every text colour has a contrast of at least 4.5:1 on the grounds that it stands on."""
    theme = THEMES[name]
    below = getattr(theme, ground)
    assert theme.foreground is not None
    for ink in (theme.foreground, *(theme.variables[text] for text in TEXTS)):
        assert contrast(ink, below) >= 4.5, (ink, below)


@pytest.mark.parametrize("name", OWN_THEMES)
def test_badges_are_legible(name: str) -> None:
    """The text of a badge has that contrast on the badge."""
    variables = THEMES[name].variables
    for badge in ("ink-accent", "ink-warn", "ink-bad"):
        assert contrast(variables["ink-on-badge"], variables[badge]) >= 4.5


@pytest.mark.parametrize("name", OWN_THEMES)
def test_good_and_bad_differ_without_red_and_green(name: str) -> None:
    """Good is bluer than bad and bad is redder, so they stay apart with any colour vision."""
    variables = THEMES[name].variables
    good, bad = Color.parse(variables["ink-good"]), Color.parse(variables["ink-bad"])
    assert good.b > bad.b + 60
    assert bad.r > good.r + 60


@pytest.mark.parametrize("name", OWN_THEMES)
def test_a_palette_is_whole(name: str) -> None:
    """Each palette defines every colour that the panes ask for."""
    assert FALLBACKS.keys() <= THEMES[name].variables.keys()
