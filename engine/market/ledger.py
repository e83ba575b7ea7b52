"""A book as the fold of what happened to it: puts, assignment, shares, calls, called away.

The premium of an option that is exercised is no gain of its own: it belongs to the shares, lowering
the basis of those bought through a short put and raising the proceeds of those sold through a short
call (IRS Publication 550, *Puts and Calls*). Lots are closed first in, first out, and
fees count into basis and proceeds. So at any time, for any marks,

    cash + value of what is held  =  realised + dividends + unrealised.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import reduce
from typing import assert_never

from engine.market.book import Instrument, Option, Stock
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
from engine.market.lots import NOTHING, How, Ledger, LedgerError, Lot, Realised, size_of, take


def fold(events: Iterable[Event], start: Ledger | None = None) -> Ledger:
    """Return the ledger after all `events`, which must be in the order of their days.

    Raises:
        LedgerError: see `apply`.
    """
    return reduce(apply, events, start or Ledger())


def apply(ledger: Ledger, event: Event) -> Ledger:
    """Return the ledger after one event.

    Raises:
        LedgerError: it is earlier than the last one, closes more than is held, or has a quantity,
            price, fee or ratio that can't be.
    """
    if event.day < ledger.last:
        raise LedgerError(f"{event} is earlier than {ledger.last}, the day of the event before it")
    ledger = replace(ledger, last=event.day)
    match event:
        case Filled():
            return _filled(ledger, event)
        case Expired():
            return _expired(ledger, event)
        case Exercised():
            return _exercised(ledger, event)
        case Paid():
            amount = event.amount * ledger.quantity(Stock(event.symbol))
            return replace(ledger, cash=ledger.cash + amount, dividends=ledger.dividends + amount)
        case Received():
            return _received(ledger, event)
        case Split():
            return _split(ledger, event)
        case _:
            assert_never(event)


def _received(ledger: Ledger, event: Received) -> Ledger:
    if not ledger.has_held(Stock(event.symbol)):
        raise LedgerError(f"{event}: no shares of {event.symbol} were held before")
    return replace(ledger, cash=ledger.cash + event.cash, dividends=ledger.dividends + event.cash)


def _filled(ledger: Ledger, event: Filled) -> Ledger:
    if event.quantity == 0 or event.price < 0 or event.fees < 0:
        raise LedgerError(f"{event}: expected a quantity, and neither price nor fees below 0")
    size = size_of(event.instrument)
    cash = -event.quantity * event.price * size - event.fees
    fee = event.fees / (event.quantity * size)  # raises what is paid, lowers what is taken in
    ledger = replace(ledger, cash=ledger.cash + cash, fees=ledger.fees + event.fees)
    return _book(ledger, event.day, event.instrument, event.quantity, event.price + fee, "traded")


def _book(
    ledger: Ledger,
    day: date,
    instrument: Instrument,
    quantity: float,
    price: float,
    how: How,
    premium: float = 0.0,
) -> Ledger:
    """Close what `quantity` is against, oldest first, and open what is left; moves no cash."""
    closed, kept, left = take(ledger.lots.get(instrument, ()), -quantity)
    realised = tuple(_realise(lot, day, instrument, price, how) for lot in closed)
    if abs(left) > NOTHING:
        kept = (*kept, Lot(day, -left, price, premium))
    return _with(replace(ledger, realised=ledger.realised + realised), instrument, kept)


def _expired(ledger: Ledger, event: Expired) -> Ledger:
    closed, kept = _end(ledger, event.option, event.contracts, event)
    realised = tuple(_realise(lot, event.day, event.option, 0.0, "expired") for lot in closed)
    return _with(replace(ledger, realised=ledger.realised + realised), event.option, kept)


def _exercised(ledger: Ledger, event: Exercised) -> Ledger:
    """Turn option lots into shares: each lot's premium goes into the basis of its shares."""
    option = event.option
    closed, kept = _end(ledger, option, event.contracts, event)
    ledger = _with(ledger, option, kept)
    for lot in closed:
        was_short = lot.quantity < 0
        buys = was_short == (option.kind == "put")
        shares = abs(lot.quantity) * option.multiplier
        fees = event.fees * abs(lot.quantity) / event.contracts
        sign = 1.0 if buys else -1.0
        # A premium taken in makes shares cheaper to have bought and dearer to have sold.
        premium = -sign * lot.basis if was_short else sign * lot.basis
        price = option.strike + premium + sign * fees / shares
        ledger = replace(
            ledger,
            cash=ledger.cash - sign * shares * option.strike - fees,
            fees=ledger.fees + fees,
        )
        how: How = "assigned" if was_short else "exercised"
        stock = Stock(option.underlying)
        ledger = _book(ledger, event.day, stock, sign * shares, price, how, premium)
    return ledger


def _end(
    ledger: Ledger, option: Option, contracts: float, event: Event
) -> tuple[tuple[Lot, ...], tuple[Lot, ...]]:
    """Return the lots that `contracts` end, and those that stay."""
    held = ledger.quantity(option)
    if not 0 < contracts <= abs(held) + NOTHING:
        raise LedgerError(f"{event}: {held:g} contracts are held; expected no more than that")
    signed = contracts if held > 0 else -contracts
    closed, kept, _ = take(ledger.lots[option], signed)
    return closed, kept


def _split(ledger: Ledger, event: Split) -> Ledger:
    if not event.ratio > 0:
        raise LedgerError(f"{event}: expected a ratio above 0")
    lots: dict[Instrument, tuple[Lot, ...]] = {}
    for instrument, held in ledger.lots.items():
        if symbol_of(instrument) != event.symbol:
            lots[instrument] = held
            continue
        now, times = _after_split(instrument, event.ratio)
        lots[now] = tuple(
            replace(
                lot,
                quantity=lot.quantity * times,
                basis=lot.basis / event.ratio,
                premium=lot.premium / event.ratio,
            )
            for lot in held
        )
    return replace(ledger, lots=lots)


def _after_split(instrument: Instrument, ratio: float) -> tuple[Instrument, float]:
    """Return what the instrument is afterwards, and by how much its quantity is multiplied.

    An even split makes more contracts of as many shares, any other as many of more shares (OCC
    By-Laws, article VI, section 11A).
    """
    if isinstance(instrument, Stock):
        return instrument, ratio
    strike = instrument.strike / ratio
    if ratio >= 1 and ratio == int(ratio):
        return replace(instrument, strike=strike), ratio
    return replace(instrument, strike=strike, multiplier=instrument.multiplier * ratio), 1.0


def _realise(lot: Lot, day: date, instrument: Instrument, price: float, how: How) -> Realised:
    gain = (price - lot.basis) * lot.quantity * size_of(instrument)
    return Realised(lot.opened, day, instrument, lot.quantity, lot.basis, price, gain, how)


def _with(ledger: Ledger, instrument: Instrument, lots: tuple[Lot, ...]) -> Ledger:
    held = dict(ledger.lots)  # a copy compares no key: each of thousands of trades makes one
    held.pop(instrument, None)
    if lots:
        held[instrument] = lots
    return replace(ledger, lots=held)
