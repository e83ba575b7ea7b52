"""The smile of a chain: implied volatilities over strikes, and at the money over expiries."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import anyio

from engine.agents.tool import Call, Refused
from engine.agents.tools.book_reading import read
from engine.evidence import Evidence, counted
from engine.market.book import Book, Option
from engine.market.settings import Sources

if TYPE_CHECKING:
    from engine.market.chain_smile import ChainSmile
    from engine.market.payoff import Smile

_EXAMPLE = "an EXAMPLE book: every figure of it is invented"
_SIDES = ((0.9, "10 % below"), (1.1, "10 % above"))
_MOST_EXPIRIES = 12
_FAR = 0.5  # of spot: further away a tick of the price is many points of volatility


async def smile(call: Call) -> Evidence:
    """Draw the volatilities of the named expiry, or of the nearest one."""
    ticker, expiry = call.text("ticker").strip().upper(), call.text("expiry").strip()
    if _day(ticker) and not expiry:  # ":smile 2026-12-18"
        ticker, expiry = "", ticker
    if expiry and not _day(expiry):
        raise Refused(f'the expiry "{expiry}" is no day', "write it as in :smile U 2026-12-18")
    reading, where = await read(call, "quotes")
    call.progress("reading the chain", None, None)
    wanted = ticker or where.ticker
    return await anyio.to_thread.run_sync(_drawn, reading.book, where, wanted, _day(expiry))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _drawn(book: Book, where: Sources, wanted: str, named: date | None) -> Evidence:
    from engine.market.chain_smile import chain_smile, expiries
    from engine.market.risk.market import spot as spot_of

    symbol = _symbol(book, wanted)
    spot = spot_of(book, {quote.instrument: quote for quote in book.quotes}, symbol)
    if spot is None:
        raise Refused(
            f"no quote and no close of {symbol} is known", "give the stock a quote or a close"
        )
    days = expiries(book, symbol)
    if not days:
        return Evidence(f"every quoted option on {symbol} has expired", found=False, weight=3)
    if named is not None and named not in days:
        raise Refused(
            f"no option on {symbol} that expires on {named} is quoted",
            f"name one of {', '.join(map(str, days[:_MOST_EXPIRIES]))}",
        )
    expiry = named or days[0]
    terms = [
        (day, _near(chain_smile(book, symbol, day, spot.value, near=day != expiry), spot.value))
        for day in sorted({expiry, *days[:_MOST_EXPIRIES]})
    ]
    return _said(book, where, symbol, (spot.value, spot.source), expiry, terms)


def _symbol(book: Book, wanted: str) -> str:
    """Return the stock whose chain is meant.

    Raises:
        Refused: nothing is quoted on it, or it isn't plain which is meant.
    """
    quoted = sorted(
        {one.instrument.underlying for one in book.quotes if isinstance(one.instrument, Option)}
    )
    if not quoted:
        raise Refused("no option is quoted", "give the quotes of a chain in [market] quotes")
    if wanted in quoted:
        return wanted
    names = ", ".join(quoted)
    if wanted:
        raise Refused(
            f"no option on {wanted} is quoted, but on {names}",
            f":smile {quoted[0]} draws what is quoted",
        )
    if len(quoted) > 1:
        raise Refused(f"options on {names} are quoted", f"name one, as in :smile {quoted[0]}")
    return quoted[0]


def _near(found: "ChainSmile", spot: float) -> "ChainSmile":
    """Return it without the strikes that are far from spot, and without an empty side."""
    kept = []
    for one in found.smiles:
        points = [
            (strike, value)
            for strike, value in zip(one.strikes, one.volatilities, strict=True)
            if abs(strike / spot - 1) <= _FAR
        ]
        if points:
            strikes, values = zip(*points, strict=True)
            kept.append(replace(one, strikes=strikes, volatilities=values))
    kept.sort(key=lambda one: one.kind, reverse=True)  # puts first: what a wheel sells
    return replace(found, smiles=tuple(kept))


def _said(
    book: Book,
    where: Sources,
    symbol: str,
    spot: tuple[float, str],
    expiry: date,
    terms: Sequence[tuple[date, "ChainSmile"]],
) -> Evidence:
    from engine.agents.tools import curve_rows as rows

    price, source = spot
    chain = dict(terms)[expiry]
    if not chain.smiles:
        return Evidence(
            f"no quote of {symbol} {expiry} tells or implies a volatility", found=False, weight=3
        )
    days = (expiry - book.as_of).days
    title = f"Smile of {symbol}, {expiry}, {days} days"
    over = tuple(
        (day, (day - book.as_of).days, rows.volatility_at(one.smiles, price)) for day, one in terms
    )
    verdict = f"{symbol} {expiry}, in {days} days: {_sentence(chain.smiles, price)}"
    return Evidence(
        verdict=f"{_EXAMPLE}; {verdict}" if where.example else verdict,
        sections=(
            rows.smile_series(title, chain.smiles, symbol, price),
            rows.smile_table(chain.smiles, price),
            *([rows.term_table(over)] if len(over) > 1 else []),
        ),
        weight=3,
        assumptions=_assumptions(book, where, chain, f"spot {price:g}, {source}"),
    )


def _sentence(smiles: Sequence["Smile"], spot: float) -> str:
    from engine.agents.tools.curve_rows import volatility_at

    middle = volatility_at(smiles, spot)
    if middle is None:
        low, high = smiles[0].strikes[0], smiles[0].strikes[-1]
        return f"no strike round the spot of {spot:g} is quoted, only {low:g} to {high:g}"
    parts = [f"a volatility of {middle:.1%} at the money ({spot:,.2f})"]
    for share, name in _SIDES:
        if (value := volatility_at(smiles, share * spot)) is not None:
            parts.append(f"{100 * (value - middle):+.1f} points {name}")
    return ", ".join(parts)


def _assumptions(book: Book, where: Sources, chain: "ChainSmile", about: str) -> tuple[str, ...]:
    computed = f"{chain.computed} quotes' volatility is what their middle implies, "
    if chain.paying:
        computed += "with American exercise and the cash dividends to come before expiry"
    else:
        computed += "as of European exercise; they tell none"
    left = counted(chain.unknown, "quote is", "quotes are")
    unknown = f"{left} not drawn: no volatility is told or implied"
    return (
        *((_EXAMPLE,) if where.example else ()),
        f"on {book.as_of}; {about}",
        "between two strikes by the straight line; strikes further than 50 % from spot left out",
        *((computed,) if chain.computed else ()),
        *((unknown,) if chain.unknown else ()),
        *book.notes,
    )
