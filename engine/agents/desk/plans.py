"""Plans of the questions to the trading desk: the book's own figures, and the code beside them.

What reads the book needs the capability `market`: without a book its tasks fail with the reason,
and what else the question can be answered by is still answered.
"""

from collections.abc import Callable

from engine.agents.code_plans import Planned, Slots, file_review, given, task
from engine.agents.desk.terms import share
from engine.evidence import PlannedTask, Understanding

_MARKET = "market"
_BACKTESTS = {
    "wheel": "backtest.wheel",
    "put_write": "backtest.put_write",
    "put-write": "backtest.put_write",
    "sweep": "backtest.sweep",
    "validate": "backtest.validate",
}
_OF_BACKTESTS = (
    "ticker", "delta", "days", "at_the_money", "begin", "end", "last", "hold", "capital",
    "commission", "implied", "volatility_factor", "skew", "rates", "published", "fit",
)  # fmt: skip
_MOVES = (
    "spot_move", "spot_amount", "spot_level", "volatility_points", "volatility_level",
    "volatility_times", "rate_points", "rate_level", "pass_days",
)  # fmt: skip
_NOT_VALIDATED = ("delta", "days", "at_the_money", "begin", "end", "last", "hold", "commission")
_UNKEPT = "not kept to: {}"
_UNREAD = {
    "stress": 'of the move this is not understood and not kept to: "{}"; a move is named as in '
    '"U falls 10%", "U goes to 18", "vol up 20 points", "rates rise 1%", "in 5 days"',
}
_PRICING = "option pricing model: black scholes, binomial, american, implied volatility, greeks"


def _market(tool: str, *wanted: str) -> Callable[[Understanding], Planned]:
    def planned(part: Understanding) -> Planned:
        return [task(tool, _MARKET, _given(part.slots, *wanted))]

    return planned


def _given(slots: Slots, *names: str) -> Slots:
    """Return those of the slots that there are; a delta of 30 is one of 0.30."""
    found = given(slots, *names)
    if isinstance(delta := found.get("delta"), float):
        found["delta"] = share(delta)
    return found


def _stress(part: Understanding) -> Planned:
    """The grid of usual moves, the very move that is named, or a close at expiry."""
    if part.slots.get("at_expiry"):
        wanted = ("spot_move", "spot_amount", "spot_level", "ticker")
        return [task("desk.at_expiry", _MARKET, given(part.slots, *wanted))]
    if any(name in part.slots for name in _MOVES):
        return [task("risk.what_if", _MARKET, given(part.slots, *_MOVES, "ticker"))]
    return [task("risk.stress", _MARKET)]


def _backtest(part: Understanding) -> Planned:
    tool = _BACKTESTS[str(part.slots.get("strategy", "wheel"))]
    return [task(tool, _MARKET, _given(part.slots, *_OF_BACKTESTS))]


def _risk(part: Understanding) -> Planned:
    if isinstance(file := part.slots.get("file"), str):
        return file_review(file, part.slots.get("focus"))
    if "folder" in part.slots:
        return _overview(part)
    if part.slots.get("figure") in ("sector", "stock"):
        return [task("risk.by_stock", _MARKET, given(part.slots, "figure"))]
    return [task("risk.metrics", _MARKET, _risk_asked(part.slots))]


def _risk_asked(slots: Slots) -> Slots:
    """Return what is asked of the risk; a ticker narrows a single figure, not the whole book's."""
    asked = given(slots, "horizon_days", "level", "figure", "per_days")
    return asked | (given(slots, "ticker", "kind", "strike") if "figure" in slots else {})


def _positions(part: Understanding) -> Planned:
    """Every position, or when the options among them expire."""
    if part.slots.get("figure") == "expiry":
        return [
            task("desk.expiries", _MARKET, given(part.slots, "days", "expiry", "kind", "strike"))
        ]
    return [task("risk.positions", _MARKET, given(part.slots, "figure", "kind", "strike"))]


def _candidates(part: Understanding) -> Planned:
    """Puts, and calls on shares held; calls alone where only those are asked for."""
    tool = "wheel.calls" if part.slots.get("kind") == "call" else "wheel.candidates"
    return [task(tool, _MARKET, _given(part.slots, "ticker", "delta", "days"))]


def _limits(part: Understanding) -> Planned:
    """The limits, or the cash that short options bind."""
    if part.slots.get("asks") == "cash":
        return [task("wheel.cash", _MARKET)]
    return [task("wheel.limits", _MARKET, given(part.slots, "asks"))]


def _assignment(part: Understanding) -> Planned:
    """Who may be assigned early, which dividends come, or what it takes if all are."""
    if part.slots.get("asks") == "cash":
        return [task("wheel.cash", _MARKET, given(part.slots, "kind"))]
    return [task("wheel.assignment", _MARKET, given(part.slots, "asks", "kind", "strike"))]


