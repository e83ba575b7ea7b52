"""Option symbols: what is written is read back, in every way that exchanges and brokers write."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.market.book import Option
from engine.market.occ import parse, written

_OPTIONS = st.builds(
    Option,
    underlying=st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=6),
    expiry=st.dates(date(2000, 1, 1), date(2099, 12, 31)),
    kind=st.sampled_from(("call", "put")),
    strike=st.integers(1, 10**8 - 1).map(lambda thousandths: thousandths / 1000),
)


@given(_OPTIONS)
def test_an_occ_symbol_is_read_back_as_it_was_written(option: Option) -> None:
    """Writing and reading are inverse, padded or not, with and without a vendor's prefix."""
    symbol = written(option)
    assert len(symbol) == 21
    for text in (symbol, symbol.replace(" ", ""), f"O:{symbol.replace(' ', '')}", symbol.lower()):
        found = parse(text)
        assert found is not None
        assert found.option() == option
        assert not found.adjusted


@pytest.mark.parametrize(
    "text",
    [
        "U     250117P00022500",
        "U250117P00022500",
        "O:U250117P00022500",
        "U250117P22.5",
        "-U250117P22.5",
        ".U250117P22.50",
        "U 01/17/2025 22.50 P",
        "U 1/17/2025 Put $22.50",
        "U 1/17/25 22.5 Put",
        "U 17JAN25 22.5 P",
        "U 17 Jan 2025 $22.50 PUT",
        "U Jan 17 2025 22.5 Put",
        "U Jan 17 '25 $22.50 Put",
    ],
)
def test_every_way_to_write_one_contract_is_that_contract(text: str) -> None:
    """All of them are the put at 22.50 of January 17, 2025."""
    found = parse(text)
    assert found is not None
    assert found.option() == Option("U", date(2025, 1, 17), "put", 22.5)


@pytest.mark.parametrize(
    "text",
    [
        "U",
        "",
        "250117P00020000",
        "U251317P00020000",  # no thirteenth month
        "U250230P00020000",  # no 30th of February
        "U250117P00000000",  # no strike of nothing
        "U250117X00020000",
        "U250117P",
        "CASH & CASH INVESTMENTS",
        "TOOLONGROOT250117P00020000",
    ],
)
def test_what_is_no_contract_is_none(text: str) -> None:
    """Stocks, impossible days and strikes are no option symbols."""
    assert parse(text) is None


@given(st.text(max_size=40))
def test_no_text_breaks_the_reader(text: str) -> None:
    """Any text gives a contract that can be, or None."""
    found = parse(text)
    assert found is None or (found.strike > 0 and found.underlying)


def test_an_adjusted_root_is_told_from_a_plain_one() -> None:
    """U1 is about U, and flagged: its symbol doesn't say what it delivers."""
    found = parse("U1    250117C00020000")
    assert found is not None
    assert (found.root, found.underlying, found.adjusted) == ("U1", "U", True)


def test_what_occ_cannot_write_is_refused() -> None:
    """Roots of more than six letters and strikes finer than thousandths have no symbol."""
    day = date(2025, 1, 17)
    for option in (Option("SEVENUP", day, "put", 20.0), Option("U", day, "put", 20.00005)):
        with pytest.raises(ValueError, match="OCC"):
            written(option)
