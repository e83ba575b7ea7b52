"""Assignment of short options: who may be, before which dividend, and what it takes if all are."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from engine.agents.tool import Call
from engine.agents.tools.money import money
from engine.agents.tools.rolls import meant, none_meant, shorts
from engine.agents.tools.wheel.desk import Desk, work
from engine.evidence import Cell, Evidence, Section, Table
from engine.market.book import Dividend, Option, Position, Stock

if TYPE_CHECKING:
    from engine.market.wheel.book import Watched

_NO_DIVIDENDS = (
    'no dividends are known: set [market] dividends = "dividends.csv" in bolt.toml, with symbol, '
    "ex_date and amount in each row"
)


async def assignment(call: Call) -> Evidence:
    """Say which short options may be assigned early, and which dividends are to come.

    `kind` and `strike` narrow the options; `asks` "dividends" leads with those.
    """
    kind, strike = call.text("kind"), call.number("strike")
    first = call.text("asks") == "dividends"
    return await work(call, lambda desk: _assignment(desk, kind, strike, dividends_first=first))


async def cash(call: Call) -> Evidence:
    """Say what it takes if all short options are assigned, and what cash is then left."""
    kind = call.text("kind")
    return await work(call, lambda desk: _cash(desk, kind))


def _assignment(desk: Desk, kind: str, strike: float | None, *, dividends_first: bool) -> Evidence:
    coming = _coming(desk)
    every = shorts(desk)
    found = meant(every, kind, strike)
    danger = _danger(found) if found else none_meant(every, kind, strike)
    parts = [_paid(desk, coming), danger] if dividends_first else [danger]
    sections: list[Section] = [_shorts(found, coming)] if found else []
    if coming:
        sections.append(_dividends(desk, coming))
    said = (
        "early exercise pays a call's holder on the day before the ex-date if the dividend is more "
        "than the time value, a put's if the interest until expiry is",
        *(() if desk.book.dividends else (_NO_DIVIDENDS,)),
    )
    return desk.evidence("; ".join(parts), sections, said, found=bool(sections))


def _coming(desk: Desk) -> list[Dividend]:
    held = {_symbol(one) for one in desk.book.positions}
    return sorted(
        (
            one
            for one in desk.book.dividends
            if one.ex_date > desk.book.as_of and one.symbol in held
        ),
        key=lambda one: one.ex_date,
    )


def _symbol(position: Position) -> str:
    held = position.instrument
    return held.symbol if isinstance(held, Stock) else held.underlying


def _paid(desk: Desk, coming: Sequence[Dividend]) -> str:
    if not coming:
        return f"no ex-date after {desk.book.as_of} is known of what is held"
    first = coming[0]
    more = f" and {len(coming) - 1} later" if len(coming) > 1 else ""
    shares = _shares(desk, first.symbol)
    amount = money(first.amount * shares, _currency(desk))
    return (
        f"next ex-date: {first.symbol} on {first.ex_date} with {first.amount:g} a share, {amount} "
        f"on the {shares:g} shares held{more}"
    )


def _danger(found: "Sequence[Watched]") -> str:
    near = [one for one in found if one.early is not None]
    if not near:
        return f"early exercise now pays the holder of none of {len(found)} short options"
    by_danger = {
        name: [one for one in near if one.early is not None and one.early.danger == name]
        for name in ("likely", "possible", "unlikely")
    }
    worst = next(name for name, those in by_danger.items() if those)
    first = by_danger[worst][0]
    told = first.early.explanation if first.early is not None else ""
    said = f"early assignment is {worst} for {len(by_danger[worst])} of {len(found)} short options"
    return f"{said}: {_named(first.short.option)}, {told}"


def _shorts(found: "Iterable[Watched]", coming: Sequence[Dividend]) -> Table:
    columns = (
        "option", "contracts", "delta", "ex-date before expiry", "dividend", "early assignment",
        "by", "why",
    )  # fmt: skip
    every = tuple(found)
    cut = f": the first {_MOST} of {len(every):,}" if len(every) > _MOST else ""
    rows = tuple(_short(one, coming) for one in every[:_MOST])
    return Table(f"Short options{cut}", columns, rows)


def _short(one: "Watched", coming: Sequence[Dividend]) -> tuple[Cell, ...]:
    option, early = one.short.option, one.early
    before = next(
        (d for d in coming if d.symbol == option.underlying and d.ex_date <= option.expiry), None
    )
    delta = None if one.short.delta is None else round(one.short.delta, 3)
    ex_date: tuple[Cell, ...] = (str(before.ex_date), before.amount) if before else ("none", None)
    danger: tuple[Cell, ...] = (
        (early.danger, str(early.by or "any day"), early.explanation)
        if early is not None
        else ("not now", "", "exercising it now pays its holder nothing")
    )
    return (_named(option), one.short.contracts, delta, *ex_date, *danger)


def _dividends(desk: Desk, coming: Sequence[Dividend]) -> Table:
    rows = tuple(
        (
            one.symbol,
            str(one.ex_date),
            one.amount,
            _shares(desk, one.symbol),
            round(one.amount * _shares(desk, one.symbol), 2),
            str(one.source),
        )
        for one in coming
    )
    columns = ("stock", "ex-date", "a share", "shares held", _currency(desk), "read from")
    return Table("Dividends to come", columns, rows)


def _shares(desk: Desk, symbol: str) -> float:
    return sum(one.quantity for one in desk.book.positions if one.instrument == Stock(symbol))


def _currency(desk: Desk) -> str:
    return desk.book.positions[0].currency if desk.book.positions else "USD"


def _named(option: Option) -> str:
    return f"{option.underlying} {option.expiry} {option.strike:g} {option.kind}"


# ── cash ─────────────────────────────────────────────────────────────────────────────────────────


def _cash(desk: Desk, kind: str) -> Evidence:
    short = [
        one
        for one in desk.book.positions
        if isinstance(one.instrument, Option) and one.quantity < 0
    ]
    wanted = [
        one
        for one in short
        if isinstance(one.instrument, Option) and kind in ("", one.instrument.kind)
    ]
    parts = [*_bought(desk, wanted, kind), *_delivered(desk, wanted, kind)]
    left, counted = _left(desk)
    cut = f": the first {_MOST} of {len(wanted):,}" if len(wanted) > _MOST else ""
    rows = tuple(_assigned(one) for one in wanted[:_MOST])
    table = Table(f"If all are assigned{cut}", _COLUMNS, rows)
    verdict = "; ".join((*parts, left))
    return desk.evidence(verdict, [table] if wanted else [], (counted,))


_COLUMNS = ("option", "contracts", "shares", "cash")
_MOST = 200


def _assigned(one: Position) -> tuple[Cell, ...]:
    option = one.instrument
    assert isinstance(option, Option)
    shares = -one.shares if option.kind == "put" else one.shares
    return (_named(option), -one.quantity, shares, round(-shares * option.strike, 2))


def _bought(desk: Desk, short: Sequence[Position], kind: str) -> Iterator[str]:
    """Yield what short puts bind: the strikes of the shares that they would bring."""
    puts = [one for one in short if _is(one, "put")]
    if not puts:
        if kind != "call":
            yield "no put is short"
        return
    paid = -sum(one.shares * _strike(one) for one in puts)
    brought = [
        f"{shares:g} shares of {stock} at {paid / shares:,.2f} on average, beside "
        f"{_shares(desk, stock):g} held"
        for stock, shares, paid in _by_stock(puts)
    ]
    yield (
        f"all short puts bind {money(paid, _currency(desk))}: assigned, they bring "
        f"{' and '.join(brought)}"
    )


def _delivered(desk: Desk, short: Sequence[Position], kind: str) -> Iterator[str]:
    calls = [one for one in short if _is(one, "call")]
    if not calls or kind == "put":
        return
    paid = -sum(one.shares * _strike(one) for one in calls)
    taken = [f"{shares:g} shares of {stock}" for stock, shares, _ in _by_stock(calls)]
    yield (
        f"all short calls assigned take {' and '.join(taken)} and bring "
        f"{money(paid, _currency(desk))}"
    )


def _by_stock(short: Iterable[Position]) -> list[tuple[str, float, float]]:
    """Return of each stock how many of its shares change hands, and for how much."""
    found = dict[str, tuple[float, float]]()
    for one in short:
        name, (shares, paid) = _symbol(one), found.get(_symbol(one), (0.0, 0.0))
        found[name] = shares - one.shares, paid - one.shares * _strike(one)
    return [(name, *sums) for name, sums in sorted(found.items())]


def _is(position: Position, kind: str) -> bool:
    held = position.instrument
    return isinstance(held, Option) and held.kind == kind


def _strike(position: Position) -> float:
    held = position.instrument
    return held.strike if isinstance(held, Option) else 0.0


def _left(desk: Desk) -> tuple[str, str]:
    """Return the cash that secures no put yet, and how it was counted."""
    from engine.market.wheel.cover import free_cash

    found = free_cash(desk.book, desk.account_value)
    if isinstance(found, str):
        return f"free cash is not known: {found}", "buying power on margin is not worked out"
    currency = _currency(desk)
    counted = (
        f"free cash: the account {money(found.account, currency)} less shares "
        f"{money(found.shares, currency)} less the strikes of short puts "
        f"{money(found.secured, currency)}; options count at nothing, margin lends nothing"
    )
    return (
        f"free cash, with every short put secured in full: {money(found.left, currency)}",
        counted,
    )
