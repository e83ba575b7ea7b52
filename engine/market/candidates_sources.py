"""Where candidates come from: the quotes of a chain, or the model where nothing is quoted."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from math import isfinite
from typing import Final

from engine.kernels.implied_vol import Status, implied_volatility
from engine.market.backtest_expiries import nearest
from engine.market.book import Option, OptionKind, Quote
from engine.market.candidates import Candidate, Ranking, Scene, judge, ranked, unfit
from engine.market.parameters import Parameters
from engine.market.wheel_value import MODEL, strike_at, worth

_DELTAS: Final = (0.10, 0.15, 0.20, 0.25, 0.30, 0.35, 0.40, 0.45)


def from_quotes(
    scene: Scene, quotes: Iterable[Quote], kind: OptionKind, parameters: Parameters
) -> Ranking:
    """Judge every quoted option of one kind; premiums are what buyers bid."""
    said = "premiums are bids; delta and chances are of the European model"
    return _sorted(_of_quotes(scene, quotes, kind, parameters), said)


def from_model(scene: Scene, kind: OptionKind, parameters: Parameters) -> Ranking:
    """Judge options at usual deltas and listed expiries, priced by the model: nothing is quoted.

    Raises:
        ValueError: the scene has no volatility.
    """
    if scene.volatility is None:
        raise ValueError("without quotes and without a volatility no option can be priced")
    judged = []
    for option in _listed(scene, kind, parameters, scene.volatility):
        years = (option.expiry - scene.as_of).days / 365
        value = worth(
            kind, scene.spot, option.strike, years, scene.volatility, scene.rate,
            scene.dividend_yield, american=True,
        )  # fmt: skip
        premium = max(float(value.price) - parameters.slippage, 0.0)
        how = "model less half the spread"
        judged.append(judge(scene, option, premium, how, scene.volatility, parameters))
    said = (
        f"no quotes: premiums are of the model ({MODEL}) at a volatility of "
        f"{scene.volatility:.1%}, less {parameters.slippage:g} a share for the spread"
    )
    return _sorted(judged, said)


def _sorted(judged: Iterable[Candidate | str], said: str) -> Ranking:
    rejected: Counter[str] = Counter()
    found = []
    for one in judged:
        if isinstance(one, Candidate):
            found.append(one)
        else:
            rejected[one] += 1
    return Ranking(ranked(found), dict(rejected), (said,))


def _of_quotes(
    scene: Scene, quotes: Iterable[Quote], kind: OptionKind, parameters: Parameters
) -> Iterator[Candidate | str]:
    for quote in quotes:
        option = quote.instrument
        if isinstance(option, Option) and (option.underlying, option.kind) == (scene.symbol, kind):
            yield _judge_quote(scene, quote, option, parameters)


def _judge_quote(
    scene: Scene, quote: Quote, option: Option, parameters: Parameters
) -> Candidate | str:
    bid, ask = quote.bid, quote.ask
    if bid is None or not isfinite(bid) or bid <= 0:
        return "nobody bids"
    if ask is not None and ask < bid:
        return "the quote is crossed: the ask is below the bid"
    widest = parameters.max_bid_ask_spread
    if widest is not None and ask is not None and ask - bid > widest + 1e-9:
        return f"the spread is wider than {widest:g}"
    for value, least, name in (
        (quote.open_interest, parameters.min_open_interest, "open interest"),
        (quote.volume, parameters.min_volume, "volume"),
    ):
        if least is not None and value is not None and value < least:
            return f"{name} is below {least:g}"
    # Before a volatility is sought, which takes longer than all of this.
    if why := unfit(scene, option, bid, parameters):
        return why
    volatility = quote.volatility or _implied(scene, option, (bid + (ask or bid)) / 2)
    if isinstance(volatility, str):
        return volatility
    return judge(scene, option, bid, f"bid ({quote.source})", volatility, parameters)


def _implied(scene: Scene, option: Option, middle: float) -> float | str:
    """Return the volatility that the price implies, or why there is none."""
    years = max((option.expiry - scene.as_of).days, 0) / 365
    found = implied_volatility(
        option.kind, middle, scene.spot, option.strike, years, scene.rate, scene.dividend_yield
    )
    status = Status(int(found.status))
    return float(found.volatility) if status is Status.SOLVED else status.reason


def _listed(
    scene: Scene, kind: OptionKind, parameters: Parameters, volatility: float
) -> Iterator[Option]:
    """Yield options at usual deltas and at the listed expiries round the wanted days."""
    target = parameters.days_to_expiry_target
    expiries = {nearest(scene.as_of, target * part, "monthly") for part in (0.5, 1.0, 1.5)}
    step = min(parameters.strike_intervals, default=0.5)
    deltas = sorted({*_DELTAS, parameters.delta_target})
    strikes: set[tuple[date, float]] = set()
    for expiry in sorted(expiries):
        years = (expiry - scene.as_of).days / 365
        for delta in deltas:
            exact = strike_at(
                kind, delta, scene.spot, years, volatility, scene.rate, scene.dividend_yield
            )
            strike = round(exact / step) * step
            if strike > 0 and (expiry, strike) not in strikes:
                strikes.add((expiry, strike))
                yield Option(scene.symbol, expiry, kind, strike)
