"""Where candidates come from: the quotes of a chain, or the model where nothing is quoted."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from math import isfinite
from typing import Final

from engine.market.backtest.expiries import nearest
from engine.market.book import Option, OptionKind, Quote
from engine.market.candidates import Candidate, Ranking, judge, ranked, unfit
from engine.market.chain_volatility import Row, volatilities
from engine.market.parameters import Parameters
from engine.market.scene import Scene
from engine.market.wheel.value import MODEL, strike_at

_DELTAS: Final = (0.10, 0.15, 0.20, 0.25, 0.30, 0.35, 0.40, 0.45)


def from_quotes(
    scene: Scene, quotes: Iterable[Quote], kind: OptionKind, parameters: Parameters
) -> Ranking:
    """Judge every quoted option of one kind; premiums are what buyers bid."""
    said = "premiums are bids; " + _how(scene)
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
        price, _ = scene.price_and_delta(option, scene.volatility)
        premium = max(price - parameters.slippage, 0.0)
        how = "model less half the spread"
        judged.append(judge(scene, option, premium, how, scene.volatility, parameters))
    said = (
        f"no quotes: premiums are of the model ({MODEL}) at a volatility of "
        f"{scene.volatility:.1%}, less {parameters.slippage:g} a share for the spread"
    )
    return _sorted(judged, said)


def _how(scene: Scene) -> str:
    if not scene.dividends:
        return "delta and chances are of the European model"
    return (
        "delta and volatility are American, with the cash dividends to come before expiry; chances "
        "have them taken off by Bos and Vandermark's rule (2002)"
    )


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
    fitting: list[Row] = []
    for quote in quotes:
        option = quote.instrument
        if isinstance(option, Option) and (option.underlying, option.kind) == (scene.symbol, kind):
            # Before a volatility is sought, which takes longer than all of this.
            if why := _unfit(scene, quote, option, parameters):
                yield why
            else:
                fitting.append((quote, option))
    found = volatilities(scene, fitting)
    for (quote, option), volatility in zip(fitting, found, strict=True):
        if isinstance(volatility, str):
            yield volatility
        else:
            how = f"bid ({quote.source})"
            yield judge(scene, option, quote.bid or 0.0, how, volatility, parameters)


def _unfit(scene: Scene, quote: Quote, option: Option, parameters: Parameters) -> str:
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
    return unfit(scene, option, bid, parameters)


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
                kind, delta, scene.after_dividends(years), years, volatility, scene.rate,
                scene.dividend_yield,
            )  # fmt: skip
            strike = round(exact / step) * step
            if strike > 0 and (expiry, strike) not in strikes:
                strikes.add((expiry, strike))
                yield Option(scene.symbol, expiry, kind, strike)
