"""The small tables that a backtest's question names, and what is refused of them."""

from datetime import date
from math import log1p
from pathlib import Path

import pytest

from engine.agents.tool import Refused
from engine.agents.tools.backtest.tables import published, rates, years


def table(folder: Path, *rows: str) -> Path:
    """A CSV with a header and these rows."""
    path = folder / "told.csv"
    path.write_text("\n".join(["first,second", *rows]))
    return path


def test_annual_returns_are_taken_as_they_stand(tmp_path: Path) -> None:
    """Years and percent; empty lines don't count."""
    found = published(table(tmp_path, "2011,6.2", "", "2012,-8.1"))
    assert found.annual_pct == {2011: 6.2, 2012: -8.1}
    assert not found.levels


def test_closes_of_an_index_become_annual_returns(tmp_path: Path) -> None:
    """A year that the closes span has a return; the closes are kept for the months."""
    found = published(table(tmp_path, "12/31/2010,100", "2011-06-30,103", "2011-12-30,106.2"))
    assert found.annual_pct == {2011: 6.2}
    assert found.levels[date(2011, 6, 30)] == 103.0


def test_rates_are_made_continuous(tmp_path: Path) -> None:
    """Percent a year become a continuous rate; 0 is a rate; days are put in order."""
    found = rates(table(tmp_path, "2011-02-01,5", "2011-01-03,0"))
    assert found == {date(2011, 1, 3): 0.0, date(2011, 2, 1): log1p(0.05)}
    assert list(found) == sorted(found)


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (("2011,6.2", "2012,x"), r"told\.csv:3: found 'x', expected a return in percent"),
        (("soon,6.2",), r":2: found 'soon', expected a day"),
        (("2011-01-03,0",), r":2: found '0', expected a close above 0"),
        (("2011-01-03",), r":2: found '2011-01-03', expected two columns"),
    ],
)
def test_a_row_that_is_neither_is_named(tmp_path: Path, rows: tuple[str, ...], why: str) -> None:
    """File, row, what was found and what was expected."""
    with pytest.raises(Refused, match=why):
        published(table(tmp_path, *rows))


def test_no_table_is_refused(tmp_path: Path) -> None:
    """A file that isn't there, and one without rates."""
    with pytest.raises(Refused, match=r"gone\.csv can't be read"):
        published(tmp_path / "gone.csv")
    with pytest.raises(Refused, match="has no rates"):
        rates(table(tmp_path))


def test_years_of_a_fit_are_a_span_or_a_list() -> None:
    """2007-2010 and 2007,2008; anything else names no years."""
    assert years("2007-2010") == (2007, 2008, 2009, 2010)
    assert years("2007,2009") == (2007, 2009)
    with pytest.raises(Refused, match="no years"):
        years("")
