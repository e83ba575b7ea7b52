"""Trades in the order in which a ledger can take them, each once.

Days follow each other; a file that begins with its newest day is read from its end. Within a day
splits come first, then the rows as they stand in the file, but one that closes what isn't held yet
waits until it is: shares can be sold in the row above the assignment that delivered them.

Brokers tell an assignment twice: the option's row, and a purchase or sale of the shares at the
strike, dated within some days. Such a pair is one event, and its second row is not counted again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from engine.market.book import Stock
from engine.market.ledger import Running
from engine.market.ledger_events import Event, Exercised, Expired, Filled, Split
from engine.market.lots import Ledger, LedgerError
from engine.market.reading.errors import BadRows, Fault
from engine.market.reading.tables import Table
from engine.market.trades.trades import Trade

_DAYS = 4  # a long weekend between the assignment and the booking of its shares
_CLOSE = 1e-6
_Fill = tuple[str, float, float]


@dataclass(frozen=True, slots=True)
class Settled:
    """Events that a ledger takes as they are, the ledger after them, and what was taken how."""

    events: tuple[Event, ...]
    ledger: Ledger
    notes: tuple[str, ...]


def settle(trades: Sequence[Trade], table: Table) -> Settled:
    """Return the trades as events in their order.

    Raises:
        BadRows: a row closes, exercises or lets expire more than is held by then, or delivers
            shares for which no option was assigned or exercised.
    """
    notes: list[str] = []
    newest_first = _newest_first(trades)
    if newest_first:
        notes.append(f"{table.name}: its newest day comes first, so its rows are read from the end")
    kept, said = _delivered(trades[::-1] if newest_first else trades, table)
    ordered = sorted(kept, key=lambda one: (one.event.day, not isinstance(one.event, Split)))
    ledger, events = Running(), []
    for _, of_day in groupby(ordered, key=lambda one: one.event.day):
        waiting = list(of_day)
        while waiting:
            taken = next((one for one in waiting if _short_of(ledger, one) is None), None)
            if taken is None:
                raise BadRows([_fault(table, one, ledger) for one in waiting])
            waiting.remove(taken)
            _apply(ledger, taken, table)
            events.append(taken.event)
    return Settled(tuple(events), ledger.ledger(), (*notes, *said))


def _newest_first(trades: Iterable[Trade]) -> bool:
    steps = [(a.event.day, b.event.day) for a, b in pairwise(trades)]
    return sum(a > b for a, b in steps) > sum(a < b for a, b in steps)


def _apply(ledger: Running, trade: Trade, table: Table) -> None:
    try:
        ledger.add(trade.event)
    except LedgerError as error:
        raise BadRows(
            [Fault(table.name, trade.source.row, "action", "no event of this book", str(error))]
        ) from error


def _short_of(ledger: Running, trade: Trade) -> str | None:
    """Return what the ledger would have to hold for the trade, None if it does."""
    event = trade.event
    if isinstance(event, Expired):
        return _lacking(abs(ledger.quantity(event.option)), event.contracts, "")
    if isinstance(event, Exercised):
        held = ledger.quantity(event.option)
        if trade.action.verb == "assigned":
            return _lacking(-held, event.contracts, "short ")
        return _lacking(held, event.contracts, "long ")
    if isinstance(event, Filled) and _closes(event, trade):
        held = ledger.quantity(event.instrument)
        sold = event.quantity < 0
        side = "long " if sold else "short "
        return _lacking(held if sold else -held, abs(event.quantity), side)
    return None


def _closes(event: Filled, trade: Trade) -> bool:
    """Return whether a trade may only close: it says so, or sells shares and no short sale."""
    said = trade.action.effect
    sells_shares = isinstance(event.instrument, Stock) and event.quantity < 0
    return said == "close" or (sells_shares and said != "open")


def _lacking(held: float, wanted: float, side: str) -> str | None:
    if wanted <= held + _CLOSE:
        return None
    if held < -_CLOSE:
        other = "short" if side == "long " else "long"
        return f"a {side}quantity to be held by then; {-held:g} {other} are"
    return (
        f"at most {abs(held):g}, the {side}quantity held by then: the trade that opened the rest "
        "is missing; add it to the table"
    )


def _fault(table: Table, trade: Trade, ledger: Running) -> Fault:
    event = trade.event
    wanted = abs(event.quantity) if isinstance(event, Filled) else 0.0
    if isinstance(event, Expired | Exercised):
        wanted = event.contracts
    found = f"{wanted:g} of {_named(event)}"
    column = f'"{table.names.get("quantity", "quantity")}"'
    expected = _short_of(ledger, trade) or "another order"
    return Fault(table.name, trade.source.row, column, found, expected)


def _named(event: Event) -> str:
    if isinstance(event, Filled):
        one = event.instrument
    elif isinstance(event, Expired | Exercised):
        one = event.option
    else:
        return event.symbol
    if isinstance(one, Stock):
        return one.symbol
    return f"{one.underlying} {one.expiry} {one.strike:g} {one.kind}"


def _delivered(trades: Sequence[Trade], table: Table) -> tuple[list[Trade], list[str]]:
    """Merge the shares that an exercise delivered into it.

    Raises:
        BadRows: a row says that its shares were assigned, and no option's row does.
    """
    kept: list[Trade | None] = list(trades)
    notes: list[str] = []
    fills = _fills(trades)
    for place, one in enumerate(trades):
        if not isinstance(one.event, Exercised):
            continue
        twin = _shares_of(one, one.event, kept, fills)
        if twin is None:
            continue
        other = kept[twin]
        assert other is not None
        assert isinstance(other.event, Filled)
        day = min(one.event.day, other.event.day)
        fees = one.event.fees + other.event.fees
        kept[place] = replace(one, event=replace(one.event, day=day, fees=fees))
        kept[twin] = None
        notes.append(f"{other.source}: the shares that row {one.source.row} delivered, taken once")
    left = [one for one in kept if one is not None]
    faults = [_orphan(one, table) for one in left if _is_delivery(one)]
    if faults:
        raise BadRows(faults)
    return left, notes


def _shares_of(
    trade: Trade,
    event: Exercised,
    kept: Sequence[Trade | None],
    fills: Mapping[_Fill, Sequence[int]],
) -> int | None:
    """Return where the row is that books the shares of an exercise."""
    option = event.option
    buys = (option.kind == "put") == (trade.action.verb == "assigned")
    shares = event.contracts * option.multiplier * (1.0 if buys else -1.0)
    fitting = []
    for place in fills.get(_fill(option.underlying, shares, option.strike), ()):
        one = kept[place]
        if one is not None and (days := abs((one.event.day - event.day).days)) <= _DAYS:
            fitting.append((not _is_delivery(one), days, place))
    return min(fitting)[2] if fitting else None


def _fills(trades: Iterable[Trade]) -> dict[_Fill, list[int]]:
    """Return where fills of shares are, by what was filled at which price."""
    found: dict[_Fill, list[int]] = {}
    for place, one in enumerate(trades):
        event = one.event
        if isinstance(event, Filled) and isinstance(event.instrument, Stock):
            key = _fill(event.instrument.symbol, event.quantity, event.price)
            found.setdefault(key, []).append(place)
    return found


def _fill(symbol: str, quantity: float, price: float) -> _Fill:
    return symbol, round(quantity, 6), round(price, 4)


def _is_delivery(trade: Trade) -> bool:
    return isinstance(trade.event, Filled) and trade.action.verb in ("assigned", "exercised")


def _orphan(trade: Trade, table: Table) -> Fault:
    column = f'"{table.names["action"]}"'
    expected = (
        f"a row of the option that delivered {_named(trade.event)}, with as many shares at its "
        "strike; add it to the table"
    )
    return Fault(table.name, trade.source.row, column, trade.action.verb, expected)
