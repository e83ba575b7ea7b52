"""What is held at which basis, and what has been gained: by the trades, else by the positions."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from engine.agents.tool import Call
from engine.agents.tools.money import money, signed
from engine.agents.tools.wheel.desk import Desk, work
from engine.evidence import Evidence, Section, counted
from engine.market.account import (
    Account,
    Difference,
    PriceDifference,
    Unpaid,
    differing_prices,
    holdings,
    reconcile,
    unended,
    unpaid,
)
from engine.market.book import Instrument, Position, Stock
from engine.market.lots import Ledger
from engine.market.wheel.cycles import Cycle

_MOST_NAMED = 3


async def ledger(call: Call) -> Evidence:
    """Show the true basis, realised and unrealised gain, and each cycle of the wheel.

    The table of trades tells it all; where there is none, positions tell what is open.
    """
    return await work(call, _ledger, "positions", "trades", trades=True)


def _ledger(desk: Desk) -> Evidence:
    if desk.account is None:
        return _of_positions(desk)
    return _of_trades(desk, desk.account)


def _of_trades(desk: Desk, account: Account) -> Evidence:
    from engine.agents.tools import ledger_rows as rows
    from engine.market.wheel.cycles import cycles

    if not account.events:
        return desk.evidence(f"{account.name} holds no trade", [], found=False)
    book, own = desk.book, account.ledger
    told = [one for one in book.positions if one.source.name != account.name]
    marks, valued = _marks(desk, holdings(account, book.as_of))
    turns = cycles(account.events)
    apart = reconcile(own, told) if told else ()
    sections: list[Section] = [
        rows.totals(own, _unrealised(own, marks), account.currency),
        rows.held(own, marks, account.currency),
        rows.cycles(turns, book.as_of, account.currency),
    ]
    if own.realised:
        sections.append(rows.closed(own, account.currency))
    if apart:
        sections.append(rows.differences(apart))
    sections.append(rows.trades(account.events))
    dear = differing_prices(own, told)
    lost = unpaid(account, book.dividends, book.as_of)
    said = [*_said(account, told, apart), *_lost(lost, account), *valued]
    if told:
        said += unended(account, book.as_of)
    parts = [
        *_bases(own, turns, account.currency),
        *_gains(own, marks, account.currency),
        *_apart(apart),
        *_prices_apart(dear),
        *_lacking(lost, account),
    ]
    return desk.evidence("; ".join(parts), sections, tuple(said))


def _of_positions(desk: Desk) -> Evidence:
    from engine.agents.tools import ledger_rows as rows
    from engine.market.ledger import fold
    from engine.market.wheel.book import openings
    from engine.market.wheel.cycles import cycles

    events, unpriced = openings(desk.book.positions, desk.book.as_of)
    folded = fold(events)
    marks, valued = _marks(desk, desk.book.positions)
    currency = next((one.currency for one in desk.book.positions), "USD")
    said = [
        "positions tell what is open: what was closed before, and its realised gain, is not in "
        "them; a table of trades ([market] trades, or trades.csv) would tell it",
        *valued,
    ]
    if unpriced:
        said.append(f"{counted(unpriced, 'position')} without a price paid left out")
    gain = _unrealised(folded, marks)
    count = len(folded.lots)
    verdict = "1 instrument is held" if count == 1 else f"{count} instruments are held"
    if gain is None:
        verdict += "; not all that is held can be valued"
    else:
        verdict += f" with an unrealised gain of {money(gain, currency)}"
    turns = rows.cycles(cycles(events), desk.book.as_of, currency)
    sections: list[Section] = [rows.held(folded, marks, currency), turns]
    return desk.evidence(verdict, sections, tuple(said), found=bool(events))


def _marks(
    desk: Desk, positions: tuple[Position, ...]
) -> tuple[dict[Instrument, float], tuple[str, ...]]:
    """Return the value per share of every position that can be valued, and why others can't."""
    from engine.agents.tools.ledger_rows import named
    from engine.market.exposure import lines
    from engine.market.risk.market import priced

    if not positions:
        return {}, ()
    market = priced(replace(desk.book, positions=positions), desk.volatility_days)
    marks = {
        line.position.instrument: line.exposure.value / line.position.shares
        for line in lines(market)
        if line.position.shares
    }
    unknown = (f"{named(one.position.instrument)}: {one.reason}" for one in market.left_out)
    return marks, (*market.assumptions, *unknown)


