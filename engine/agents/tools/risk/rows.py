"""A book's risk as tables and figures: each with its unit, its source and the age of its data."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from engine.agents.tools.risk.sentences import percent
from engine.evidence import Cell, Figure, Figures, Section, Table
from engine.kernels.value_at_risk import Tail
from engine.market.exposure import Exposure, Line, label
from engine.market.limits import Headroom
from engine.market.reading.reading import Reading
from engine.market.risk.risk import Risk

_DAY_S = 86_400.0
_MOST = 200  # rows: nobody reads more, and a book of many lots has a hundred thousand
_GREEKS = (
    ("value", "value", ""),
    ("profit since opened", "profit", ""),
    ("delta", "delta", "shares"),
    ("delta in money", "delta_amount", ""),
    ("gamma", "gamma", "shares per 1.00 of spot"),
    ("gamma in money", "gamma_per_pct", "of delta per 1 % of spot"),
    ("vega", "vega_per_point", "per volatility point"),
    ("theta", "theta_per_day", "per calendar day"),
    ("rho", "rho_per_point", "per percentage point of the rate"),
)


def positions(risk: Risk) -> Table:
    """Return one row a position, the biggest by value where there are many, and their total."""
    lines, every = risk.lines, len(risk.lines)
    if every > _MOST:
        lines = tuple(sorted(lines, key=lambda line: -abs(line.exposure.value))[:_MOST])
    rows = [_row(line) for line in lines]
    cut = f": the biggest {_MOST} by value of {every:,}" if every > _MOST else ""
    return Table(
        f"Positions on {risk.as_of}, {risk.currency}{cut}",
        (
            "position",
            "value",
            "profit",
            "delta (shares)",
            "gamma",
            "vega/pt",
            "theta/day",
            "volatility",
            "source",
        ),
        (*rows, ("total", *_summed(risk), None, "")),
    )


def by_stock(risk: Risk, each: Mapping[str, Exposure]) -> Table:
    """Return one row a stock: its positions together, those that move most money first."""
    whole = sum(abs(one.delta_amount) for one in each.values())
    rows = tuple(
        (
            symbol, round(one.value, 2), round(one.delta, 1), round(one.delta_amount, 2),
            round(100 * abs(one.delta_amount) / whole, 1) if whole else None,
            round(one.vega_per_point, 2), round(one.theta_per_day, 2),
        )
        for symbol, one in list(each.items())[:_MOST]
    )  # fmt: skip
    cut = f": {_MOST} of {len(each):,} stocks" if len(each) > _MOST else ""
    return Table(
        f"Exposure by stock on {risk.as_of}, {risk.currency}{cut}",
        ("stock", "value", "delta (shares)", "delta in money", "% of all", "vega/pt", "theta/day"),
        rows,
    )


def greeks(risk: Risk) -> Figures:
    """Return the whole book's exposure."""
    return Figures("The book", tuple(_greek(risk, *entry) for entry in _GREEKS))


def tails(risk: Risk) -> Table:
    """Return VaR and expected shortfall by each method, with its error or its reason."""
    return Table(
        f"Loss that is not exceeded, {risk.currency}",
        ("method", "level", "VaR", "expected shortfall", "how sure"),
        tuple(_tails(risk)),
    )


def stress(risk: Risk) -> Table:
    """Return the P&L grid: a row a spot move, a column a volatility move."""
    grid = risk.stress
    columns = tuple(f"vol {move * 100:+g} pts" for move in grid.volatility_moves)
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (f"{move:+.0%}", *(round(float(cell), 2) for cell in cells))
        for move, cells in zip(grid.spot_moves, grid.profit, strict=True)
    )
    return Table(f"P&L at once, {risk.currency}, by full revaluation", ("spot", *columns), rows)


def limits(of: Iterable[Headroom]) -> Table:
    """Return each limit that is set, what is used of it and what is left."""
    rows = tuple(
        (
            one.name,
            _rounded(one.value, 4),
            one.limit,
            _rounded(one.left, 4),
            one.unit,
            one.reason or ("BROKEN" if one.breached else "within"),
            one.source,
        )
        for one in of
    )
    columns = ("limit", "now", "at most", "left", "unit", "state", "set in")
    return Table("Limits on this risk", columns, rows)


