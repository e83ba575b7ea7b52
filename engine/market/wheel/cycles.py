"""The turns of the wheel in a ledger: each from the first sale until nothing is held any more."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import assert_never

from engine.market.book import Instrument, Option, Position, Stock
from engine.market.expiry_gain import expiry_gain
from engine.market.ledger import Running
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
from engine.market.lots import Holding, Ledger


@dataclass(frozen=True, slots=True)
class Cycle:
    """One turn in one stock.

    Attributes:
        closed: None while something is still held.
        puts_sold, calls_sold: contracts.
        premium: currency, what options brought in less what closing them and their fees cost.
        assigned, called_away: contracts of short puts and short calls exercised against us.
        gain: currency: all that came in less all that was paid; of an open cycle, its cash so far.
        collateral: currency, the most that short puts at their strikes and shares at the price
            paid for them ever bound.
        shares: held now.
        breakeven: the lowest price of the stock that brings the cycle to 0 when every option that
            is open has expired at it, and the shares are sold; None where no shares are held.
        open_options: whether any is open, whose premium is not earned yet.
    """

    symbol: str
    opened: date
    closed: date | None
    puts_sold: float
    calls_sold: float
    premium: float
    assigned: float
    called_away: float
    dividends: float
    fees: float
    gain: float
    collateral: float
    shares: float
    breakeven: float | None
    open_options: bool

    def days(self, until: date) -> int:
        """Return the calendar days from the opening to the end, or to `until` if it is open."""
        return ((self.closed or until) - self.opened).days

    @property
    def return_on_collateral(self) -> float | None:
        """Gain over collateral; None of an open cycle, or where nothing was bound."""
        if self.closed is None or self.collateral <= 0:
            return None
        return self.gain / self.collateral

    @property
    def annualised(self) -> float | None:
        """The return on collateral a year, not compounded; None where there is none, or no day."""
        part = self.return_on_collateral
        if part is None or self.closed is None or self.closed <= self.opened:
            return None
        return part * 365 / (self.closed - self.opened).days


def cycles(events: Iterable[Event]) -> tuple[Cycle, ...]:
    """Return the cycles of all symbols in the order in which they opened.

    Raises:
        LedgerError: the events don't follow each other.
    """
    of_symbol: dict[str, list[Event]] = {}
    for event in events:
        of_symbol.setdefault(_symbol(event), []).append(event)
    found = [cycle for symbol, own in of_symbol.items() for cycle in _turns(symbol, own)]
    return tuple(sorted(found, key=lambda cycle: (cycle.opened, cycle.symbol)))


@dataclass(slots=True)
class _Turn:
    opened: date
    puts_sold: float = 0.0
    calls_sold: float = 0.0
    premium: float = 0.0
    assigned: float = 0.0
    called_away: float = 0.0
    collateral: float = 0.0

    def note(self, event: Event, held: float, cash: float) -> None:
        """Count an event: `held` of its instrument before it, the `cash` that it brought."""
        if isinstance(event, Filled) and isinstance(event.instrument, Option):
            self.premium += cash
            if event.quantity < 0:
                self._sold(event.instrument, max(-event.quantity - max(held, 0.0), 0.0))
        elif isinstance(event, Exercised) and held < 0:
            if event.option.kind == "put":
                self.assigned += event.contracts
            else:
                self.called_away += event.contracts

    def _sold(self, option: Option, contracts: float) -> None:
        if option.kind == "put":
            self.puts_sold += contracts
        else:
            self.calls_sold += contracts


def _turns(symbol: str, events: Iterable[Event]) -> list[Cycle]:
    done: list[Cycle] = []
    ledger, binds, turn = Running(), _Bound(), None
    for event in events:
        if isinstance(event, Received) and done and not ledger.has_held(Stock(symbol)):
            # Credited after the shares were gone: it is the last cycle's.
            late = done[-1]
            gain, dividends = late.gain + event.cash, late.dividends + event.cash
            done[-1] = replace(late, gain=gain, dividends=dividends)
            continue
        held, cash = sum(ledger.quantity(one) for one in _touched(event)[:1]), ledger.cash
        ledger.add(event)
        if turn is None and ledger.held:
            turn = _Turn(event.day)
        if turn is not None:
            turn.note(event, held, ledger.cash - cash)
            turn.collateral = max(turn.collateral, binds.after(event, ledger))
            if not ledger.held:
                done.append(_cycle(symbol, turn, ledger, event.day))
                turn, binds, ledger = None, _Bound(), Running(Ledger(last=event.day))
    if turn is not None:
        done.append(_cycle(symbol, turn, ledger, None))
    return done


def _cycle(symbol: str, turn: _Turn, ledger: Running, closed: date | None) -> Cycle:
    shares = ledger.quantity(Stock(symbol))
    return Cycle(
        symbol=symbol,
        opened=turn.opened,
        closed=closed,
        puts_sold=turn.puts_sold,
        calls_sold=turn.calls_sold,
        premium=turn.premium,
        assigned=turn.assigned,
        called_away=turn.called_away,
        dividends=ledger.dividends,
        fees=ledger.fees,
        gain=ledger.cash,
        collateral=turn.collateral,
        shares=shares,
        breakeven=_breakeven(symbol, ledger, shares) if shares > 0 else None,
        open_options=any(isinstance(one, Option) for one in ledger.held),
    )


def _breakeven(symbol: str, ledger: Running, shares: float) -> float | None:
    """Return where the gain at expiry changes its sign first, all cash so far counted."""
    alike: dict[Option, float] = {}  # at expiry a right and its strike tell all
    for one, holding in ledger.held.items():
        if isinstance(one, Option):
            same = replace(one, expiry=date.max, american=True)
            alike[same] = alike.get(same, 0.0) + holding.quantity
    stock = Position(Stock(symbol), shares, -ledger.cash / shares)
    options = (Position(one, quantity, 0.0) for one, quantity in alike.items())
    found = expiry_gain((stock, *options)).breakevens
    return found[0] if found else None


class _Bound:
    """What short puts and long shares bind, currency, event by event."""

    def __init__(self) -> None:
        self._by: dict[Instrument, float] = {}
        self._total = 0.0

    def after(self, event: Event, ledger: Running) -> float:
        """Return what is bound once the ledger has taken the event; a split changes all."""
        for one in {*self._by, *ledger.held} if isinstance(event, Split) else _touched(event):
            holding = ledger.held.get(one)
            now = 0.0 if holding is None else _binds(one, holding)
            self._total += now - self._by.pop(one, 0.0)
            if now:
                self._by[one] = now
        return self._total


def _binds(instrument: Instrument, holding: Holding) -> float:
    if isinstance(instrument, Stock):
        return holding.paid if holding.quantity > 0 else 0.0
    if instrument.kind == "call":
        return 0.0
    return max(-holding.quantity, 0.0) * instrument.multiplier * instrument.strike


def _touched(event: Event) -> tuple[Instrument, ...]:
    """Return what an event but a split changes the lots of, its own instrument first."""
    match event:
        case Filled():
            return (event.instrument,)
        case Expired():
            return (event.option,)
        case Exercised():
            return event.option, Stock(event.option.underlying)
        case _:
            return ()


def _symbol(event: Event) -> str:
    match event:
        case Filled():
            return symbol_of(event.instrument)
        case Expired() | Exercised():
            return event.option.underlying
        case Paid() | Received() | Split():
            return event.symbol
        case _:
            assert_never(event)
