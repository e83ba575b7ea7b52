"""A backtest as evidence: the sentence, figures beside buy-and-hold, tables, equity curve."""

from collections.abc import Iterator, Sequence
from datetime import date

from engine.evidence import Cell, Curve, Evidence, Figure, Figures, Series, Table
from engine.market.backtest.backtest import Result
from engine.market.put_write import Validation
from engine.market.returns import Floats, Performance, drawdown
from engine.market.sweep import Row, beats_cash, best_first

_SOURCE = "backtest, daily closes"
_MOST_ROWS = 500
_MONEY = "in the prices' currency"
_BOUGHT_BACK = ("profit", "delta", "days")
_EPOCH = date(1970, 1, 1)


def wheel(result: Result, name: str, assumptions: Sequence[str] = ()) -> Evidence:
    """Return the evidence of one backtest."""
    own, held = result.performance, result.benchmark_performance
    verdict = (
        f"{name} {_percent(own.cagr)} a year with a drawdown of {own.max_drawdown:.1%}, "
        f"buy-and-hold {_percent(held.cagr)} with {held.max_drawdown:.1%} "
        f"({own.start} to {own.end}; options priced by a model){_only_rolled(result)}"
    )
    return Evidence(
        verdict=verdict,
        sections=(
            Figures("Backtest", tuple(_figures(result))),
            _side_by_side(own, held),
            *_curves(result),
            _sales(result),
            *([_cycles(result)] if result.rules.settlement == "shares" else []),
        ),
        assumptions=(*assumptions, *result.assumptions),
        weight=3,
        found=bool(result.sales),
    )


def _only_rolled(result: Result) -> str:
    """Return in a clause that no put was ever assigned because each was bought back before."""
    puts = [one for one in result.sales if one.option.kind == "put"]
    back = sum(one.ending in _BOUGHT_BACK for one in puts)
    if result.assignment_rate or len(puts) < len(result.sales) or not back:
        return ""
    return (
        f"; {back} of {len(puts)} puts were bought back by the roll rules, none was assigned and "
        "no call was sold: --hold holds them to expiry"
    )


def sweep(rows: Sequence[Row], assumptions: Sequence[str] = ()) -> Evidence:
    """Return the evidence of a sweep, in the order of `sweep.best_first`."""
    ranked = best_first(rows)
    columns = (
        "rules", "CAGR %", "volatility %", "Sharpe", "Sortino", "drawdown %", "won %",
        "assigned %", "sales", "idle days",
    )  # fmt: skip
    table = Table(f"Sweep of {len(rows)} rules", columns, tuple(map(_row, ranked[:_MOST_ROWS])))
    warning = (
        f"the best of {len(rows)} tried on the same data is partly luck: "
        "expect less from it in years that it has not seen"
    )
    return Evidence(
        verdict=_best(ranked),
        sections=(table,),
        assumptions=(warning, *assumptions),
        weight=3,
    )


def _best(ranked: Sequence[Row]) -> str:
    best = ranked[0]
    if not beats_cash(ranked):
        return (
            f"none of the {len(ranked)} rules earned more than cash; by return, as a Sharpe ratio "
            f"below 0 ranks nothing, {best.label} comes first with {_percent(best.cagr)} a year"
        )
    ratio = "no Sharpe ratio" if best.sharpe is None else f"a Sharpe ratio of {best.sharpe:.2f}"
    return f"{best.label} did best with {ratio}, {_percent(best.cagr)} a year"


def validation(found: Validation, assumptions: Sequence[str] = ()) -> Evidence:
    """Return how near the put-write model came to the published returns."""
    items = (
        _figure("factor on the implied volatility", found.factor),
        _figure("error of fitted years", found.fit_rms_points, "points a year, rms"),
        _figure("error of years not fitted", found.score_rms_points, "points a year, rms"),
        _figure("correlation, years not fitted", found.score_correlation),
        _figure("correlation, all years", found.correlation),
        _figure(
            f"correlation of {found.months} months not fitted",
            found.month_correlation,
            reason="no daily closes of the index were given",
        ),
    )
    rows = tuple(
        (one.year, round(one.model_pct, 2), one.published_pct, round(one.error_points, 2),
         "fitted" if one.fitted else "scored")
        for one in found.years
    )  # fmt: skip
    columns = ("year", "model %", "published %", "error", "use")
    correlation = "none" if found.correlation is None else f"{found.correlation:.2f}"
    return Evidence(
        verdict=(
            f"years that the fit never saw are met within {found.score_rms_points:.1f} points rms; "
            f"correlation over all years {correlation}"
        ),
        sections=(Figures("Validation", items), Table("By year", columns, rows)),
        assumptions=(*assumptions, *found.result.assumptions),
        weight=3,
    )


