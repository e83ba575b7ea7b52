"""What is known of one stock now, and what its options are worth by it.

Cash dividends to come are taken as in `risk_dividends`: with them there is no yield, prices and
deltas are on the grid of `engine.kernels.dividends`.
"""

from dataclasses import dataclass
from datetime import date
from math import exp
from typing import Final

from engine.kernels import dividends
from engine.kernels.dividends_grid import Schedule
from engine.market.book import Option
from engine.market.wheel.value import worth

_LEAST: Final = 1e-6  # of spot: dividends take no more than what is there


@dataclass(frozen=True, slots=True)
class Scene:
    """What is known of the stock now.

    Attributes:
        rate, dividend_yield: per year, continuous.
        volatility: that the model prices unquoted options with; None: not known.
        drift: per year, what one believes the stock will earn; None: the rate.
        basis: what held shares cost, for calls; None: no floor.
        dividends: cash to come, (years, amount a share); the yield is 0 where there is any.
    """

    symbol: str
    as_of: date
    spot: float
    rate: float = 0.0
    dividend_yield: float = 0.0
    volatility: float | None = None
    drift: float | None = None
    basis: float | None = None
    dividends: Schedule = ()

    def years(self, option: Option) -> float:
        """Return the time to expiry, 0 or more."""
        return max((option.expiry - self.as_of).days, 0) / 365

    def coming(self, option: Option) -> Schedule:
        """Return the cash dividends before the option's expiry."""
        return dividends.coming(self.dividends, self.years(option))

    def after_dividends(self, years: float) -> float:
        """Return the spot less the present value of the cash dividends until then."""
        paid = dividends.coming(self.dividends, years)
        away = sum(amount * exp(-self.rate * at) for at, amount in paid)
        return max(self.spot - away, _LEAST * self.spot)

    def split(self, level: float, years: float) -> tuple[float, float]:
        """Return a spot and a level such that a lognormal stock is about as likely beyond it.

        A dividend is taken off the spot for the part of the time that is left when it is paid, and
        put onto the level for the rest: Bos and Vandermark (2002), *Finessing fixed dividends*.
        """
        near = far = 0.0
        for at, amount in dividends.coming(self.dividends, years):
            near += amount * (years - at) / years * exp(-self.rate * at)
            far += amount * at / years * exp(self.rate * (years - at))
        return max(self.spot - near, _LEAST * self.spot), level + far

    def price_and_delta(self, option: Option, volatility: float) -> tuple[float, float]:
        """Return the price and the delta of a share's worth of the option, for who is long.

        With cash dividends before expiry both are the American ones; without, the delta is the
        European one, which of a put of the wheel's lengths is 0.01 to 0.02 less in size.
        """
        years = self.years(option)
        if cash := self.coming(option):
            found = dividends.price(
                option.kind, self.spot, option.strike, years, volatility, self.rate, cash,
                american=option.american,
            )  # fmt: skip
            return found.price, found.delta
        value = worth(
            option.kind, self.spot, option.strike, years, volatility, self.rate,
            self.dividend_yield, american=option.american,
        )  # fmt: skip
        return float(value.price), float(value.delta)
