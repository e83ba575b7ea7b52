"""A small book to try the program on: invented from end to end, and marked so in every file.

The stock is called EXMPL, which no exchange lists. Its closes are drawn from a fixed seed; its
quotes are the prices of a model at a made-up smile, rounded to cents. Nothing in it was ever paid.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from math import exp, log, sqrt
from pathlib import Path
from typing import Final

from engine.market.book import Option, OptionKind
from engine.market.occ import written

TICKER: Final = "EXMPL"
_SEED: Final = 4
_DAYS: Final = 504
_VOLATILITY: Final = 0.55
_RATE: Final = 0.04
_LAST: Final = 24.0
_NEAR: Final = timedelta(days=16)
_MIDDLE: Final = timedelta(days=9)
_WEEKEND: Final = timedelta(days=3)
_STRIKE: Final = 24.0
_FEE: Final = 1.0

_SETTINGS: Final = """\
# An EXAMPLE: every figure in this folder is invented.
# Ask here: bolt-tui --run "risk metrics for my positions", or "what is my cost basis"
[market]
positions = "positions.csv"
trades = "trades.csv"
quotes = "quotes.csv"
prices = "prices.csv"
ticker = "{ticker}"
as_of = "{today}"        # the example stands still; leave this out for a book of your own
account_value = 25000.0
example = true

[pricing]
rate = {rate}             # per year, continuous; invented as well
dividend_yield = 0.0
"""


def write_example(folder: Path, today: date) -> tuple[Path, ...]:
    """Write the example's settings and tables into a folder, made if need be; return the files.

    Raises:
        FileExistsError: one of them is there already; nothing is overwritten, and none is written.
        OSError: the folder can't be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    closes = _closes(today)
    bought = _assigned_on(closes, today)
    texts = {
        "bolt.toml": _SETTINGS.format(ticker=TICKER, today=today, rate=_RATE),
        "positions.csv": _positions(today, bought),
        "trades.csv": _trades(today, closes, bought),
        "quotes.csv": _quotes(today),
        "prices.csv": _lines("date,symbol,close", (f"{d},{TICKER},{c:.2f}" for d, c in closes)),
    }
    paths = [folder / name for name in texts]
    for path in paths:
        if path.exists():
            raise FileExistsError(f"{path} is there already")
    for path, text in zip(paths, texts.values(), strict=True):
        path.write_text(text, encoding="utf-8")
    return tuple(paths)


def expiries(today: date) -> tuple[date, date, date]:
    """Return the third Fridays of the month after next week and of the two after that."""
    found: list[date] = []
    month = date(today.year, today.month, 1)
    while len(found) < 3:
        friday = month + timedelta(days=(4 - month.weekday()) % 7 + 14)
        if friday > today + timedelta(days=10):
            found.append(friday)
        month = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return found[0], found[1], found[2]


def _positions(today: date, bought: date) -> str:
    near, middle, _ = expiries(today)
    rows = (
        (TICKER, "300", "23.10", bought),
        (_symbol(near, "put", 22.0), "-4", "0.92", today - _NEAR),
        (_symbol(middle, "put", 20.0), "-2", "0.78", today - _MIDDLE),
        (_symbol(near, "call", 27.0), "-3", "0.61", today - _NEAR),
    )
    return _lines("Symbol,Quantity,Avg Price,Open Date", (",".join(map(str, row)) for row in rows))


def _assigned_on(closes: Sequence[tuple[date, float]], today: date) -> date:
    """Return the Friday, some six weeks ago, on which a put at 24 ended in the money."""
    fridays = [
        day
        for day, close in closes
        if day.weekday() == 4 and 28 <= (today - day).days <= 77 and close < _STRIKE
    ]
    return min(fridays, key=lambda day: abs((today - day).days - 41))


