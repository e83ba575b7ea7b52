"""The wheel in a book: the stock to sell options on, short options to watch, limits, basis."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from engine.market.assignment import EarlyAssignment, early_assignment
from engine.market.book import Book, Instrument, Option, OptionKind, Position, Quote, Stock
from engine.market.candidates import Ranking
from engine.market.candidates_sources import from_model, from_quotes
from engine.market.exposure import Line, lines, most
from engine.market.ledger_events import Event, Filled, symbol_of
from engine.market.limits import Exposure
from engine.market.parameters import Parameters, Sourced
from engine.market.risk.dividends import cash_dividends
from engine.market.risk.market import mid, priced, realised_volatility, spot
from engine.market.risk.risk import Risk
from engine.market.rolls import Rule, Short, rules
from engine.market.scene import Scene
from engine.market.wheel.margin import Bound, bound


class NoStock(ValueError):
    """There is no stock to look at, or no price of it."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A short option, what the roll rules say of it, and whether it may be assigned early."""

    short: Short
    rules: tuple[Rule, ...]
    early: EarlyAssignment | None
    priced_by: str


def symbol(book: Book, named: str, parameters: Parameters) -> str:
    """Return the stock to look at: the one named, the configured one, or the only one there is.

    Where the book holds nothing, it is one that prices are known of.

    Raises:
        NoStock: nothing is known of the one named, or there are several, and none is named.
    """
    quoted = {symbol_of(one.instrument) for one in book.quotes}
    held = sorted({symbol_of(one.instrument) for one in book.positions} or book.prices)
    known = {*held, *book.prices, *quoted}
    wanted = named.strip().upper()
    if wanted and wanted not in known:
        about = ", ".join(sorted(known)) or "none"
        raise NoStock(f"neither positions nor market data know {wanted}; they know {about}")
    for one in (wanted, parameters.ticker):
        if one and one in known:
            return one
    if len(held) == 1:
        return held[0]
    if not held:
        raise NoStock("the book holds nothing and no ticker is named")
    raise NoStock(f"the book is about {', '.join(held)}; name one of them")


def scene(book: Book, wanted: str, volatility_days: int) -> Scene:
    """Return what is known of a stock: its price, volatility, and what held shares cost.

    Raises:
        NoStock: nothing tells its price.
    """
    quotes = {quote.instrument: quote for quote in book.quotes}
    found = spot(book, quotes, wanted)
    if found is None:
        raise NoStock(f"no quote and no close of {wanted} is known")
    volatility = realised_volatility(book, wanted, volatility_days)
    cash = cash_dividends(book)
    return Scene(
        symbol=wanted,
        as_of=book.as_of,
        spot=found.value,
        rate=book.rate or 0.0,
        dividend_yield=cash.yield_of(wanted),
        volatility=None if isinstance(volatility, str) else volatility.value,
        basis=_basis(book.positions, wanted),
        dividends=cash.of(wanted),
    )


def candidates(book: Book, at: Scene, parameters: Parameters) -> tuple[Ranking, Ranking | None]:
    """Return puts to sell, and calls if enough shares are held to cover one.

    Raises:
        ValueError: there are neither quotes nor a volatility.
    """
    quoted = any(
        isinstance(one.instrument, Option) and one.instrument.underlying == at.symbol
        for one in book.quotes
    )
    shares = sum(one.quantity for one in book.positions if one.instrument == Stock(at.symbol))

    def judged(kind: OptionKind) -> Ranking:
        if quoted:
            return from_quotes(at, book.quotes, kind, parameters)
        return from_model(at, kind, parameters)

    return judged("put"), judged("call") if shares >= 100 else None


def watched(book: Book, sourced: Sourced, volatility_days: int) -> tuple[Watched, ...]:
    """Return every short option that can be valued, as the roll rules and holders see it."""
    quotes = {quote.instrument: quote for quote in book.quotes}
    market = priced(book, volatility_days)
    spots = dict(zip(market.symbols, market.spots, strict=True))
    return tuple(
        _watch(book, line, sourced, spots[symbol_of(line.position.instrument)].value, quotes)
        for line in lines(market)
        if isinstance(line.position.instrument, Option) and line.position.quantity < 0
    )


