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
from engine.market.lots import NOTHING, Holding, How, Ledger, LedgerError, Lot, Realised, size_of


def fold(events: Iterable[Event], start: Ledger | None = None) -> Ledger:
    """Return the ledger after all `events`, which must be in the order of their days.

    Raises:
        LedgerError: see `Running.add`.
    """
    running = Running(start)
    for event in events:
        running.add(event)
    return running.ledger()


class Running:
    """A ledger while events are added; what one costs doesn't grow with what is held.

    Attributes:
        held: of each instrument, the one that was changed last comes last.
        cash, realised, dividends, fees, last: as in `Ledger`.
    """

    def __init__(self, start: Ledger | None = None) -> None:
        start = start or Ledger()
        self.held = {instrument: Holding(lots) for instrument, lots in start.lots.items()}
        self.cash, self.dividends, self.fees = start.cash, start.dividends, start.fees
        self.realised = list(start.realised)
        self.last = start.last
        self._ever = {*self.held, *(part.instrument for part in self.realised)}

    def ledger(self) -> Ledger:
        """Return it as it is now."""
        return Ledger(
            cash=self.cash,
            lots={instrument: tuple(holding.lots) for instrument, holding in self.held.items()},
            realised=tuple(self.realised),
            dividends=self.dividends,
            fees=self.fees,
            last=self.last,
        )

    def quantity(self, instrument: Instrument) -> float:
        """Return contracts or shares held, below 0 if short."""
        holding = self.held.get(instrument)
        return holding.quantity if holding else 0.0

    def has_held(self, instrument: Instrument) -> bool:
        """Return whether it is held now, or was."""
        return instrument in self._ever

    def add(self, event: Event) -> None:
        """Take one event in.

        Raises:
            LedgerError: it is earlier than the last one, closes more than is held, or has a
                quantity, price, fee or ratio that can't be; nothing is changed then.
        """
        if event.day < self.last:
            raise LedgerError(
                f"{event} is earlier than {self.last}, the day of the event before it"
            )
        match event:
            case Filled():
                self._filled(event)
            case Expired():
                for lot in self._end(event.option, event.contracts, event):
                    self._realise(lot, event.day, event.option, 0.0, "expired")
            case Exercised():
                self._exercised(event)
            case Paid():
                self._credit(event.amount * self.quantity(Stock(event.symbol)))
            case Received():
                if not self.has_held(Stock(event.symbol)):
                    raise LedgerError(f"{event}: no shares of {event.symbol} were held before")
                self._credit(event.cash)
            case Split():
                self._split(event)
            case _:
                assert_never(event)
        self.last = event.day

    def _credit(self, dividend: float) -> None:
        self.cash += dividend
        self.dividends += dividend

    def _filled(self, event: Filled) -> None:
        if event.quantity == 0 or event.price < 0 or event.fees < 0:
            raise LedgerError(f"{event}: expected a quantity, and neither price nor fees below 0")
        size = size_of(event.instrument)
        fee = event.fees / (event.quantity * size)  # raises what is paid, lowers what is taken in
        self.cash += -event.quantity * event.price * size - event.fees
        self.fees += event.fees
        self._book(event.day, event.instrument, event.quantity, event.price + fee, "traded")

    def _book(
        self,
        day: date,
        instrument: Instrument,
        quantity: float,
        price: float,
        how: How,
        premium: float = 0.0,
    ) -> None:
        """Close what `quantity` is against, and open what is left; moves no cash."""
        closed, left = self._take(instrument, -quantity)
        for lot in closed:
            self._realise(lot, day, instrument, price, how)
        if abs(left) > NOTHING:
            self.held.setdefault(instrument, Holding()).open(Lot(day, -left, price, premium))
            self._ever.add(instrument)

    def _take(self, instrument: Instrument, wanted: float) -> tuple[list[Lot], float]:
        """Close so much of what is held of an instrument, oldest first."""
        holding = self.held.pop(instrument, None)
        if holding is None:
            return [], wanted
        found = holding.close(wanted)
        if holding.lots:
            self.held[instrument] = holding
        return found

    def _realise(self, lot: Lot, day: date, instrument: Instrument, price: float, how: How) -> None:
        gain = (price - lot.basis) * lot.quantity * size_of(instrument)
        self.realised.append(
            Realised(lot.opened, day, instrument, lot.quantity, lot.basis, price, gain, how)
        )

    def _exercised(self, event: Exercised) -> None:
        """Turn option lots into shares: each lot's premium goes into the basis of its shares."""
        option = event.option
        for lot in self._end(option, event.contracts, event):
            was_short = lot.quantity < 0
            buys = was_short == (option.kind == "put")
            shares = abs(lot.quantity) * option.multiplier
            fees = event.fees * abs(lot.quantity) / event.contracts
            sign = 1.0 if buys else -1.0
            # A premium taken in makes shares cheaper to have bought and dearer to have sold.
            premium = -sign * lot.basis if was_short else sign * lot.basis
            price = option.strike + premium + sign * fees / shares
            self.cash += -sign * shares * option.strike - fees
            self.fees += fees
            how: How = "assigned" if was_short else "exercised"
            stock = Stock(option.underlying)
            self._book(event.day, stock, sign * shares, price, how, premium)

    def _end(self, option: Option, contracts: float, event: Event) -> list[Lot]:
        """Take out the lots that `contracts` end, and return them."""
        held = self.quantity(option)
        if not 0 < contracts <= abs(held) + NOTHING:
            raise LedgerError(f"{event}: {held:g} contracts are held; expected no more than that")
        return self._take(option, contracts if held > 0 else -contracts)[0]

    def _split(self, event: Split) -> None:
        if not event.ratio > 0:
            raise LedgerError(f"{event}: expected a ratio above 0")
        held: dict[Instrument, Holding] = {}
        for instrument, holding in self.held.items():
            if symbol_of(instrument) != event.symbol:
                held[instrument] = holding
                continue
            now, times = _after_split(instrument, event.ratio)
            held[now] = Holding(
                replace(
                    lot,
                    quantity=lot.quantity * times,
                    basis=lot.basis / event.ratio,
                    premium=lot.premium / event.ratio,
                )
                for lot in holding.lots
            )
        self.held = held


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
