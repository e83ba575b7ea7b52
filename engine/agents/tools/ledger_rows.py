"""A ledger as figures and tables; amounts are in the currency that their title names."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import assert_never

from engine.evidence import Cell, Figure, Figures, Table
from engine.market.account import Difference
from engine.market.book import Instrument, Option
from engine.market.ledger_events import (
    Event,
    Exercised,
    Expired,
    Filled,
    Paid,
    Received,
    Split,
    symbol_of,
)
from engine.market.lots import Ledger
from engine.market.wheel.cycles import Cycle

_MOST, _MOST_HELD = 40, 200


def totals(ledger: Ledger, unrealised: float | None, currency: str) -> Figures:
    """Return what was gained, apart from what is still open, and by year."""
    by_year: dict[int, float] = {}
    for part in ledger.realised:
        by_year[part.closed.year] = by_year.get(part.closed.year, 0.0) + part.gain
    years = (
        Figure(f"realised in {year}", round(gain, 2), currency)
        for year, gain in sorted(by_year.items())
    )
    unknown = None if unrealised is not None else "not all that is held can be valued"
    return Figures(
        "Gains",
        (
            Figure("realised", round(ledger.realised_gain, 2), currency),
            *years,
            Figure("unrealised", _round(unrealised), currency, reason=unknown),
            Figure("dividends", round(ledger.dividends, 2), currency),
            Figure("fees, counted in", round(ledger.fees, 2), currency),
        ),
    )


def held(ledger: Ledger, marks: Mapping[Instrument, float], currency: str) -> Table:
    """Return what is held: its price with fees, what premiums add to it, basis, mark and gain."""
    columns = ("symbol", "what", "quantity", "price", "premium", "basis", "mark", "unrealised")
    rows: list[tuple[Cell, ...]] = []
    every = sorted(ledger.lots, key=repr)
    biggest = sorted(every, key=lambda one: -_size(ledger, marks, one))[:_MOST_HELD]
    kept = every if len(every) <= _MOST_HELD else biggest
    for instrument in kept:
        quantity, basis = ledger.quantity(instrument), ledger.basis(instrument) or 0.0
        premium, mark = ledger.premium(instrument), marks.get(instrument)
        size = instrument.multiplier if isinstance(instrument, Option) else 1.0
        gain = None if mark is None else (mark - basis) * quantity * size
        rows.append(
            (
                symbol_of(instrument), _what(instrument), quantity, round(basis - premium, 4),
                round(premium, 4), round(basis, 4), _round(mark, 4), _round(gain),
            )
        )  # fmt: skip
    cut = f": the biggest {len(kept)} by value of {len(every):,}" if len(kept) < len(every) else ""
    return Table(f"Held, {currency} a share{cut}", columns, tuple(rows))


def _size(ledger: Ledger, marks: Mapping[Instrument, float], one: Instrument) -> float:
    """Return what is held of it in money, by its mark or else its basis."""
    size = one.multiplier if isinstance(one, Option) else 1.0
    return abs(ledger.quantity(one) * size * marks.get(one, ledger.basis(one) or 0.0))


def cycles(found: Iterable[Cycle], today: date, currency: str) -> Table:
    """Return the turns of the wheel, each from its first sale to its end."""
    columns = (
        "symbol", "opened", "closed", "days", "puts sold", "assigned", "calls sold", "called away",
        "premium", "dividends", "collateral", "gain", "a year %", "breakeven",
    )  # fmt: skip
    return Table(f"Cycles, {currency}", columns, tuple(_cycle(one, today) for one in found))


def closed(ledger: Ledger, currency: str) -> Table:
    """Return what was closed, the newest first."""
    columns = (
        "closed", "symbol", "what", "quantity", "opened", "basis", "proceeds", "gain", "how",
    )  # fmt: skip
    newest = ledger.realised[: -_MOST - 1 : -1]
    rows = tuple(
        (
            str(one.closed), symbol_of(one.instrument), _what(one.instrument), one.quantity,
            str(one.opened), round(one.basis, 4), round(one.proceeds, 4), round(one.gain, 2),
            one.how,
        )
        for one in newest
    )  # fmt: skip
    more = len(ledger.realised) > len(newest)
    some = f" (the last {_MOST} of {len(ledger.realised)})" if more else ""
    return Table(f"Closed, {currency}{some}", columns, rows)


def trades(events: Sequence[Event]) -> Table:
    """Return what happened, the newest first."""
    columns = ("day", "done", "symbol", "what", "quantity", "price", "fees")
    rows = tuple(_trade(one) for one in events[: -_MOST - 1 : -1])
    some = f" (the last {_MOST} of {len(events)})" if len(events) > len(rows) else ""
    return Table(f"Trades{some}", columns, rows)


def differences(found: Iterable[Difference]) -> Table:
    """Return where trades and positions tell different quantities."""
    rows = tuple(
        (symbol_of(one.instrument), _what(one.instrument), one.by_trades, one.by_positions)
        for one in found
    )
    return Table(
        "Trades and positions differ", ("symbol", "what", "by trades", "by positions"), rows
    )


def named(instrument: Instrument) -> str:
    """Return an instrument in a sentence."""
    return f"{symbol_of(instrument)} {_what(instrument)}"


def _what(instrument: Instrument) -> str:
    if not isinstance(instrument, Option):
        return "shares"
    return f"{instrument.expiry} {instrument.strike:g} {instrument.kind}"


def _trade(event: Event) -> tuple[Cell, ...]:
    day = str(event.day)
    match event:
        case Filled():
            done, one = "bought" if event.quantity > 0 else "sold", event.instrument
            price, fees = round(event.price, 4), round(event.fees, 2)
            return day, done, symbol_of(one), _what(one), event.quantity, price, fees
        case Expired() | Exercised():
            done = "expired" if isinstance(event, Expired) else "exercised"
            option = event.option
            return day, done, option.underlying, _what(option), event.contracts, None, None
        case Paid():
            return day, "dividend a share", event.symbol, "shares", None, event.amount, None
        case Received():
            return day, "dividend", event.symbol, "shares", None, event.cash, None
        case Split():
            return day, "split", event.symbol, "shares", event.ratio, None, None
        case _:
            assert_never(event)


def _cycle(one: Cycle, today: date) -> tuple[Cell, ...]:
    done = one.closed is not None
    a_year = None if one.annualised is None else round(100 * one.annualised, 1)
    return (
        one.symbol, str(one.opened), str(one.closed or "open"), one.days(today), one.puts_sold,
        one.assigned, one.calls_sold, one.called_away, round(one.premium, 2),
        round(one.dividends, 2), round(one.collateral, 2), round(one.gain, 2) if done else None,
        a_year, _round(one.breakeven, 4),
    )  # fmt: skip


def _round(value: float | None, digits: int = 2) -> float | None:
    return None if value is None else round(value, digits)