def _unrealised(ledger: Ledger, marks: dict[Instrument, float]) -> float | None:
    return ledger.unrealised_gain(marks) if ledger.lots.keys() <= marks.keys() else None


def _bases(ledger: Ledger, turns: Sequence[Cycle], currency: str) -> Iterator[str]:
    """Yield the basis of shares held, and where their cycle breaks even."""
    stocks = sorted(one for one in ledger.lots if isinstance(one, Stock))
    even = {one.symbol: one for one in turns if one.closed is None}
    for stock in stocks[:_MOST_NAMED]:
        basis, premium = ledger.basis(stock) or 0.0, ledger.premium(stock)
        text = f"{ledger.quantity(stock):g} {stock.symbol} at a true basis of "
        text += money(basis, currency)
        if premium:
            text += f" ({money(basis - premium, currency)} paid, {premium:+.2f} by premiums)"
        turn = even.get(stock.symbol)
        if turn is not None and turn.breakeven is not None:
            text += f", their cycle breaks even at {money(turn.breakeven, currency)}"
            text += " once its open options have expired" if turn.open_options else ""
        yield text
    if len(stocks) > _MOST_NAMED:
        yield f"{len(stocks) - _MOST_NAMED} more stocks"
    if not stocks:
        yield "no shares are held"


def _gains(ledger: Ledger, marks: dict[Instrument, float], currency: str) -> Iterator[str]:
    yield f"realised {signed(ledger.realised_gain, currency)}"
    if ledger.dividends:
        yield f"dividends {signed(ledger.dividends, currency)}"
    gain = _unrealised(ledger, marks)
    yield f"unrealised {'unknown' if gain is None else signed(gain, currency)}"


def _apart(apart: Sequence[Difference]) -> Iterator[str]:
    from engine.agents.tools.ledger_rows import named

    for one in apart[:_MOST_NAMED]:
        yield (
            f"of {named(one.instrument)} the trades leave {one.by_trades:g}, the positions say "
            f"{one.by_positions:g}"
        )
    if len(apart) > _MOST_NAMED:
        yield f"{len(apart) - _MOST_NAMED} more differ"


def _prices_apart(found: Sequence[PriceDifference]) -> Iterator[str]:
    """Yield where positions tell another price, which `:payoff` and `:positions` count with."""
    from engine.agents.tools.ledger_rows import named

    for one in found[:_MOST_NAMED]:
        text = f"for {named(one.instrument)} the trades tell a price of {one.by_trades:.2f}"
        if one.premium:
            text += f" ({one.by_trades + one.premium:.2f} with premiums)"
        yield f"{text}, the positions {one.by_positions:.2f}, which :positions and :payoff use"
    if len(found) > _MOST_NAMED:
        yield f"{len(found) - _MOST_NAMED} more prices differ"


def _lacking(lost: Sequence[Unpaid], account: Account) -> Iterator[str]:
    if lost:
        amount = money(sum(one.amount for one in lost), account.currency)
        yield f"dividends of {amount} are in no trade, and so in no gain"


def _lost(lost: Sequence[Unpaid], account: Account) -> Iterator[str]:
    for one in lost:
        paid = one.dividend
        yield (
            f"{paid.source}: {paid.amount:g} a share of {paid.symbol} went ex on {paid.ex_date} "
            f"with {one.shares:g} shares held, {money(one.amount, account.currency)}: no dividend "
            f"of {account.name} tells of it"
        )


def _said(
    account: Account, positions: Sequence[Position], apart: Sequence[Difference]
) -> Iterator[str]:
    yield (
        f"{account.name}: lots are closed first in, first out; fees are in basis and gains; the "
        "premium of an assigned option is in the basis or the proceeds of its shares, not in "
        "realised"
    )
    if not positions:
        yield "there are no positions to check the trades against"
    elif not apart:
        count = len(account.ledger.lots)
        yield f"the positions agree with the trades in the quantities of all {count} instruments"
    if others := {one.currency for one in positions} - {account.currency}:
        yield (
            f"trades are in {account.currency}, positions in {', '.join(sorted(others))}: only "
            "quantities are compared"
        )