def openings(positions: Sequence[Position], as_of: date) -> tuple[tuple[Event, ...], int]:
    """Return positions as the trades that opened them, and how many lack the price paid."""
    known = [one for one in positions if one.price is not None and one.quantity]
    events = [
        Filled(min(one.opened or as_of, as_of), one.instrument, one.quantity, one.price or 0.0)
        for one in known
    ]
    return tuple(sorted(events, key=lambda event: event.day)), len(positions) - len(known)


def exposure(risk: Risk, book: Book, account_value: float | None, kelly: float | None) -> Exposure:
    """Return the figures that limits are set on.

    Args:
        account_value: what fractions are of; None: not known, and so are they.
        kelly: the largest part of the account that one short put secures; None: not known.
    """
    total, held = risk.total, bindings(risk, book)
    (delta_of, delta), (gamma_of, gamma) = most(risk.lines, "delta"), most(risk.lines, "gamma")
    shorts = [
        one for one in book.positions if isinstance(one.instrument, Option) and one.quantity < 0
    ]
    tail = None
    if not isinstance(risk.simulated, str):
        tail = next((one.tail for one in risk.simulated.tails if one.tail.level == 0.95), None)
    return Exposure(
        portfolio_value=account_value,
        currency=risk.currency,
        delta_shares=delta,
        delta_of=delta_of,
        gamma_shares=gamma,
        gamma_of=gamma_of,
        vega_per_point=total.vega_per_point,
        theta_per_day=total.theta_per_day,
        rho_per_point=total.rho_per_point,
        var_95=None if tail is None else max(tail.value_at_risk, 0.0),
        cvar_95=None if tail is None else max(tail.expected_shortfall, 0.0),
        margin=held.margin,
        notional=sum(held.assigned.values()),
        largest_position=max(held.assigned.values(), default=0.0),
        kelly=kelly,
        contracts=max((abs(one.quantity) for one in shorts), default=0.0),
        unknown=tuple(_unknown(account_value is None, tail is None)),
    )


def bindings(risk: Risk, book: Book) -> Bound:
    """Return the cash and margin that the book's positions bind."""
    spots = {name: one.value for name, one in zip(risk.symbols, risk.spots, strict=True)}
    prices = {
        line.position.instrument: line.exposure.value / line.position.shares
        for line in risk.lines
        if isinstance(line.position.instrument, Option) and line.position.shares
    }
    return bound(book.positions, spots, prices)


def _watch(
    book: Book, line: Line, sourced: Sourced, spot_price: float, quotes: Mapping[Instrument, Quote]
) -> Watched:
    position, option = line.position, line.position.instrument
    assert isinstance(option, Option)
    quote = quotes.get(option)
    model = line.exposure.value / position.shares
    ask = quote.ask if quote is not None else None
    short = Short(
        option=option,
        contracts=-position.quantity,
        sold_at=position.price,
        costs_now=ask or model,
        delta=line.exposure.delta / position.shares,
        days=(option.expiry - book.as_of).days,
    )
    early = early_assignment(
        option,
        spot=spot_price,
        price=(mid(quote) if quote is not None else None) or model,
        as_of=book.as_of,
        rate=book.rate or 0.0,
        dividends=book.dividends,
    )
    priced_by = "ask" if ask else f"model at {line.volatility:.1%} volatility"
    return Watched(short, rules(short, sourced), early, priced_by)


def _basis(positions: Sequence[Position], wanted: str) -> float | None:
    """Return the mean price paid for long shares; None if any of them lacks one."""
    held = [one for one in positions if one.instrument == Stock(wanted) and one.quantity > 0]
    if not held or any(one.price is None for one in held):
        return None
    paid = sum(one.quantity * (one.price or 0.0) for one in held)
    return paid / sum(one.quantity for one in held)


def _unknown(no_value: bool, no_tail: bool) -> Iterator[tuple[str, str]]:
    fractions = ("max_var_95", "max_cvar_95", "max_position_size", "max_margin_percent")
    if no_value:
        for name in (*fractions, "max_notional_percent"):
            yield name, "[market] account_value is not set"
    elif no_tail:
        for name in fractions[:2]:
            yield name, "there is no VaR at 95 %"
    yield "max_kelly_fraction", "no short put could be judged"
