"""How far a book is from each of its user's limits."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from engine.market.parameters import Sourced

_CONTRACT: Final = 100.0
_HELD: Final = (
    "shares at their price, short puts at their strikes, naked calls at the stock's price"
)
_EACH: Final = "; each stock on its own, and the one with most counts"
_MEANINGS: Final = {
    "max_var_95": "simulated loss of a day that 5 % of days exceed",
    "max_cvar_95": "mean simulated loss of the worst 5 % of days",
    "max_kelly_fraction": "the bet on the first put to sell by kelly_fraction of Kelly's rule",
    "max_position_size": f"the largest stock: {_HELD}; covered calls add nothing",
    "max_margin_percent": "shares at 50 %, uncovered short options at the FINRA minimum",
    "max_notional_percent": f"all stocks: {_HELD}; covered calls add nothing",
    "max_delta_exposure": f"shares that move alike; the limit is in hundreds of shares{_EACH}",
    "max_gamma_exposure": f"change of delta shares per 1.00 of spot, over 100{_EACH}",
    "max_contracts_per_trade": "the most contracts of one short option",
}


@dataclass(frozen=True, slots=True)
class Exposure:
    """A book in figures; None where one can't be computed, and `unknown` says why.

    Attributes:
        portfolio_value: currency, what fractions are of.
        currency: of all amounts; "" where it isn't known.
        delta_shares: shares that move alike; gamma_shares: change of that per 1.00 of spot; of
            several stocks the one that has most, which delta_of and gamma_of name.
        vega_per_point, theta_per_day, rho_per_point: currency.
        var_95, cvar_95: loss, currency, above 0.
        margin: currency, above 0, as `wheel_margin` has it.
        notional: shares at their price, short puts at their strikes, and naked calls at the
            stock's price, currency, above 0; largest_position: the same of the largest stock.
        kelly: largest share of the capital that one bet takes.
        contracts: the largest number of contracts in one position.
        unknown: of a limit's name, why its figure isn't there.
    """

    portfolio_value: float | None = None
    currency: str = ""
    delta_shares: float | None = None
    delta_of: str = ""
    gamma_shares: float | None = None
    gamma_of: str = ""
    vega_per_point: float | None = None
    theta_per_day: float | None = None
    rho_per_point: float | None = None
    var_95: float | None = None
    cvar_95: float | None = None
    margin: float | None = None
    notional: float | None = None
    largest_position: float | None = None
    kelly: float | None = None
    contracts: float | None = None
    unknown: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Headroom:
    """One limit and how much of it is left.

    Attributes:
        value: what counts against the limit, its size: never below 0.
        limit: None where the user has set none.
        left: limit less value, below 0 if it is breached; None if either is unknown.
        unit: of all three.
        source: where the limit came from.
        reason: why there is no `left`, "" if there is.
        meaning: how the value is counted.
    """

    name: str
    value: float | None
    limit: float | None
    left: float | None
    unit: str
    source: str
    reason: str = ""
    meaning: str = ""

    @property
    def breached(self) -> bool | None:
        """Whether the limit is exceeded; None if that can't be told."""
        return None if self.left is None else self.left < 0

    @property
    def used(self) -> float | None:
        """Part of the limit that is used, 1 is all; None if that can't be told."""
        if self.left is None or not self.limit or self.value is None:
            return None
        return self.value / self.limit


def headroom(exposure: Exposure, sourced: Sourced) -> tuple[Headroom, ...]:
    """Return every limit with what is left of it, in the order of the configuration."""
    reasons = dict(exposure.unknown)
    limits = sourced.parameters.limits
    return tuple(
        replace(
            _judge(
                name, value, getattr(limits, name), unit, sourced.origin(name),
                reasons.get(name, ""),
            ),
            meaning=_MEANINGS.get(name, ""),
        )
        for name, value, unit in _figures(exposure)
    )  # fmt: skip


def _figures(e: Exposure) -> Iterator[tuple[str, float | None, str]]:
    currency = e.currency or "currency"
    yield "max_var_95", _part(e.var_95, e), "of the portfolio's value, a day"
    yield "max_cvar_95", _part(e.cvar_95, e), "of the portfolio's value, a day"
    yield "max_kelly_fraction", e.kelly, "of the capital in one bet"
    yield "max_position_size", _part(e.largest_position, e), "of the portfolio's value"
    yield "max_margin_percent", _part(e.margin, e), "of the portfolio's value"
    yield "max_notional_percent", _part(e.notional, e), "of the portfolio's value"
    # The user's own check multiplies these two limits by the 100 shares of a contract.
    delta, gamma = (f"{one} shares".lstrip() for one in (e.delta_of, e.gamma_of))
    yield "max_delta_exposure", _over(e.delta_shares), f"contracts' worth of {delta}"
    yield (
        "max_gamma_exposure",
        _over(e.gamma_shares),
        f"contracts' worth of {gamma} per 1.00 of spot",
    )
    yield "max_vega_exposure", e.vega_per_point, f"{currency} per volatility point"
    yield "max_theta_decay", e.theta_per_day, f"{currency} per calendar day"
    yield "max_rho_exposure", e.rho_per_point, f"{currency} per point of the rate"
    yield "max_contracts_per_trade", e.contracts, "contracts in one position"


def _judge(
    name: str, value: float | None, limit: float | None, unit: str, source: str, reason: str
) -> Headroom:
    size = None if value is None else abs(value)
    if limit is None:
        return Headroom(name, size, None, None, unit, source, "the configuration sets no limit")
    if size is None:
        return Headroom(name, None, limit, None, unit, source, reason or "the figure isn't known")
    return Headroom(name, size, limit, limit - size, unit, source)


def _part(value: float | None, exposure: Exposure) -> float | None:
    total = exposure.portfolio_value
    return None if value is None or not total or total <= 0 else value / total


def _over(shares: float | None) -> float | None:
    return None if shares is None else shares / _CONTRACT
