"""What the book would gain or lose if just this happened: spot, volatility, the rate, days."""

from dataclasses import replace
from typing import TYPE_CHECKING

import anyio

from engine.agents.tool import Call, Refused
from engine.agents.tools.backend_door import door, used
from engine.agents.tools.book_reading import read
from engine.agents.tools.what_if_move import STILL, Move, asked
from engine.evidence import Evidence, Table
from engine.market.reading.reading import Reading
from engine.market.settings import Sources

if TYPE_CHECKING:
    from engine.kernels.arguments import Floats
    from engine.kernels.backend import Door
    from engine.kernels.portfolio import Portfolio
    from engine.market.risk.market import Priced

_EXAMPLE = "an EXAMPLE book: every figure of it is invented"
_PARTS = (0.5, 1.0, 1.5)
_MOST_FALL = -0.999


async def what_if(call: Call) -> Evidence:
    """Revalue the book after the named move, and after half and one and a half of that of spot."""
    reading, where = await read(call)
    if not reading.book.positions:
        return Evidence("the book holds no position", found=False, assumptions=reading.book.notes)
    call.progress("revaluing the book", None, None)
    return await anyio.to_thread.run_sync(_revalued, call, reading, where)


def _revalued(call: Call, reading: Reading, where: Sources) -> Evidence:
    from engine.kernels.errors import InvalidArgument
    from engine.market.risk.market import MixedCurrencies, priced

    through = door(call.services)
    try:
        market = priced(reading.book, where.volatility_days)
        if not market.symbols:
            return Evidence("no position of this book can be valued", found=False)
        move = asked(call, market)
        cases = _cases(move)
        profit = [_profit(market.portfolio, case, through) for case in cases]
    except MixedCurrencies as error:
        raise Refused(str(error), error.remedy) from error
    except InvalidArgument as error:
        raise Refused(str(error), "name a smaller move") from error
    currency = reading.book.positions[0].currency
    verdict = f"if {move.said}, the book {_gains(profit[cases.index(move)], currency)}"
    example = (_EXAMPLE,) if where.example else ()
    missing, every = len(market.left_out), len(reading.book.positions)
    return Evidence(
        verdict="; ".join((*example, verdict)),
        sections=(_table(cases, profit, currency),),
        weight=3,
        lacks=f"{missing} of {every} positions, which can't be valued" if missing else None,
        assumptions=(*example, *_said(reading, where, move, market), *used(through)),
    )


def _cases(move: Move) -> list[Move]:
    """Return parts of the move of spot, each alone and with all else that moves."""
    if not move.spot:
        return [move]
    parts = [part for part in _PARTS if part == 1.0 or part * move.spot > _MOST_FALL]
    scaled = [replace(move, spot=part * move.spot) for part in parts]
    if not move.mixed:
        return scaled
    pairs = [(replace(one, volatility=STILL, rate=0.0, days=0.0), one) for one in scaled]
    return [one for pair in pairs for one in pair]


def _profit(book: "Portfolio", move: Move, through: "Door") -> float:
    """Return the P&L of one move: of volatilities set anew at once, then of all the rest."""
    from engine.kernels.portfolio import terms_of
    from engine.kernels.portfolio_moves import changes, moves
    from engine.kernels.portfolio_pricing import priced

    stocks = range(book.spot.size)
    spots = [move.spot if not move.places or at in move.places else 0.0 for at in stocks]
    scenario = moves([spots], [move.volatility.added], [move.days], [move.rate])
    if move.volatility.level is None and move.volatility.times == 1.0:
        return float(changes(book, scenario, through)[0])
    anew = replace(book, volatility=_set_anew(book, move))
    at_once = (priced(terms_of(anew), through) - priced(terms_of(book), through)) @ book.shares
    return float(at_once) + float(changes(anew, scenario, through)[0])


def _set_anew(book: "Portfolio", move: Move) -> "Floats":
    """Return the options' volatilities where they go to a level, or change by a factor."""
    level, times = move.volatility.level, move.volatility.times
    return book.volatility * times if level is None else 0.0 * book.volatility + level


def _table(cases: list[Move], profit: list[float], currency: str) -> Table:
    rows = tuple(
        (
            f"{case.spot:+.1%}",
            case.volatility.short,
            f"{case.rate * 100:+.4g} pts",
            f"{case.days:g}",
            round(value, 2),
        )
        for case, value in zip(cases, profit, strict=True)
    )
    columns = ("spot", "volatility", "rate", "days later", "profit")
    return Table(f"What if, {currency}", columns, rows)


def _said(reading: Reading, where: Sources, move: Move, market: "Priced") -> tuple[str, ...]:
    when = f"{move.days:g} days later" if move.days else "at once"
    expired = (
        "an option that expires until then is worth what exercise pays at that price; the move of "
        "spot is the stock's whole return, with the dividends until then",
    )
    return (
        f"valued on {where.as_of}; the move is {when}, by full revaluation",
        *(expired if move.days else ()),
        *reading.book.notes,
        *market.assumptions,
        market.models,
    )


def _gains(value: float, currency: str) -> str:
    amount = f"${abs(value):,.2f}" if currency == "USD" else f"{abs(value):,.2f} {currency}"
    return f"{'gains' if value >= 0 else 'loses'} {amount}"
