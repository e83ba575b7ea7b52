"""What a row of a trade says was paid: price, fees and amount, which must agree."""

from re import fullmatch
from typing import Final

from engine.market.book import Instrument, Option
from engine.market.reading.cells import missing
from engine.market.reading.rows import Rejected, amount_of
from engine.market.reading.tables import Record, Table

_CENT: Final = 0.02
_MOST_FEES: Final = 0.05
_FEW: Final = 10.0


def paid(
    record: Record, table: Table, instrument: Instrument, quantity: float, side: float, fees: float
) -> tuple[float, float]:
    """Return price per share and fees of a fill; its amount must agree, or tells what is missing.

    An amount also tells where the price of an option is one per contract.

    Args:
        side: 1 of a purchase, -1 of a sale.

    Raises:
        Rejected: no price is told, or one that the amount contradicts.
    """
    price = amount_of(record, "price", table.commas_are_thousands)
    total = amount_of(record, "amount", table.commas_are_thousands)
    size = instrument.multiplier if isinstance(instrument, Option) else 1.0
    if price is not None and price < 0.0:
        raise Rejected("price", "a price of 0 or more", record["price"])
    if price is None and total is None:
        raise Rejected("price", "a price per share, or an amount", record["price"])
    if total is None:
        return price or 0.0, fees
    if side < 0 and total < -_CENT - fees:
        raise Rejected("amount", "an amount above 0, as the action sells", record["amount"])
    if price is None:
        return max(abs(total) - side * fees, 0.0) / (quantity * size), fees
    told = bool({"fees", "commission"} & table.fields.keys())
    half = 0.5 * 10.0 ** -_decimals(record["price"])
    for units in (quantity * size, quantity):
        gross, slack = price * units, _CENT + half * units
        difference = side * (abs(total) - gross)
        if told and min(abs(difference), abs(difference - fees)) <= slack:
            return price * units / (quantity * size), fees
        if not told and -slack <= difference <= max(_MOST_FEES * gross, _FEW):
            return price * units / (quantity * size), max(round(difference, 2), 0.0)
    net = price * quantity * size + side * fees
    expected = f"{net:.2f}: {quantity:g} at {price:g} a share, and {fees:.2f} of fees"
    raise Rejected("amount", expected, record["amount"])


def _decimals(price: object) -> int:
    """Return how many a price has: as a mean of fills it is rounded by up to half of one."""
    return max(2, len(str(price).strip().partition(".")[2]))


def ratio(value: object) -> float:
    """Return how many shares one becomes: `4`, `4:1`, `4 for 1` or `4-for-1`."""
    text = "" if missing(value) else str(value).strip().lower()
    match = fullmatch(r"(\d+(?:\.\d+)?)(?:\s*(?::|/|-?\s*for\s*-?)\s*(\d+(?:\.\d+)?))?", text)
    if match is None or not float(match[1]) or not float(match[2] or 1):
        expected = "the split's ratio such as 4:1 (usual name of the column: ratio)"
        raise Rejected("ratio", expected, value)
    return float(match[1]) / float(match[2] or 1)
