"""What the book knows of an option that a question leaves out: spot, volatility, expiry, side."""

import re
from collections.abc import Sequence
from dataclasses import replace
from math import exp
from typing import TYPE_CHECKING

import anyio

from engine.agents.option_terms import Terms
from engine.agents.tool import Call, Refused, ToolError
from engine.agents.tools.book_reading import read
from engine.market.book import Book, Option
from engine.market.settings import Sources

if TYPE_CHECKING:
    from engine.market.risk.market import Priced, Sourced

_EXAMPLE = "an EXAMPLE book: every figure of it is invented"


async def filled(call: Call, terms: Terms, text: str) -> Terms | None:
    """Return the terms with what the book knows beside them, each told; None without a book.

    Raises:
        Refused: several options that are held would fit, or the stock isn't told.
    """
    try:
        reading, where = await read(call)
    except Refused:
        raise
    except ToolError:
        return None  # without a book the question is refused for what it leaves out
    if not reading.book.positions:
        return None
    return await anyio.to_thread.run_sync(_filled, reading.book, where, terms, text)


def _filled(book: Book, where: Sources, terms: Terms, text: str) -> Terms | None:
    from engine.market.risk.market import MixedCurrencies, priced

    try:
        market = priced(book, where.volatility_days)
    except MixedCurrencies as error:
        raise Refused(str(error), error.remedy) from error
    if not market.symbols:
        return None
    symbol = _symbol(market, text)
    spot = market.spots[market.symbols.index(symbol)]
    said = [*([_EXAMPLE] if where.example else []), f"valued on {where.as_of}"]
    if terms.spot is None:
        said.append(f"spot {spot.value:g}: {spot.source}")
        terms = replace(terms, spot=spot.value)
    held = _held(market, symbol, terms, book)
    if held is not None:
        terms = _as_held(terms, *held, book, said)
    terms = _less_dividends(terms, symbol, book, said)
    return replace(terms, readings=(*terms.readings, *said))


def _symbol(market: "Priced", text: str) -> str:
    if len(market.symbols) == 1:
        return market.symbols[0]
    named = [one for one in market.symbols if re.search(rf"(?<!\w){re.escape(one)}(?!\w)", text)]
    if len(named) == 1:
        return named[0]
    raise Refused(f"the book holds {', '.join(market.symbols)}", "name the stock in the question")


def _held(
    market: "Priced", symbol: str, terms: Terms, book: Book
) -> "tuple[Option, Sourced] | None":
    """Return the option that is meant: the very one, or for its volatility the nearest held."""
    options = [
        (one.instrument, known)
        for one, known in market.options
        if isinstance(one.instrument, Option) and one.instrument.underlying == symbol
    ]
    fitting = [pair for pair in options if _fits(pair[0], terms, book)]
    if len({pair[0] for pair in fitting}) > 1:
        found = ", ".join(f"{one.strike:g} {one.kind} {one.expiry}" for one, _ in fitting)
        raise Refused(
            f"several options of the book fit: {found}",
            "name side, strike and expiry as 2026-01-16",
        )
    if fitting:
        return fitting[0]
    if terms.strike is None or terms.days is None:
        raise Refused(_none_fits(options, terms), "name one of these, or its expiry")
    strike, days = terms.strike, terms.days
    return min(
        options,
        key=lambda pair: (
            abs(pair[0].strike - strike),
            abs((pair[0].expiry - book.as_of).days - days),
        ),
        default=None,
    )


def _none_fits(options: "Sequence[tuple[Option, Sourced]]", terms: Terms) -> str:
    asked = f"{'' if terms.strike is None else f'{terms.strike:g} '}{terms.kind or 'option'}"
    found = ", ".join(f"{one.strike:g} {one.kind} {one.expiry}" for one, _ in options)
    return f"the book holds no {asked} that fits; it holds {found or 'no option'}"


def _fits(option: Option, terms: Terms, book: Book) -> bool:
    days = (option.expiry - book.as_of).days
    return (
        terms.kind in (None, option.kind)
        and terms.strike in (None, option.strike)
        and terms.days in (None, days)
    )


def _as_held(terms: Terms, option: Option, known: "Sourced", book: Book, said: list[str]) -> Terms:
    named = f"{option.strike:g} {option.kind} {option.expiry}"
    very = _fits(option, terms, book)
    if terms.volatility is None:
        of = "of" if very else "none of that strike and day is held: that of"
        said.append(f"volatility {known.value:.1%}, {of} the {named}: {known.source}")
        terms = replace(terms, volatility=known.value)
    if not very:
        return terms
    days = float((option.expiry - book.as_of).days)
    return replace(
        terms, kind=terms.kind or option.kind, strike=option.strike, days=terms.days or days
    )


def _less_dividends(terms: Terms, symbol: str, book: Book, said: list[str]) -> Terms:
    """Return the terms with the spot less what the stock pays until expiry, discounted."""
    if terms.days is None or terms.spot is None:
        return terms
    coming = [
        (one.amount, (one.ex_date - book.as_of).days)
        for one in book.dividends
        if one.symbol == symbol and 0 < (one.ex_date - book.as_of).days <= terms.days
    ]
    if not coming:
        return terms
    rate = book.rate or 0.0
    worth = sum(amount * exp(-rate * days / 365) for amount, days in coming)
    paid = ", ".join(f"{amount:g} in {days} days" for amount, days in coming)
    said.append(f"spot less the cash dividends until then, discounted: {paid}")
    return replace(terms, spot=round(terms.spot - worth, 4))