def _past(part: Understanding) -> Planned:
    """A file's backtest code is reviewed; otherwise the backtest is run."""
    if isinstance(file := part.slots.get("file"), str):
        return file_review(file, part.slots.get("focus"))
    return _overview(part) if "folder" in part.slots else _backtest(part)


def _overview(part: Understanding) -> Planned:
    return [task("code.overview", "symbols", given(part.slots, "folder"))]


def _past_prices(part: Understanding) -> Planned:
    """How deep a stock fell, how much it moved, and how stocks moved together."""
    asks = str(part.slots.get("asks", "drawdown"))
    wanted = () if asks in ("correlation", "beta") else ("begin", "end", "last", "days", "rate")
    return [task(f"prices.{asks}", _MARKET, given(part.slots, "ticker", "against", *wanted))]


def _wheel(part: Understanding) -> Planned:
    """How the wheel stands and has done, by the book; what its code is like; or both, as asked."""
    slots = part.slots
    performs = "performance" in slots
    if isinstance(file := slots.get("file"), str):
        review = file_review(file, slots.get("focus"))
        return [*review, *_spoken_for(_desk(slots))] if performs else review
    if "folder" in slots:
        return [*_overview(part), *(_desk(slots) if performs else [])]
    topic = task("code.topic", "search.scan", {"topic": "wheel"})
    if "code" in slots and not performs:
        return [topic]
    desk = _desk(slots) if performs else [_analysis(slots)]
    return [*desk, topic]


def _desk(slots: Slots) -> Planned:
    return [_analysis(slots), task("backtest.wheel", _MARKET, given(slots, "ticker"), priority=2)]


def _analysis(slots: Slots) -> PlannedTask:
    return task("wheel.analysis", _MARKET, given(slots, "ticker"), priority=3)


def _spoken_for(sides: Planned) -> Planned:
    """Have the sides heard beside a review, which else would speak alone."""
    needs = tuple(side.id for side in sides)
    return [*sides, task("desk.summary", None, needs=needs)]


def _options(part: Understanding) -> Planned:
    """Every function that prices options, what it gets wrong, and where pricing is in the code.

    The user's code is run only after the exact command says so: never for a question in words.
    """
    slots = part.slots
    if isinstance(file := slots.get("file"), str):
        return file_review(file, slots.get("focus"))
    consent: Slots = {"consent": slots.get("consent") is True}
    reviewed = task("pricing.review", "symbols", consent | given(slots, "folder"), priority=3)
    if part.text.lstrip().startswith(":"):
        return [reviewed]
    sides = [
        reviewed,
        task("code.topic", "search.scan", {"topic": "options"}, priority=2),
        task("code.ask", "symbols", given(slots, "folder") | {"question": _PRICING}, priority=1),
    ]
    needs = tuple(side.id for side in sides)
    focus: Slots = {"focus": slots.get("focus") or "review"}
    return [*sides, task("code.review", None, focus | given(slots, "folder"), needs=needs)]


def _of_terms(tool: str) -> Callable[[Understanding], Planned]:
    def planned(part: Understanding) -> Planned:
        return [task(tool, "kernels.cpu", {"terms": part.slots.get("terms", part.text)})]

    return planned


def assumed(part: Understanding) -> list[str]:
    """Return a sentence on what was said and is not kept to."""
    slots, said = part.slots, []
    if slots.get("strategy") == "sweep" and "at_the_money" in slots:
        said.append("a sweep sells at deltas: at the money is not kept to")
    if slots.get("strategy") == "validate" and (own := given(slots, *_NOT_VALIDATED)):
        named = ", ".join(name.replace("_", " ") for name in own)
        said.append(
            f"a validation keeps to the published index's own rules: not kept to is {named}"
        )
    if target := slots.get("target"):
        said.append(
            f'no option to roll to is worked out, "{target}" is not kept to: '
            '"which put should I sell in 45 days" ranks what could be sold instead'
        )
    if unread := slots.get("unread"):
        said.append(_UNREAD.get(part.intent, _UNKEPT).format(unread))
    return said


PLANS: dict[str, Callable[[Understanding], Planned]] = {
    "risk_analysis": _risk,
    "positions": _positions,
    "stress": _stress,
    "past_prices": _past_prices,
    "wheel_analysis": _wheel,
    "wheel_candidates": _candidates,
    "wheel_rolls": _market("wheel.rolls", "kind", "strike"),
    "early_assignment": _assignment,
    "wheel_ledger": _market("wheel.ledger"),
    "wheel_limits": _limits,
    "backtest": _past,
    "options_analysis": _options,
    "option_price": _of_terms("options.price"),
    "implied_volatility": _of_terms("options.implied"),
    "option_chance": _of_terms("options.chances"),
    "payoff": _market("desk.payoff", "ticker"),
    "smile": _market("desk.smile", "ticker", "expiry"),
}
