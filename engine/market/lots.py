"""What a ledger holds: lots of each instrument, what closed ones gained, cash.

LedgerError     an event that can't follow what was before, or something held without a price
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final, Literal

from engine.market.book import Instrument, Option

How = Literal["traded", "expired", "assigned", "exercised"]

NOTHING: Final = 1e-9
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

    def premium(self, instrument: Instrument) -> float:
        """Return the mean part per share of the basis that came from exercised options."""
        lots = self.lots.get(instrument, ())
        of_all = sum(lot.quantity * lot.premium for lot in lots)
        return of_all / self.quantity(instrument) if of_all else 0.0

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
            (mark_of(marks, instrument) - lot.basis) * lot.quantity * size_of(instrument)
            for instrument, lots in self.lots.items()
            for lot in lots
        )

    def value(self, marks: Mapping[Instrument, float]) -> float:
        """Return what is held at `marks`; what is short counts below 0."""
        return sum(
            mark_of(marks, instrument) * self.quantity(instrument) * size_of(instrument)
            for instrument in self.lots
        )


class Holding:
    """The lots of one instrument while events change them: oldest first, all of one sign.

    Opening costs the same however many there are, and closing no more than the lots it ends.

    Attributes:
        quantity: of all lots together.
        paid: currency by share: their quantities times their bases without exercised premiums.
    """

    __slots__ = ("lots", "paid", "quantity")

    def __init__(self, lots: Iterable[Lot] = ()) -> None:
        self.lots: deque[Lot] = deque()
        self.quantity = self.paid = 0.0
        for lot in lots:
            self.open(lot)

    def open(self, lot: Lot) -> None:
        self.lots.append(lot)
        self._count(lot, lot.quantity)

    def close(self, wanted: float) -> tuple[list[Lot], float]:
        """Take out so much, oldest first: what was taken, and how much could not be had.

        `wanted` has the sign of the lots to take; lots of the other sign stay.
        """
        taken: list[Lot] = []
        while self.lots and abs(wanted) > NOTHING and (self.lots[0].quantity > 0) == (wanted > 0):
            lot = self.lots.popleft()
            part = lot.quantity if abs(lot.quantity) <= abs(wanted) else wanted
            taken.append(replace(lot, quantity=part))
            wanted -= part
            kept = lot.quantity - part
            if abs(kept) > NOTHING:
                self.lots.appendleft(replace(lot, quantity=kept))
            else:
                part = lot.quantity
            self._count(lot, -part)
        return taken, wanted

    def _count(self, lot: Lot, quantity: float) -> None:
        self.quantity += quantity
        self.paid += quantity * (lot.basis - lot.premium)


def size_of(instrument: Instrument) -> float:
    """Return the shares in one unit of the instrument."""
    return instrument.multiplier if isinstance(instrument, Option) else 1.0


def mark_of(marks: Mapping[Instrument, float], instrument: Instrument) -> float:
    if instrument not in marks:
        raise LedgerError(f"{instrument} is held and has no mark")
    return marks[instrument]
