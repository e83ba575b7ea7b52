"""The payoff of the book: what its positions gain over a stock's price, today and at expiry."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import anyio

from engine.agents.tool import Call, Refused
from engine.agents.tools.book_reading import read
from engine.agents.tools.money import money, signed
from engine.evidence import Evidence, Section, Table
from engine.market.book import Book, Option, Position
from engine.market.reading.reading import underlying
from engine.market.settings import Sources

if TYPE_CHECKING:
    from engine.market.expiry_gain import ExpiryGain
    from engine.market.payoff import Payoff
    from engine.market.risk.market import Priced, Sourced

_EXAMPLE = "an EXAMPLE book: every figure of it is invented"
_MOVES = (-0.2, -0.1, 0.1, 0.2)
_WIDTH, _WIDEST, _POINTS = 0.4, 0.9, 81
_MOST_STOCKS = 4
_ROOM = 1.2  # beyond the furthest strike and breakeven


@dataclass(frozen=True, slots=True)
class _Side:
    """The positions in one stock: what of them can be drawn, and what it says."""

    sentence: str
    sections: tuple[Section, ...]
    left_out: tuple[tuple[Position, str], ...]


async def payoff(call: Call) -> Evidence:
    """Draw the gain of the positions in the named stock; in each stock where none is named."""
    reading, where = await read(call)
    book = reading.book
    if not book.positions:
        return Evidence("the book holds no position", found=False, assumptions=book.notes)
    held = sorted({underlying(one) for one in book.positions})
    wanted = call.text("ticker").strip().upper()
    if wanted and wanted not in held:
        names = ", ".join(held)
        raise Refused(
            f"the book holds nothing on {wanted}, but on {names}",
            f":payoff {held[0]} draws what is held",
        )
    call.progress("valuing the book over prices", None, None)
    stocks = [wanted] if wanted else held
    return await anyio.to_thread.run_sync(_drawn, book, where, stocks)


def _drawn(book: Book, where: Sources, stocks: Sequence[str]) -> Evidence:
    from engine.kernels.errors import KernelError
    from engine.market.risk.market import MixedCurrencies, priced

    try:
        market = priced(book, where.volatility_days)
        sides = [_side(book, market, symbol) for symbol in stocks[:_MOST_STOCKS]]
    except MixedCurrencies as error:
        raise Refused(str(error), error.remedy) from error
    except KernelError as error:
        raise Refused(str(error), "correct it in the book's files") from error
    drawn = [side for side in sides if side.sections]
    missing = [one for side in sides for one in side.left_out]
    sections = [section for side in drawn for section in side.sections]
    verdict = "; ".join(side.sentence for side in drawn or sides)
    every = sum(underlying(one) in stocks[:_MOST_STOCKS] for one in book.positions)
    left = [f"{len(missing)} of {every} positions"] if missing else []
    return Evidence(
        verdict=f"{_EXAMPLE}; {verdict}" if where.example else verdict,
        sections=(*sections, *_not_drawn(missing)),
        found=bool(drawn),
        weight=3,
        lacks="; ".join((*left, *book.lacks)) or None if drawn else None,
        assumptions=_assumptions(book, where, market, stocks),
    )


def _side(book: Book, market: "Priced", symbol: str) -> _Side:
    from engine.market.expiry_gain import expiry_gain

    positions = [one for one in book.positions if underlying(one) == symbol]
    why = {id(one.position): one.reason for one in market.left_out}
    for one in positions:
        if one.price is None:
            why.setdefault(id(one), "no price paid is known")
    kept = [one for one in positions if id(one) not in why]
    left_out = tuple((one, why[id(one)]) for one in positions if id(one) in why)
    if not kept:
        return _Side(f"no position on {symbol} can be drawn", (), left_out)
    spot = market.spots[market.symbols.index(symbol)]
    gain = expiry_gain(kept)
    named = _named(kept, spot.value, gain)
    found = _over_prices(book, market, symbol, kept, sorted({*named, *_prices(spot.value, named)}))
    return _said(symbol, book.positions[0].currency, spot, found, gain, named, left_out)


def _over_prices(
    book: Book, market: "Priced", symbol: str, kept: Sequence[Position], prices: Sequence[float]
) -> "Payoff":
    from engine.market.payoff import payoff as over

    volatilities = {
        one.instrument: known.value
        for one, known in market.options
        if isinstance(one.instrument, Option)
    }
    return over(
        kept,
        symbol,
        prices,
        as_of=book.as_of,
        volatilities=volatilities,
        rate=book.rate or 0.0,
        dividend_yield=book.dividend_yield or 0.0,
        dividends=book.dividends,
    )


def _prices(spot: float, named: dict[float, str]) -> list[float]:
    """Return prices round spot, as far as the strikes and breakevens lie, at least 40 %."""
    from engine.market.payoff import grid

    furthest = max(abs(price / spot - 1) for price in named)
    width = min(_WIDEST, max(_WIDTH, furthest * _ROOM))
    return [round(price, 4) for price in grid(spot, width, _POINTS)]


def _named(kept: Sequence[Position], spot: float, gain: "ExpiryGain") -> dict[float, str]:
    """Return the prices that count, with what is there; more than one thing may be."""
    strikes = {one.instrument.strike for one in kept if isinstance(one.instrument, Option)}
    places = [
        (spot, "spot"),
        *((price, "breakeven") for price in gain.breakevens if price > 0),
        *((strike, "strike") for strike in strikes),
        *((round(spot * (1 + move), 4), "") for move in _MOVES),
    ]
    named: dict[float, str] = {}
    for price, name in places:
        if price < spot * (1 + _WIDEST) and price > spot * (1 - _WIDEST):
            named[price] = ", ".join(filter(None, (named.get(price, ""), name)))
    return named


def _said(
    symbol: str,
    currency: str,
    spot: "Sourced",
    found: "Payoff",
    gain: "ExpiryGain",
    named: dict[float, str],
    left_out: tuple[tuple[Position, str], ...],
) -> _Side:
    from engine.agents.tools import curve_rows as rows

    today = float(found.today[list(found.spots).index(spot.value)])
    edges = " and ".join(f"{price:,.2f}" for price in gain.breakevens)
    sentence = (
        f"at expiry the {symbol} positions {_most(gain, currency)} and {_least(gain, currency)}; "
        f"{f'they break even at {edges}' if edges else 'they break even nowhere'}; "
        f"today, at {spot.value:,.2f}, they stand at {signed(today, currency)}"
    )
    sections: tuple[Section, ...] = (
        rows.payoff_series(found, symbol, currency, spot.value, gain.breakevens),
        rows.payoff_table(found, named, currency, spot.value),
    )
    return _Side(sentence, sections, left_out)


def _most(gain: "ExpiryGain", currency: str) -> str:
    if gain.most is None or gain.most_at is None:
        return "gain without limit as it rises"
    verb = "gain at most" if gain.most >= 0 else "lose at least"
    return f"{verb} {money(abs(gain.most), currency)} (reached at {gain.most_at:,.2f})"


def _least(gain: "ExpiryGain", currency: str) -> str:
    if gain.least is None or gain.least_at is None:
        return "lose without limit as it rises"
    verb = "lose at most" if gain.least < 0 else "gain at least"
    return f"{verb} {money(abs(gain.least), currency)} (reached at {gain.least_at:,.2f})"


def _not_drawn(missing: Sequence[tuple[Position, str]]) -> list[Table]:
    from engine.market.exposure import label

    rows = tuple((label(one), why) for one, why in missing)
    return [Table("Not in these curves", ("position", "why"), rows)] if rows else []


def _assumptions(
    book: Book, where: Sources, market: "Priced", stocks: Sequence[str]
) -> tuple[str, ...]:
    from engine.market.exposure import label

    more = stocks[_MOST_STOCKS:]
    volatilities = [
        f"{label(one)} at a volatility of {known.value:.1%}, {known.source}"
        for one, known in market.options
        if underlying(one) in stocks[:_MOST_STOCKS]
    ]
    return (
        *((_EXAMPLE,) if where.example else ()),
        f"gain against what was paid and taken in; today is {book.as_of}",
        "at expiry: when the last option has expired, each one's payoff at that same price; "
        "dividends until then are not in it",
        *((f"not drawn: {', '.join(more)}; name one",) if more else ()),
        *book.notes,
        *market.assumptions,
        *volatilities,
    )
