"""`bolt-tui report` as its user runs it: on an empty store, on one with a past, and kept."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.store.stores import facts, write

from .conftest import Bolt


@pytest.fixture
def store(own_folders: Path) -> Path:
    """Three queries of yesterday."""
    folder = own_folders / "state" / "bolt-tui"
    yesterday = datetime.now() - timedelta(days=1)
    write(folder, "s1", facts("s1", ("a", "b", "c"), yesterday.timestamp()))
    return folder


def test_an_empty_store_has_no_report(bolt: Bolt) -> None:
    """Nothing is found, with what to do, and nothing is kept."""
    ran = bolt("report", "--save")
    assert ran.code == 3
    assert "bolt-tui service install" in ran.out


def test_a_report_is_kept_beside_the_store(bolt: Bolt, store: Path) -> None:
    """It says where; what is there is the same in Markdown, and is replaced the same day."""
    for _ in range(2):
        ran = bolt("report", "--span", "30d", "--save")
        assert ran.code == 0, ran.err
    (kept,) = (store / "reports").iterdir()
    assert kept.name == f"{datetime.now():%Y-%m-%d}-30d.md"
    assert str(kept) in ran.out.replace("\n", "")
    text = kept.read_text()
    assert text.startswith(f"# report of 30d to {datetime.now():%Y-%m-%d}\n")
    assert "## Queries by kind" in text
    assert "| all |" in text


def test_the_default_is_a_week_and_nothing_is_kept(bolt: Bolt, store: Path) -> None:
    """As data it is an answer like any other."""
    ran = bolt("report", "-o", "json")
    assert ran.answer["verdict"].startswith("The 7 d to ")
    assert ran.answer["query"]["slots"] == {"span": "7d"}
    assert not (store / "reports").exists()


@pytest.mark.parametrize("span", ["soon", "../7d", "0d"])
def test_a_span_that_is_none_is_a_usage_error(bolt: Bolt, store: Path, span: str) -> None:
    """One sentence with what was found; nothing is kept."""
    ran = bolt("report", "--span", span, "--save")
    assert ran.code == 2
    assert f"found '{span}'" in ran.err
    assert "24h, 7d" in ran.err
    assert not (store / "reports").exists()


def test_a_folder_that_can_not_be_written_is_said(bolt: Bolt, store: Path) -> None:
    """The report is shown all the same, marked as not kept."""
    (store / "reports").write_text("in the way")
    ran = bolt("report", "--save")
    assert (ran.code, "can't be written to" in ran.out) == (0, True)
    assert "Queries by kind" in ran.out