def _trades(today: date, closes: Sequence[tuple[date, float]], bought: date) -> str:
    """Return a whole turn of the wheel, one that never got shares, and the one that is still open.

    Its shares cost 24.00 less 0.91 for the put, with a fee of 0.01: the 23.10 of the positions.
    """
    near, middle, _ = expiries(today)
    known = dict(closes)
    begin, assigned, called, ended = (bought - timedelta(weeks=weeks) for weeks in (16, 13, 11, 9))
    monday, later = assigned + _WEEKEND, called + _WEEKEND
    # Strikes that ended in the money, on the closes that there are.
    below, above = int(known[assigned]) + 1.0, float(int(known[called]))
    put, call = _symbol(assigned, "put", below), _symbol(called, "call", above)
    idle, last = _symbol(ended, "put", _STRIKE), _symbol(bought, "put", _STRIKE)

    def worth(kind: OptionKind, strike: float, day: date, expiry: date) -> float:
        from engine.kernels import european  # imports numpy: only where an example is written

        years = (expiry - day).days / 365
        return float(european.price(kind, known[day], strike, years, _VOLATILITY, _RATE).price)

    rows: tuple[tuple[date, str, str, int, float | None], ...] = (
        (begin, "Sell to Open", put, 3, worth("put", below, begin, assigned)),
        (assigned, "Assigned", put, 3, None),
        (monday, "Sell to Open", call, 3, worth("call", above, monday, called)),
        (called, "Assigned", call, 3, None),
        (later, "Sell to Open", idle, 3, worth("put", _STRIKE, later, ended)),
        (ended, "Expired", idle, 3, None),
        (bought - _MIDDLE, "Sell to Open", last, 3, 0.91),
        (bought, "Assigned", last, 3, None),
        (today - _NEAR, "Sell to Open", _symbol(near, "put", 22.0), 4, 0.92),
        (today - _NEAR, "Sell to Open", _symbol(near, "call", 27.0), 3, 0.61),
        (today - _MIDDLE, "Sell to Open", _symbol(middle, "put", 20.0), 2, 0.78),
    )
    return _lines(
        "Date,Action,Symbol,Quantity,Price,Fees",
        (
            f"{day},{action},{symbol},{contracts},"
            + ("," if price is None else f"{price:.2f},{contracts * _FEE:.2f}")
            for day, action, symbol, contracts, price in rows
        ),
    )


def _quotes(today: date) -> str:
    from engine.kernels import european  # imports numpy: only where an example is written

    rows = []
    for expiry in expiries(today):
        years = (expiry - today).days / 365
        for strike in range(16, 34):
            smile = _VOLATILITY + 0.35 * log(strike / _LAST) ** 2 - 0.08 * log(strike / _LAST)
            kinds: tuple[OptionKind, OptionKind] = ("put", "call")
            for kind in kinds:
                fair = float(european.price(kind, _LAST, strike, years, smile, _RATE).price)
                bid, ask = max(fair * 0.97 - 0.01, 0.0), fair * 1.03 + 0.01
                symbol = _symbol(expiry, kind, float(strike))
                rows.append(f"{symbol},{today},{bid:.2f},{ask:.2f},{smile:.4f}")
    rows.append(f"{TICKER},{today},{_LAST - 0.01:.2f},{_LAST + 0.01:.2f},")
    return _lines("symbol,date,bid,ask,implied_volatility", rows)


def _closes(today: date) -> list[tuple[date, float]]:
    """Return two years of closes up to today, the last one as the quotes have it."""
    import random

    source = random.Random(_SEED)
    days = [today - timedelta(days=back) for back in range(_DAYS * 7 // 5, -1, -1)]
    days = [day for day in days if day.weekday() < 5 or day == today]
    step = _VOLATILITY / sqrt(252)
    closes = [_LAST]
    for _ in days[1:]:
        closes.append(closes[-1] * exp(source.gauss(0.0, step)))
    return list(zip(days, reversed(closes), strict=True))


def _symbol(expiry: date, kind: OptionKind, strike: float) -> str:
    return written(Option(TICKER, expiry, kind, strike))


def _lines(header: str, rows: Iterable[str]) -> str:
    return "\n".join([header, *rows]) + "\n"
