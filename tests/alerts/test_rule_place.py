"""Where a wrong rule stands."""

from pathlib import Path

import pytest

from engine.alerts.rules import in_force
from engine.config import ConfigError, load

_FINE = '[alerts.rules.fine]\nexpr = "cpu_ratio > 0.5"\n\n'


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('[alerts.rules.busy]\nfor = "5m"\nexpr = "nosuch > 1"\n', 6),
        ('[alerts.rules.busy]\nexpr = "cpu_ratio > 0.5"\nfor = "soon"\n', 6),
        ('[alerts.rules.busy]\nfor = "5m"\n', 4),
        ('[alerts.rules."busy"]\nexpr = 3\n', 5),
    ],
)
def test_a_wrong_rule_is_told_with_its_own_line(text: str, line: int, tmp_path: Path) -> None:
    """The line of its key, or of its header where a key is missing; not that of another rule."""
    mine = tmp_path / "config" / "bolt-tui" / "config.toml"
    mine.parent.mkdir(parents=True)
    mine.write_text(_FINE + text, encoding="utf-8")
    loaded = load(tmp_path, environ={"XDG_CONFIG_HOME": str(tmp_path / "config")})
    with pytest.raises(ConfigError, match=rf"^{mine}:{line}: alerts\.rules\.busy"):
        in_force(loaded)
