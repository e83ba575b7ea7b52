"""Betas against an index whose closes are on hand: of each stock held, and of the whole book.

A book's is that of the book as it stands, its options by their deltas; the past tells only the
stocks' betas.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from engine.agents.tool import Call, Refused
from engine.agents.tools.money import money, signed
from engine.agents.tools.past_prices import MOST, evidence, first_of, work
from engine.evidence import Cell, Evidence, Table
from engine.market.book import Book
from engine.market.reading.reading import Reading
from engine.market.settings import Sources

if TYPE_CHECKING:
    from engine.market.together import Pair

_COLUMNS = ("stock", "against", "beta", "correlation", "returns", "from", "to", "why not")
_NAMED = 3
_HOW = (
    "the book's beta: each stock's delta in money (shares, and options by their deltas) times its "
    "beta, added up; over the account's value, where cash counts with a beta of 0"
)


async def beta(call: Call) -> Evidence:
    """Show the beta of the stocks held, or of a named one, against a stock or index on hand."""
    return await work(call, _betas)


def _betas(call: Call, reading: Reading, where: Sources, held: list[str]) -> Evidence:
    from engine.market.risk.market import FEWEST_RETURNS
    from engine.market.together import pair

    index, named = call.text("against"), call.text("ticker")
    closes = reading.book.prices
    if not index or index not in closes:
        lacks = f"no closes of {index} are on hand" if index else "the question names none"
        raise Refused(
            f"a beta is against an index's closes: {lacks}",
            "add the index's rows to the prices and name it, as in: beta of my stocks against SPY",
        )
    symbols = [named] if named else [one for one in held if one != index]
    found = {symbol: pair(closes, symbol, index, FEWEST_RETURNS) for symbol in symbols}
    known = {symbol: one for symbol, one in found.items() if not isinstance(one, str)}
    parts = [_said(symbol, index, one) for symbol, one in known.items()]
    parts = parts or [f"no beta of {symbol}: {why}" for symbol, why in found.items()]
    said = [
        "beta: covariance of daily log returns over the index's variance",
        "a stock's beta is of a share: the options on it and how many are held are not in it",
    ]
    verdict = "; ".join(parts[:_NAMED])
    if not named and reading.book.positions:
        betas = {symbol: one.beta for symbol, one in known.items()}
        whole, assumed = _of_book(reading.book, where, betas, index)
        verdict, said = f"{whole}; {verdict}", [*said, *assumed]
    rows = tuple(_row(symbol, index, one) for symbol, one in found.items())
    table = Table(f"Beta against {index}{first_of(rows)}", _COLUMNS, rows[:MOST])
    return evidence(verdict, table, reading, where, said, found=bool(known))


def _said(symbol: str, index: str, found: "Pair") -> str:
    return (
        f"the beta of {symbol} against {index} is {found.beta:.2f} over {found.returns} daily "
        f"returns, {found.first} to {found.last} (correlation {found.correlation:+.2f})"
    )


def _row(symbol: str, index: str, found: "Pair | str") -> tuple[Cell, ...]:
    if isinstance(found, str):
        return symbol, index, None, None, None, None, None, found
    both = round(found.beta, 4), round(found.correlation, 4)
    return symbol, index, *both, found.returns, str(found.first), str(found.last), ""


def _of_book(
    book: Book, where: Sources, betas: Mapping[str, float], index: str
) -> tuple[str, tuple[str, ...]]:
    """Return a clause on what the book moves like, or why that isn't known; and what was assumed.

    Args:
        betas: of stocks against `index`, whose own is 1.
    """
    from engine.market.exposure import by_stock, lines
    from engine.market.risk.market import MixedCurrencies, priced

    unknown = "the beta of the whole book is not known: "
    try:
        known = priced(book, where.volatility_days)
    except MixedCurrencies as error:
        return f"{unknown}{error}", ()
    if left := len(known.left_out):
        return f"{unknown}{left} of its {len(book.positions)} positions can't be valued", ()
    each = by_stock(lines(known))
    if lacking := sorted(each.keys() - betas.keys() - {index}):
        return f"{unknown}there is none of {', '.join(lacking)}", ()
    moved = sum(sums.delta_amount * betas.get(symbol, 1.0) for symbol, sums in each.items())
    currency = book.positions[0].currency
    said = (
        f"the book moves as {signed(moved, currency)} of {index} would, "
        f"{signed(moved / 100, currency)} for 1% of it"
    )
    account = where.account_value
    if account is None or account <= 0:
        said += "; over what account that is a beta, [market] account_value doesn't say"
    else:
        said += f": a beta of {moved / account:.2f} on the account of {money(account, currency)}"
    return said, (_HOW, *known.assumptions)
