"""When the options of the book expire: nearest first, with days left and moneyness."""

from calendar import month_name
from collections.abc import Sequence

import anyio

from engine.agents.tool import Call
from engine.agents.tools.book_reading import read
from engine.agents.tools.wheel.targets import wanted_days
from engine.evidence import Cell, Evidence, Table
from engine.market.book import Book, Option
from engine.market.reading.reading import Reading
from engine.market.settings import Sources

_EXAMPLE = "an EXAMPLE book: every figure of it is invented"
_COLUMNS = ("expiry", "days left", "position", "stock at", "moneyness", "in the money by %")
_MOST = 200
_NAMED = 4


async def expiries(call: Call) -> Evidence:
    """List the options by expiry; where named those of a `kind`, a `strike`, an `expiry`: an ISO
    day or a month's name; and those that expire within `days`.
    """
    wanted_days(call)
    reading, where = await read(call)
    return await anyio.to_thread.run_sync(_listed, call, reading, where)


def _listed(call: Call, reading: Reading, where: Sources) -> Evidence:
    from engine.market.exposure import label
    from engine.market.risk.market import spot as spot_of

    book, within = reading.book, call.number("days")
    held = [
        (one, one.instrument)
        for one in book.positions
        if isinstance(one.instrument, Option) and _is_meant(call, one.instrument)
    ]
    held.sort(key=lambda pair: (pair[1].expiry, pair[1].underlying, pair[1].strike))
    near = [pair for pair in held if within is None or _days(book, pair[1]) <= within]
    quotes = {quote.instrument: quote for quote in book.quotes}
    spots = {one: spot_of(book, quotes, one) for one in {option.underlying for _, option in near}}
    rows = []
    for position, option in near:
        spot = spots[option.underlying]
        price = None if spot is None else spot.value
        rows.append(_row(book, option, label(position), price))
    cut = f" (the first {_MOST} of {len(rows):,})" if len(rows) > _MOST else ""
    verdict = _verdict(book, [option for _, option in near], len(held), within)
    return Evidence(
        f"{_EXAMPLE}; {verdict}" if where.example else verdict,
        (Table(f"Expiries{cut}", _COLUMNS, tuple(rows[:_MOST])),) if rows else (),
        found=bool(held),
        weight=3,
        assumptions=(
            *((_EXAMPLE,) if where.example else ()),
            f"days are counted from {book.as_of}, calendar days",
            *book.notes,
        ),
    )


def _is_meant(call: Call, option: Option) -> bool:
    kind, strike, when = call.text("kind"), call.number("strike"), call.text("expiry")
    is_then = when in ("", option.expiry.isoformat(), month_name[option.expiry.month])
    return is_then and kind in ("", option.kind) and strike in (None, option.strike)


def _days(book: Book, option: Option) -> int:
    return (option.expiry - book.as_of).days


def _row(book: Book, option: Option, label: str, spot: float | None) -> tuple[Cell, ...]:
    when = str(option.expiry), _days(book, option), label
    if spot is None:
        return *when, None, "unknown: no price of the stock", None
    inside = (spot - option.strike) * (1 if option.kind == "call" else -1)
    state = "in the money" if inside > 0 else "at the strike" if inside == 0 else "out of the money"
    return *when, round(spot, 4), state, round(100 * inside / option.strike, 2)


def _verdict(book: Book, near: Sequence[Option], every: int, within: float | None) -> str:
    if not every:
        return "the book holds no option that is asked for"
    span = "" if within is None else f" within {within:g} days"
    if not near:
        return f"none of the {every} option positions expires{span}"
    days = sorted({option.expiry for option in near})
    counted = [(day, sum(option.expiry == day for option in near)) for day in days[:_NAMED]]
    told = [f"{many} on {day} (in {(day - book.as_of).days} days)" for day, many in counted]
    later = [f"{len(days) - _NAMED} later expiries"] if len(days) > _NAMED else []
    many = f"{len(near)} of {every}" if within is not None else str(every)
    noun = "option position expires" if many == "1" else "option positions expire"
    return f"{many} {noun}{span}: {', '.join((*told, *later))}"
