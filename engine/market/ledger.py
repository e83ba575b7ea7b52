"""A book as the fold of what happened to it: puts, assignment, shares, calls, called away.

The premium of an option that is exercised is no gain of its own: it belongs to the shares, lowering
the basis of those bought through a short put and raising the proceeds of those sold through a short
call (IRS Publication 550, *Puts and Calls*). Lots are closed first in, first out, and
fees count into basis and proceeds. So at any time, for any marks,

    cash + value of what is held  =  realised + dividends + unrealised.

    LedgerError     an event that can't follow what was before
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import reduce
from typing import Final, Literal, assert_never

from engine.market.book import Instrument, Option, Stock
from engine.market.ledger_events import (
    Event,
    Exercised,
    Expired,
    Filled,
    Paid,
    Split,
    symbol_of,
)

How = Literal["traded", "expired", "assigned", "exercised"]

_NOTHING: Final = 1e-9
"""Contracts or shares below this are the rounding of fractions, not a position."""


class LedgerError(ValueError):
    """An event doesn't fit what the ledger holds."""


@dataclass(frozen=True, slots=True)
class Lot:
    """What is left of one opening.

    Attributes:
        quantity: contracts or shares; below 0 is short.
        basis: per share, with fees: what a long lot cost, what a short lot brought in.
        premium: per share, the part of `basis` that came from exercised options, with the sign
            that it has in `basis`.
    """

    opened: date
    quantity: float
    basis: float
    premium: float = 0.0


@dataclass(frozen=True, slots=True)
class Realised:
    """One lot, or a part of one, that was closed, and what it gained.

    Attributes:
        quantity: of the lot that was closed; below 0 was short.
        basis, proceeds: per share, opening and closing, with fees and exercised premiums.
        gain: currency.
    """

    opened: date
    closed: date
    instrument: Instrument
    quantity: float
    basis: float
    proceeds: float
    gain: float
    how: How


@dataclass(frozen=True, slots=True)
class Ledger:
    """What is held, what it cost, and what has been gained so far.

    Attributes:
        cash: sum of all that was paid and taken in, currency; starts at 0.
        lots: of each instrument held, oldest first.
        realised: everything that was closed, in order.
        dividends: currency.
        fees: part of `cash`, currency.
        last: the day of the newest event.
    """

    cash: float = 0.0
    lots: Mapping[Instrument, tuple[Lot, ...]] = field(default_factory=dict)
    realised: tuple[Realised, ...] = ()
    dividends: float = 0.0
    fees: float = 0.0
    last: date = date.min

    def quantity(self, instrument: Instrument) -> float:
        """Return contracts or shares held, below 0 if short."""
        return sum(lot.quantity for lot in self.lots.get(instrument, ()))

    def basis(self, instrument: Instrument) -> float | None:
        """Return the mean basis per share of what is held, None if nothing is."""
        lots = self.lots.get(instrument, ())
        held = sum(lot.quantity for lot in lots)
        return sum(lot.quantity * lot.basis for lot in lots) / held if lots else None

    @property
    def realised_gain(self) -> float:
        """Currency, dividends not counted."""
        return sum(part.gain for part in self.realised)

    def unrealised_gain(self, marks: Mapping[Instrument, float]) -> float:
        """Return the gain of what is held at `marks`, the price per share of each instrument.

        Raises:
            LedgerError: something that is held has no mark.
        """
        return sum(
            (_mark(marks, instrument) - lot.basis) * lot.quantity * _size(instrument)
            for instrument, lots in self.lots.items()
            for lot in lots
        )

    def value(self, marks: Mapping[Instrument, float]) -> float:
        """Return what is held at `marks`; what is short counts below 0."""
        return sum(
            _mark(marks, instrument) * self.quantity(instrument) * _size(instrument)
            for instrument in self.lots
        )


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
        case Split():
            return _split(ledger, event)
        case _:
            assert_never(event)


def _filled(ledger: Ledger, event: Filled) -> Ledger:
    if event.quantity == 0 or event.price < 0 or event.fees < 0:
        raise LedgerError(f"{event}: expected a quantity, and neither price nor fees below 0")
    size = _size(event.instrument)
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
    closed, kept, left = _take(ledger.lots.get(instrument, ()), -quantity)
    realised = tuple(_realise(lot, day, instrument, price, how) for lot in closed)
    if abs(left) > _NOTHING:
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
    if not 0 < contracts <= abs(held) + _NOTHING:
        raise LedgerError(f"{event}: {held:g} contracts are held; expected no more than that")
    signed = contracts if held > 0 else -contracts
    closed, kept, _ = _take(ledger.lots[option], signed)
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


def _take(lots: tuple[Lot, ...], wanted: float) -> tuple[tuple[Lot, ...], tuple[Lot, ...], float]:
    """Split `lots` at `wanted`: what is taken, what stays, how much could not be had.

    `wanted` has the sign of the lots to take; lots of the other sign stay.
    """
    taken: list[Lot] = []
    kept: list[Lot] = []
    for lot in lots:
        if abs(wanted) <= _NOTHING or (lot.quantity > 0) != (wanted > 0):
            kept.append(lot)
            continue
        part = lot.quantity if abs(lot.quantity) <= abs(wanted) else wanted
        taken.append(replace(lot, quantity=part))
        wanted -= part
        if abs(lot.quantity - part) > _NOTHING:
            kept.append(replace(lot, quantity=lot.quantity - part))
    return tuple(taken), tuple(kept), wanted


def _realise(lot: Lot, day: date, instrument: Instrument, price: float, how: How) -> Realised:
    gain = (price - lot.basis) * lot.quantity * _size(instrument)
    return Realised(lot.opened, day, instrument, lot.quantity, lot.basis, price, gain, how)


def _with(ledger: Ledger, instrument: Instrument, lots: tuple[Lot, ...]) -> Ledger:
    others = {other: held for other, held in ledger.lots.items() if other != instrument}
    return replace(ledger, lots={**others, instrument: lots} if lots else others)


def _size(instrument: Instrument) -> float:
    """Return the shares in one unit of the instrument."""
    return instrument.multiplier if isinstance(instrument, Option) else 1.0


def _mark(marks: Mapping[Instrument, float], instrument: Instrument) -> float:
    if instrument not in marks:
        raise LedgerError(f"{instrument} is held and has no mark")
    return marks[instrument]