def _figures(result: Result) -> Iterator[Figure]:
    yield _figure("final equity", float(result.equity[-1]), _MONEY)
    yield _figure("options sold", len(result.sales))
    yield _figure("won", result.win_rate, "of finished options", "none has ended")
    yield _figure("assigned", result.assignment_rate, "of finished puts", "no put has ended")
    yield _figure("cycles", len(result.cycles))
    for reason, days in sorted(result.idle_days.items()):
        yield _figure(f"idle: {reason}", days, "trading days")


def _side_by_side(own: Performance, held: Performance) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (name, _round(mine), _round(theirs))
        for name, mine, theirs in (
            ("total return %", _hundred(own.total_return), _hundred(held.total_return)),
            ("CAGR %", _hundred(own.cagr), _hundred(held.cagr)),
            ("volatility % a year", _hundred(own.volatility), _hundred(held.volatility)),
            ("Sharpe", own.sharpe, held.sharpe),
            ("Sortino", own.sortino, held.sortino),
            ("deepest drawdown %", _hundred(own.max_drawdown), _hundred(held.max_drawdown)),
        )
    ]
    rows.append(("drawdown from", str(own.drawdown_from), str(held.drawdown_from)))
    rows.append(("drawdown to", str(own.drawdown_to), str(held.drawdown_to)))
    rows.append(("recovered", str(own.recovered or "never"), str(held.recovered or "never")))
    return Table("Against buy-and-hold", ("", "strategy", "buy-and-hold"), tuple(rows))


def _curves(result: Result) -> tuple[Series, ...]:
    """Return equity and drawdown over the days, each with buy-and-hold beside it."""
    x = tuple(float((day - _EPOCH).days) for day in result.days)
    pairs = (
        ("Equity", result.equity, result.benchmark, _MONEY),
        ("Drawdown", drawdown(result.equity) * 100, drawdown(result.benchmark) * 100, "%"),
    )
    return tuple(
        Series(
            title,
            x,
            _rounded(own),
            unit,
            x_unit="date",
            label="strategy",
            others=(Curve("buy-and-hold", _rounded(held)),),
        )
        for title, own, held, unit in pairs
    )


def _rounded(values: Floats) -> tuple[float, ...]:
    return tuple(round(float(value), 4) for value in values)


def _sales(result: Result) -> Table:
    columns = (
        "sold", "kind", "strike", "expiry", "contracts", "spot", "delta",
        "volatility a year", "premium a share", "ended", "how", "gain",
    )  # fmt: skip
    rows = tuple(
        (
            str(one.sold), one.option.kind, round(one.option.strike, 4), str(one.option.expiry),
            round(one.contracts, 4), round(one.spot, 4), round(one.delta, 3),
            round(one.volatility, 4), round(one.premium, 4), str(one.ended), one.ending,
            round(one.gain, 2),
        )
        for one in result.sales[-_MOST_ROWS:]
    )  # fmt: skip
    return Table(_titled("Options sold", len(rows), len(result.sales)), columns, rows)


def _cycles(result: Result) -> Table:
    columns = (
        "opened",
        "closed",
        "puts",
        "calls",
        "premium",
        "assigned",
        "gain",
        "collateral",
        "%",
    )
    rows = tuple(
        (
            str(one.opened), str(one.closed or "open"), round(one.puts_sold, 4),
            round(one.calls_sold, 4), round(one.premium, 2), round(one.assigned, 4),
            round(one.gain, 2) if one.closed else None, round(one.collateral, 2),
            _round(_hundred(one.return_on_collateral)),
        )
        for one in result.cycles[-_MOST_ROWS:]
    )  # fmt: skip
    return Table(_titled("Cycles", len(rows), len(result.cycles)), columns, rows)


def _row(one: Row) -> tuple[Cell, ...]:
    return (
        one.label, _round(_hundred(one.cagr)), _round(_hundred(one.volatility)),
        _round(one.sharpe), _round(one.sortino), _round(_hundred(one.max_drawdown)),
        _round(_hundred(one.win_rate)), _round(_hundred(one.assignment_rate)), one.sales,
        one.idle_days,
    )  # fmt: skip


def _titled(name: str, shown: int, total: int) -> str:
    return name if shown == total else f"{name} (the last {shown} of {total})"


def _figure(name: str, value: float | None, unit: str = "", reason: str = "too few") -> Figure:
    if value is None:
        return Figure(name, None, unit, _SOURCE, reason=reason)
    return Figure(name, _round(value, 4), unit, _SOURCE)


def _hundred(value: float | None) -> float | None:
    return None if value is None else 100 * value


def _round(value: float | None, digits: int = 2) -> float | None:
    return None if value is None else round(value, digits)


def _percent(value: float | None) -> str:
    return "no figure" if value is None else f"{value:.1%}"
