"""A phase is a preset: weaker than what was set, but for what it turns off."""

from pathlib import Path
from typing import get_args

import pytest

from engine.config import Loaded, load, options
from engine.config.rollout import PRESETS, Phase, cap


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return the folder of the user's own settings."""
    (tmp_path / "bolt-tui").mkdir()
    return tmp_path


def loaded(home: Path, mine: str = "", theirs: str = "", **environ: str) -> Loaded:
    """Return the settings of a user's file, a project's file and variables."""
    (home / "bolt-tui" / "config.toml").write_text(mine)
    project = home / "project"
    project.mkdir(exist_ok=True)
    (project / "bolt.toml").write_text(theirs)
    return load(project, environ={"XDG_CONFIG_HOME": str(home), **environ})


def test_foundation_has_the_plans_numbers(home: Path) -> None:
    """15 GB, one agent, one console, no index; each says that the phase set it, and where."""
    now = loaded(home, '[rollout]\nphase = "foundation"\n')
    config = now.config
    assert (config.memory.max_memory_gb, config.agents.max) == (15.0, 1)
    assert (config.store.concurrent_sessions, config.search.index) == (1, False)
    origin = f'phase "foundation" ({home}/bolt-tui/config.toml:2)'
    names = ("memory.max_memory_gb", "agents.max", "store.concurrent_sessions", "search.index")
    assert {str(now.origins[name]) for name in names} == {origin}
    assert now.ignored == ()


def test_full_has_the_plans_numbers(home: Path) -> None:
    """12 GB, six agents, three consoles, and the index."""
    config = loaded(home, BOLT_ROLLOUT_PHASE="full").config
    assert (config.memory.max_memory_gb, config.agents.max) == (12.0, 6)
    assert (config.store.concurrent_sessions, config.search.index) == (3, True)


def test_without_a_phase_nothing_is_set(home: Path) -> None:
    """The defaults hold, and the level may be full."""
    now = loaded(home)
    assert {str(origin) for origin in now.origins.values()} == {"default"}
    assert cap("") == "full"


def test_what_was_set_stands_against_the_phase(home: Path) -> None:
    """A number of the user's, the project's or a variable's is kept, from where it came."""
    now = loaded(
        home,
        '[rollout]\nphase = "foundation"\n[memory]\nmax_memory_gb = 2\n',
        "[agents]\nmax = 4\n",
        BOLT_STORE_CONCURRENT_SESSIONS="2",
    )
    config = now.config
    assert (config.memory.max_memory_gb, config.agents.max) == (2.0, 4)
    assert config.store.concurrent_sessions == 2
    assert str(now.origins["store.concurrent_sessions"]) == "BOLT_STORE_CONCURRENT_SESSIONS"


def test_what_contradicts_the_phase_is_ignored_aloud(home: Path) -> None:
    """An index that was asked for in the phase limited is not built, and a notice says why."""
    now = loaded(home, '[rollout]\nphase = "limited"\n[search]\nindex = true\n')
    mine = home / "bolt-tui" / "config.toml"
    assert not now.config.search.index
    assert [str(one) for one in now.ignored] == [
        f'{mine}:4: search.index is ignored: phase "limited" ({mine}:2) goes no further than the '
        "level limited, and that is without"
    ]


def test_a_projects_phase_does_not_set_what_only_its_user_may(home: Path) -> None:
    """The project may choose a phase; how many consoles the user's store takes stays the user's."""
    now = loaded(home, "", '[rollout]\nphase = "foundation"\n')
    assert (now.config.agents.max, now.config.store.concurrent_sessions) == (1, 3)
    assert [one.name for one in now.ignored] == ["store.concurrent_sessions"]


def test_presets_name_options_with_values_that_these_take() -> None:
    """Every phase of the schema has a preset, and each value is one that a file could set."""
    known = {option.name: option for option in options()}
    assert set(PRESETS) == set(get_args(Phase)) == set(known["rollout.phase"].choices)
    for preset in PRESETS.values():
        assert all(known[name].check(value) == value for name, value in preset.numbers.items())
        assert all(known[name].kind is bool for name in preset.off)
    assert [cap(phase) for phase in get_args(Phase)] == ["full", "monitoring", "limited", "full"]