def left_out(risk: Risk) -> Iterator[Section]:
    """Yield the positions that are in no figure, if there are any."""
    if risk.left_out:
        rows = tuple((label(one.position), one.reason) for one in risk.left_out[:_MOST])
        every = len(risk.left_out)
        cut = f": the first {_MOST} of {every:,}" if every > _MOST else ""
        yield Table(f"Not in these figures{cut}", ("position", "why"), rows)


def ages(reading: Reading, risk: Risk) -> Figures:
    """Return what the market was read from and how old it is on the day of valuation."""
    items = [
        Figure(f"{symbol} at", round(spot.value, 4), risk.currency, spot.source)
        for symbol, spot in zip(risk.symbols, risk.spots, strict=True)
    ]
    for topic, newest in reading.newest.items():
        items.append(
            Figure(f"newest {topic}", None, reason="the table tells no day")
            if newest is None
            else Figure(f"newest {topic}", newest.isoformat(), age_s=_age(newest, risk.as_of))
        )
    return Figures("Market data", tuple(items))


def _age(day: date, as_of: date) -> float:
    return (as_of - day).days * _DAY_S


def _row(line: Line) -> tuple[Cell, ...]:
    volatility = None if line.volatility is None else f"{line.volatility:.1%}"
    return (line.label, *_amounts(line.exposure), volatility, line.volatility_source)


def _summed(risk: Risk) -> tuple[Cell, ...]:
    """Return the totals; shares of different stocks are not added up."""
    value, profit, delta, gamma, *money = _amounts(risk.total)
    return value, profit, *((delta, gamma) if len(risk.symbols) == 1 else (None, None)), *money


def _amounts(one: Exposure) -> tuple[Cell, ...]:
    return (
        round(one.value, 2),
        _rounded(one.profit, 2),
        round(one.delta, 1),
        round(one.gamma, 2),
        round(one.vega_per_point, 2),
        round(one.theta_per_day, 2),
    )


def _greek(risk: Risk, name: str, field: str, unit: str) -> Figure:
    value: float | None = getattr(risk.total, field)
    of_shares = unit.startswith("shares")
    whole = unit if of_shares else f"{risk.currency} {unit}".strip()
    reason = "what was paid isn't known of every position" if value is None else None
    if of_shares and len(risk.symbols) > 1:
        value, reason = None, f"shares of {len(risk.symbols)} stocks do not add up; money does"
    return Figure(name, _rounded(value, 4), whole, risk.models, reason=reason)


def _tails(risk: Risk) -> Iterator[tuple[Cell, ...]]:
    if isinstance(risk.simulated, str):
        yield ("simulated", None, None, None, risk.simulated)
    else:
        paths, seed = risk.simulated.paths, risk.simulated.seed
        for simulated in risk.simulated.tails:
            errors = f"±{simulated.value_at_risk_error:.2f}, ±{simulated.shortfall_error:.2f}"
            sure = f"standard errors {errors}; {paths} stratified paths, seed {seed}"
            yield _tail("simulated, full revaluation", simulated.tail, sure)
    if isinstance(risk.historical, str):
        yield ("historical", None, None, None, risk.historical)
    else:
        of = f"{risk.historical.returns} returns, {risk.historical.independent} independent"
        for past in risk.historical.tails:
            low, high = (f"{end:.0f}" if end is not None else "?" for end in (past.low, past.high))
            yield _tail("historical, full revaluation", past.tail, f"90 %: {low} to {high}; {of}")
    if isinstance(risk.parametric, str):
        yield ("parametric", None, None, None, risk.parametric)
    else:
        for moments in risk.parametric.tails:
            sure = "normal returns" if moments.monotone else "not valid here: the expansion folds"
            yield _tail("parametric, delta-gamma, Cornish-Fisher", moments.tail, sure)


def _tail(method: str, tail: Tail, sure: str) -> tuple[Cell, ...]:
    return (
        method,
        percent(tail.level),
        round(tail.value_at_risk, 2),
        round(tail.expected_shortfall, 2),
        sure,
    )


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
