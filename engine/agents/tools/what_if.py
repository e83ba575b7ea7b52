"""What the book would gain or lose if just this happened: a move of spot, volatility, or both."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import anyio

from engine.agents.tool import Call, Refused
from engine.agents.tools.backend_door import door, used
from engine.agents.tools.book_reading import read
from engine.evidence import Evidence, Table
from engine.market.reading import Reading
from engine.market.settings import Sources

if TYPE_CHECKING:
    from engine.market.risk_market import Priced

_EXAMPLE = "an EXAMPLE book: every figure of it is invented"
_PARTS = (0.5, 1.0, 1.5)
_NAME_ONE = "name the stock: what if U goes to 15"


@dataclass(frozen=True, slots=True)
class _Move:
    """A relative move of the stocks at `places`, all of them if empty, and of volatility."""

    spot: float
    volatility: float
    places: tuple[int, ...]
    said: str


async def what_if(call: Call) -> Evidence:
    """Revalue the book after the named move, and after half and one and a half of it."""
    reading, where = await read(call)
    if not reading.book.positions:
        return Evidence("the book holds no position", found=False, assumptions=reading.book.notes)
    call.progress("revaluing the book", None, None)
    return await anyio.to_thread.run_sync(_revalued, call, reading, where)


def _revalued(call: Call, reading: Reading, where: Sources) -> Evidence:
    from engine.kernels.errors import InvalidArgument
    from engine.kernels.portfolio_moves import changes, moves
    from engine.market.risk_market import MixedCurrencies, priced

    book = reading.book
    try:
        market = priced(book, where.volatility_days)
        if not market.symbols:
            return Evidence("no position of this book can be valued", found=False)
        move = _move(call, market)
        volatilities = (0.0, move.volatility) if move.volatility else (0.0,)
        parts = _PARTS if move.spot else (1.0,)
        pairs = [(part * move.spot, volatility) for part in parts for volatility in volatilities]
        width, through = len(market.symbols), door(call.services)
        shifted = [
            [spot if not move.places or at in move.places else 0.0 for at in range(width)]
            for spot, _ in pairs
        ]
        result = changes(market.portfolio, moves(shifted, [pair[1] for pair in pairs]), through)
    except MixedCurrencies as error:
        raise Refused(str(error), error.remedy) from error
    except InvalidArgument as error:
        raise Refused(str(error), "a stock can't fall by 100 % or more") from error
    profit = [float(value) for value in result]
    wanted = profit[pairs.index((move.spot, move.volatility))]
    currency = book.positions[0].currency
    verdict = f"if {move.said}, the book {_gains(wanted, currency)}"
    missing, every = len(market.left_out), len(book.positions)
    rows = tuple(
        (f"{spot:+.1%}", f"{volatility * 100:+g} pts", round(value, 2))
        for (spot, volatility), value in zip(pairs, profit, strict=True)
    )
    example = (_EXAMPLE,) if where.example else ()
    return Evidence(
        verdict=f"{_EXAMPLE}; {verdict}" if where.example else verdict,
        sections=(Table(f"What if, {currency}", ("spot", "volatility", "profit"), rows),),
        weight=3,
        lacks=f"{missing} of {every} positions, which can't be valued" if missing else None,
        assumptions=(
            *example,
            f"valued on {where.as_of}; the move is at once, by full revaluation",
            *book.notes,
            *market.assumptions,
            market.models,
            *used(through),
        ),
    )


def _move(call: Call, market: "Priced") -> _Move:
    """Read the move; a price that a stock goes to needs one stock to go there.

    Raises:
        Refused: the stock isn't held, or it isn't plain which is meant.
    """
    ticker, points = call.text("ticker"), call.number("volatility_points") or 0.0
    places = tuple(at for at, symbol in enumerate(market.symbols) if symbol == ticker)
    if ticker and not places:
        held = ", ".join(market.symbols)
        raise Refused(f"the book holds nothing on {ticker}, but on {held}", f"name one of {held}")
    who = ticker or (market.symbols[0] if len(market.symbols) == 1 else "every stock")
    level, spot = call.number("spot_level"), call.number("spot_move") or 0.0
    if level is not None:
        at = places[0] if places else 0
        if not places and len(market.symbols) > 1:
            raise Refused(f"the book holds {', '.join(market.symbols)}", _NAME_ONE)
        spot = level / market.spots[at].value - 1.0
    said = [f"{who} {'rises' if spot > 0 else 'falls'} by {abs(spot):.1%}"] if spot else []
    if len(market.symbols) == 1 or places:
        price = market.spots[places[0] if places else 0].value
        said = [f"{one} ({price:g} to {price * (1 + spot):.4g})" for one in said]
    if points:
        said.append(f"volatility {'rises' if points > 0 else 'falls'} by {abs(points):g} points")
    return _Move(spot, points / 100, places, " and ".join(said) or "nothing moves")


def _gains(value: float, currency: str) -> str:
    amount = f"${abs(value):,.2f}" if currency == "USD" else f"{abs(value):,.2f} {currency}"
    return f"{'gains' if value >= 0 else 'loses'} {amount}"
