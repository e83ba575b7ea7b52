"""libfaketime is used only where it does what a soak needs."""

import os
from pathlib import Path

import pytest

from engine.checks.soak import faketime as soak_faketime
from engine.checks.soak.faketime import chosen, found, surroundings, unusable

pytestmark = pytest.mark.anyio


def test_it_is_found_where_distributions_put_it(tmp_path: Path) -> None:
    """Debian's folder of the machine's kind, and none where there is none."""
    assert found((str(tmp_path),)) is None
    library = tmp_path / "x86_64-linux-gnu" / "faketime" / "libfaketime.so.1"
    library.parent.mkdir(parents=True)
    library.touch()
    assert found((str(tmp_path),)) == library


async def test_a_library_that_shortens_no_wait_is_refused(tmp_path: Path) -> None:
    """A file that is no library changes nothing: the first wait that is tried tells."""
    fake = tmp_path / "libfaketime.so.1"
    fake.write_bytes(b"no library")
    why = await unusable(fake, os.environ)
    assert str(fake) in why
    assert "a wait (sleep) of 1 s is no shorter" in why


async def test_why_it_is_not_used_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """None on this machine; too fast for what it slows down."""
    monkeypatch.setattr(soak_faketime, "found", lambda: None)
    assert await chosen(10, {}) == (None, "libfaketime is not on this machine")
    monkeypatch.setattr(soak_faketime, "found", lambda: tmp_path / "it")
    library, why = await chosen(2000, {})
    assert library is None
    assert "2000 times as long" in why


def test_the_speed_is_in_its_variables() -> None:
    """As its manual has it: from now on, so many times as fast."""
    assert surroundings(Path("/x/lib.so"), 20)["FAKETIME"] == "+0 x20"
