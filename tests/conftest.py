"""What every test gets: one event loop, and folders of its own instead of the user's."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

# An example's time is the machine's business: nothing here asserts on time.
settings.register_profile("bolt", deadline=None)
settings.load_profile("bolt")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep tests away from the user's settings, store and colours."""
    home = tmp_path / "home"
    monkeypatch.setenv("XDG_STATE_HOME", str(home / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    for name in list(os.environ):
        if name.startswith("BOLT_") or name in ("NO_COLOR", "FORCE_COLOR", "TEXTUAL_THEME"):
            monkeypatch.delenv(name)
    return home
