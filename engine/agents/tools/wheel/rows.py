"""The wheel's answers as tables and series."""

from collections.abc import Iterable, Sequence

from engine.evidence import Cell, Figure, Figures, Table
from engine.market.candidates import Candidate, Ranking
from engine.market.limits import Headroom
from engine.market.parameters import Sourced
from engine.market.wheel.book import Watched

_MOST, _MOST_RULES = 30, 200


def candidates(title: str, found: Ranking) -> Table:
    """Return the nearest candidates first, a row each."""
    columns = (
        "strike", "expiry", "days", "delta", "premium", "yield %", "a year %", "breakeven",
        "assigned %", "assigned, in the past %", "touched %", "profit %", "volatility %", "why",
    )  # fmt: skip
    rows = tuple(_candidate(one) for one in found.candidates[:_MOST])
    more = len(found.candidates) - len(rows)
    return Table(f"{title} (the first {_MOST})" if more > 0 else title, columns, rows)


def rejected(found: Ranking) -> Table:
    """Return how many options fell to which rule, most first."""
    rows = tuple(sorted(found.rejected.items(), key=lambda one: (-one[1], one[0])))
    return Table("Left out", ("rule", "options"), rows)


def rules(watched: Sequence[Watched]) -> Table:
    """Return each rule of each short option: value, threshold, fired or not, and why.

    Of very many those that fire, first.
    """
    every = [(one, rule) for one in watched for rule in one.rules]
    kept = every
    if len(every) > _MOST_RULES:
        kept = sorted(every, key=lambda pair: not pair[1].fired)[:_MOST_RULES]
    cut = f": the first {len(kept)} of {len(every):,}" if len(kept) < len(every) else ""
    columns = ("option", "rule", "value", "threshold", "says", "set in", "explanation")
    return Table(
        f"Roll rules{cut}",
        columns,
        tuple(
            (
                _option(one), rule.name, _round(rule.value, 3), rule.threshold,
                {True: "ROLL", False: "hold", None: "unknown"}[rule.fired], rule.source,
                rule.explanation,
            )
            for one, rule in kept
        ),
    )  # fmt: skip


def early(watched: Iterable[Watched]) -> Table | None:
    """Return who may be assigned early; None if nobody may."""
    columns = ("option", "assignment", "by", "in the money", "time value", "earns", "explanation")
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            _option(one), one.early.danger, str(one.early.by or "any day"),
            round(one.early.inside, 4), _round(one.early.time_value, 4),
            round(one.early.earned, 4), one.early.explanation,
        )
        for one in watched
        if one.early is not None
    )  # fmt: skip
    cut = f": the first {_MOST_RULES} of {len(rows):,}" if len(rows) > _MOST_RULES else ""
    return Table(f"Early assignment{cut}", columns, rows[:_MOST_RULES]) if rows else None


def limits(found: Iterable[Headroom]) -> Table:
    """Return each limit with what is used and left of it."""
    columns = (
        "limit", "value", "at most", "left", "used %", "state", "unit", "set in",
        "counted as",
    )  # fmt: skip
    return Table("Limits", columns, tuple(_limit(one) for one in found))


def parameters(sourced: Sourced) -> Figures:
    """Return what the wheel is told to do, and where each value came from."""
    own, triggers = sourced.parameters, sourced.parameters.roll_triggers
    values = {
        "delta_target": own.delta_target,
        "days_to_expiry_target": own.days_to_expiry_target,
        "max_delta_short_put": own.max_delta_short_put,
        "min_premium_yield": own.min_premium_yield,
        "profit_target_percent": triggers.profit_target_percent,
        "delta_breach_threshold": triggers.delta_breach_threshold,
        "dte_threshold": triggers.dte_threshold,
        "kelly_fraction": own.kelly_fraction,
    }
    items = tuple(
        Figure(name, value, "", sourced.origin(name), reason=None if value is not None else "off")
        for name, value in values.items()
    )
    return Figures("Parameters", items)


def _candidate(one: Candidate) -> tuple[Cell, ...]:
    return (
        one.option.strike, str(one.option.expiry), one.days, round(one.delta, 3),
        round(one.premium, 4), round(100 * one.premium_yield, 2), round(100 * one.annualised, 1),
        round(one.breakeven, 2), round(100 * one.assigned, 1),
        None if one.assigned_in_the_past is None else round(100 * one.assigned_in_the_past, 1),
        round(100 * one.touched, 1), round(100 * one.profit, 1), round(100 * one.volatility, 1),
        "; ".join(one.reasons),
    )  # fmt: skip


def _limit(one: Headroom) -> tuple[Cell, ...]:
    state = {True: "BREACHED", False: "within", None: one.reason}[one.breached]
    used = None if one.used is None else round(100 * one.used, 1)
    return (
        one.name, _round(one.value, 4), one.limit, _round(one.left, 4), used, state, one.unit,
        one.source, one.meaning,
    )  # fmt: skip


def _option(one: Watched) -> str:
    return f"-{one.short.contracts:g} {_named(one.short.option)}"


def _named(instrument: object) -> str:
    strike, kind = getattr(instrument, "strike", 0.0), getattr(instrument, "kind", "")
    return f"{getattr(instrument, 'expiry', '')} {strike:g} {kind}"


def _round(value: float | None, digits: int = 2) -> float | None:
    return None if value is None else round(value, digits)
