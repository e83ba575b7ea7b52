"""How much a stock's daily closes moved, and what they earned for it: volatility, Sharpe ratio."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from engine.agents.tool import Call, Refused
from engine.agents.tools.backtest.inputs import period
from engine.agents.tools.past_prices import MOST, evidence, first_of, source_of, with_closes, work
from engine.evidence import Cell, Evidence, Table
from engine.market.book import DailyPrice
from engine.market.reading.reading import Reading
from engine.market.settings import Sources

if TYPE_CHECKING:
    from engine.market.past_returns import Moved

_COLUMNS = (
    "stock", "volatility % a year", "± %", "Sharpe ratio", "±", "returns", "from", "to", "why not",
)  # fmt: skip
_NAMED = 3
_HOW = {
    "volatility": (
        "volatility: the root of the mean squared daily log return, times √252; the mean is not "
        "taken out (Figlewski 1997); ± is one standard error of normal returns, volatility / √(2n)",
        "realised, of the past: what options imply is in :smile",
    ),
    "Sharpe ratio": (
        "Sharpe ratio: the mean of simple daily returns less the risk-free rate over their "
        "standard deviation, times √252 (Sharpe 1994); ± is one standard error of independent "
        "returns, √((252 + S²/2) / n) (Lo 2002)",
    ),
}


@dataclass(frozen=True, slots=True)
class _Stock:
    """A stock, the closes that its returns are between, and their figures or why there are none."""

    symbol: str
    prices: Sequence[DailyPrice]
    moved: "Moved | str"


async def volatility(call: Call) -> Evidence:
    """Show the realised volatility of a stock; of every stock held where none is named."""
    return await work(call, partial(_returns, "volatility"))


async def sharpe(call: Call) -> Evidence:
    """Show the Sharpe ratio of a stock; of every stock held where none is named."""
    return await work(call, partial(_returns, "Sharpe ratio"))


def _returns(asks: str, call: Call, reading: Reading, where: Sources, held: list[str]) -> Evidence:
    if call.number("days") == 0:
        raise Refused(f"a {asks} of 0 days is none", "name how many days, as in: 30 day volatility")
    known, said = with_closes(call, reading, held)
    found = []
    for symbol in known:
        one, odd = _stock(call, reading, symbol)
        found.append(one)
        said += (more for more in odd if more not in said)
    found.sort(key=lambda one: isinstance(one.moved, str))
    verdict = "; ".join(_said(asks, one) for one in found[:_NAMED])
    rows = tuple(_row(one) for one in found)
    title = f"Daily returns, from {source_of(where)}{first_of(rows)}"
    said += _HOW[asks]
    if asks == "Sharpe ratio":
        said.append(f"risk-free rate {_rate(call, reading)[1]}")
    any_known = not isinstance(found[0].moved, str)
    table = Table(title, _COLUMNS, rows[:MOST])
    return evidence(f"{verdict} ({source_of(where)})", table, reading, where, said, found=any_known)


def _stock(call: Call, reading: Reading, symbol: str) -> tuple[_Stock, list[str]]:
    """Return a stock's figures in the question's period; the first return is of its first day."""
    from engine.market.past_returns import moved
    from engine.market.returns import split_like
    from engine.market.risk.market import FEWEST_RETURNS

    within = period(call, reading.book.prices[symbol])
    prices = within.prices
    if within.begin is not None:
        first = bisect_left(prices, within.begin, key=lambda one: one.day)
        prices = prices[max(first - 1, 0) :]
    said = list(within.said)
    if (days := call.number("days")) is not None:
        prices, there = prices[-int(days) - 1 :], len(prices) - 1
        if there < days:
            said.append(f"asked for {days:,g} daily returns of {symbol}, but there are {there:,}")
    found = moved(prices, _rate(call, reading)[0], FEWEST_RETURNS)
    jumps = split_like([one.day for one in prices], [one.close for one in prices])
    if jumps:
        said.append(f"{symbol}: {jumps}; taken as returns: if it is a split, adjust the closes")
    return _Stock(symbol, prices, found), said


def _rate(call: Call, reading: Reading) -> tuple[float, str]:
    """Return the rate of cash, continuous per year, and what is told of it."""
    if (asked := call.number("rate")) is not None:
        return asked, f"{asked:.2%} a year throughout, continuous, from the question"
    if (rate := reading.book.rate) is not None:
        return rate, f"{rate:.2%} a year throughout, continuous, from the configuration"
    return 0.0, "taken as 0: neither data nor configuration tells another"


def _said(asks: str, one: _Stock) -> str:
    if isinstance(one.moved, str):
        return f"the {asks} of {one.symbol} is not known: {one.moved}"
    found = one.moved
    value = (
        f"{found.volatility:.1%} ± {found.volatility_error:.1%} a year, realised"
        if asks == "volatility"
        else f"{found.sharpe:.2f} ± {found.sharpe_error:.2f} a year"
    )
    return (
        f"the {asks} of {one.symbol} is {value} over {found.returns:,} daily returns, "
        f"{one.prices[0].day} to {one.prices[-1].day}"
    )


def _row(one: _Stock) -> tuple[Cell, ...]:
    days = str(one.prices[0].day), str(one.prices[-1].day)
    found = one.moved
    if isinstance(found, str):
        return one.symbol, None, None, None, None, len(one.prices) - 1, *days, found
    return (
        one.symbol, round(100 * found.volatility, 2), round(100 * found.volatility_error, 2),
        round(found.sharpe, 3), round(found.sharpe_error, 3), found.returns, *days, "",
    )  # fmt: skip
