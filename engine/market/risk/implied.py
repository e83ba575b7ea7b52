"""The volatility that the middle of bid and ask implies: the one that gives that price back."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import exp, isfinite
from typing import Final

import numpy as np

from engine.kernels import american, european
from engine.kernels.dividends import coming
from engine.kernels.dividends_implied import implied
from engine.kernels.dividends_sheet import Contract
from engine.kernels.errors import InvalidArgument
from engine.kernels.implied_vol import Status, implied_volatility
from engine.market.book import Option

_STEPS: Final = 5
_LEAST_SPOT: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Asked:
    """A price, and the market that it is seen in.

    Attributes:
        years: to expiry, 0 or more.
        dividends: of the stock, as in `risk_dividends`; the yield is 0 where there are any.
    """

    option: Option
    price: float
    spot: float
    years: float
    rate: float
    dividend_yield: float
    dividends: tuple[tuple[float, float], ...]

    @property
    def pays(self) -> bool:
        """Whether a cash dividend is to come before expiry."""
        return bool(coming(self.dividends, self.years))


def first(asked: Asked) -> float | str:
    """Return the volatility, or why there is none.

    Exact without cash dividends; with some, that of the spot less their present value.
    """
    option = asked.option
    away = sum(paid * exp(-asked.rate * at) for at, paid in coming(asked.dividends, asked.years))
    plain = replace(asked, spot=max(asked.spot - away, _LEAST_SPOT * asked.spot), dividends=())
    found = implied_volatility(
        option.kind,
        plain.price,
        plain.spot,
        option.strike,
        plain.years,
        plain.rate,
        plain.dividend_yield,
    )
    status = Status(int(found.status))
    if status is not Status.SOLVED:
        return f"its quote implies no volatility: {status.reason}"
    value = float(found.volatility)
    return _american(plain, value) if option.american else value


def refined(asked: Sequence[Asked], starts: Sequence[float]) -> list[float | str]:
    """Return exact volatilities of options with cash dividends, or why one has none."""
    contracts = [
        Contract(
            one.option.kind == "call",
            one.option.american,
            one.option.strike,
            one.years,
            min(max(start, 0.01), 10.0),
            one.rate,
            coming(one.dividends, one.years),
        )
        for one, start in zip(asked, starts, strict=True)
    ]
    spot, price = np.array([one.spot for one in asked]), np.array([one.price for one in asked])
    return [
        value if isfinite(value) else "its quote implies no volatility with the cash dividends"
        for value in implied(contracts, spot, price).tolist()
    ]


def _american(asked: Asked, start: float) -> float:
    """Return the volatility at which the option with its right of early exercise costs its price.

    The right is worth little and hardly changes with volatility, so steps by the European vega
    from the European volatility gain three digits each.
    """
    value, option = start, asked.option
    for _ in range(_STEPS):
        terms = (
            option.kind,
            asked.spot,
            option.strike,
            asked.years,
            value,
            asked.rate,
            asked.dividend_yield,
        )
        try:
            excess = float(american.price(*terms, accuracy="accurate").price) - asked.price
        except InvalidArgument:  # outside of the American method: the European one stands
            return start
        slope = 100.0 * float(european.price(*terms).vega_per_point)
        step = excess / slope if slope > 0.0 else 0.0
        value = min(max(value - step, value / 2.0), value * 2.0)
    return value
