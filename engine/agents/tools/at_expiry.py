"""What becomes of the positions if their stock closes at a price when they expire."""

from typing import TYPE_CHECKING

import anyio

from engine.agents.tool import Call, Refused
from engine.agents.tools.book_reading import read
from engine.agents.tools.money import money, signed
from engine.agents.tools.what_if_move import asked
from engine.evidence import Cell, Evidence, Table
from engine.market.book import Option, Position
from engine.market.expiry_gain import worth_at_expiry
from engine.market.reading.reading import Reading, underlying
from engine.market.settings import Sources

if TYPE_CHECKING:
    from engine.market.risk.market import Priced

_EXAMPLE = "an EXAMPLE book: every figure of it is invented"
_COLUMNS = ("position", "stock at", "worth then", "gain since opened", "what happens")
_MOST = 200
_CENT = 0.01  # in the money by so much is exercised by rule (OCC Rule 805)


async def at_expiry(call: Call) -> Evidence:
    """Show who is exercised, and what each position is worth and has gained by then."""
    reading, where = await read(call)
    if not reading.book.positions:
        return Evidence("the book holds no position", found=False, assumptions=reading.book.notes)
    return await anyio.to_thread.run_sync(_ended, call, reading, where)


def _ended(call: Call, reading: Reading, where: Sources) -> Evidence:
    from engine.market.risk.market import MixedCurrencies, priced

    book = reading.book
    try:
        market = priced(book, where.volatility_days)
    except MixedCurrencies as error:
        raise Refused(str(error), error.remedy) from error
    if not market.symbols:
        return Evidence("no position of this book can be valued", found=False)
    closes = _closes(call, market)
    held = [one for one in book.positions if underlying(one) in closes]
    missing = len(book.positions) - len(held) if not call.text("ticker") else 0
    rows = [_row(one, closes[underlying(one)]) for one in held]
    currency = book.positions[0].currency
    verdict = f"if {_said(closes)} at expiry, {_sum(rows, currency)}; {_deals(held, closes)}"
    cut = f" (the first {_MOST} of {len(rows):,})" if len(rows) > _MOST else ""
    return Evidence(
        f"{_EXAMPLE}; {verdict}" if where.example else verdict,
        (Table(f"At expiry, {currency}{cut}", _COLUMNS, tuple(rows[:_MOST])),),
        weight=3,
        lacks=f"{missing} of {len(book.positions)} positions: no price" if missing else None,
        assumptions=(
            *((_EXAMPLE,) if where.example else ()),
            "each option at its own expiry, the stock at the same price on each of them",
            "an option a cent or more in the money is exercised",
            "dividends until then are not in it",
            *reading.book.notes,
        ),
    )  # fmt: skip


def _closes(call: Call, market: "Priced") -> dict[str, float]:
    """Return the price of each stock that is meant."""
    move = asked(call, market)
    places = move.places or range(len(market.symbols))
    return {
        market.symbols[place]: round(market.spots[place].value * (1 + move.spot), 4)
        for place in places
    }


def _said(closes: dict[str, float]) -> str:
    first = [f"{symbol} closes at {price:g}" for symbol, price in list(closes.items())[:3]]
    more = len(closes) - len(first)
    return " and ".join((*first, *([f"{more} more stocks as said"] if more else [])))


def _row(one: Position, close: float) -> tuple[Cell, ...]:
    from engine.market.exposure import label

    worth = worth_at_expiry(one, close) * one.shares
    gain = None if one.price is None else round(worth - one.price * one.shares, 2)
    return label(one), close, round(worth, 2) or 0.0, gain, _fate(one, close)


def _is_exercised(one: Position, close: float) -> bool:
    return round(worth_at_expiry(one, close), 6) >= _CENT


def _fate(one: Position, close: float) -> str:
    option = one.instrument
    if not isinstance(option, Option):
        return "held"
    if not _is_exercised(one, close):
        return "expires worthless"
    verb = "assigned" if one.quantity < 0 else "exercised"
    buys = (option.kind == "put") == (one.quantity < 0)
    shares = abs(one.shares)
    return (
        f"{verb}: {'buys' if buys else 'sells'} {shares:,.0f} shares "
        f"for {shares * option.strike:,.2f}"
    )


def _sum(rows: list[tuple[Cell, ...]], currency: str) -> str:
    gains = [float(row[3]) for row in rows if isinstance(row[3], int | float)]
    if len(gains) < len(rows):
        return f"the gain is not known: no price paid of {len(rows) - len(gains)} of {len(rows)}"
    total = sum(gains)
    verb = "gained" if total >= 0 else "lost"
    return f"its positions have {verb} {money(abs(total), currency)} since they were opened"


def _deals(held: list[Position], closes: dict[str, float]) -> str:
    """Say how many options end worthless, and what cash and shares the others move."""
    options = [one for one in held if isinstance(one.instrument, Option)]
    moved = [one for one in options if _is_exercised(one, closes[underlying(one)])]
    said = f"{len(options) - len(moved)} of {len(options)} option positions expire worthless"
    if not moved:
        return said
    cash = shares = 0.0
    for one in moved:
        option = one.instrument
        assert isinstance(option, Option)
        got = one.shares if option.kind == "call" else -one.shares
        shares, cash = shares + got, cash - got * option.strike
    others = f"the others move {signed(cash, held[0].currency)} of cash"
    return (
        f"{said}; {others} and {shares:+,.0f} shares" if len(closes) == 1 else f"{said}; {others}"
    )
