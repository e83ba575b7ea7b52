"""A book's risk against the limits on it that its user has set: tail losses and Greeks."""

from typing import Final

from engine.market.exposure import most
from engine.market.limits import Exposure, Headroom, headroom
from engine.market.parameters import Sourced
from engine.market.risk.risk import Risk

_TAILS: Final = ("max_var_95", "max_cvar_95")
_GREEKS: Final = (
    "max_delta_exposure",
    "max_gamma_exposure",
    "max_vega_exposure",
    "max_theta_decay",
    "max_rho_exposure",
)


def risk_limits(risk: Risk, sourced: Sourced, account_value: float | None) -> tuple[Headroom, ...]:
    """Return the limits on tail losses and Greeks that are set, in the order of the configuration.

    Args:
        account_value: what fractions of the portfolio's value are taken of; None: not known.
    """
    value_at_risk, shortfall, reason = _losses(risk)
    (delta_of, delta), (gamma_of, gamma) = most(risk.lines, "delta"), most(risk.lines, "gamma")
    if account_value is None:
        reason = "[market] account_value is not set"
    found = headroom(
        Exposure(
            portfolio_value=account_value,
            currency=risk.currency,
            delta_shares=delta,
            delta_of=delta_of,
            gamma_shares=gamma,
            gamma_of=gamma_of,
            vega_per_point=risk.total.vega_per_point,
            theta_per_day=risk.total.theta_per_day,
            rho_per_point=risk.total.rho_per_point,
            var_95=value_at_risk,
            cvar_95=shortfall,
            unknown=tuple((name, reason) for name in _TAILS),
        ),
        sourced,
    )
    return tuple(one for one in found if one.limit is not None and one.name in _TAILS + _GREEKS)


def _losses(risk: Risk) -> tuple[float | None, float | None, str]:
    """Return VaR and ES at 95 % over a day, 0 for a gain, or why they aren't there."""
    if isinstance(risk.simulated, str):
        return None, None, risk.simulated
    if risk.simulated.horizon_days != 1:
        days = f"{risk.simulated.horizon_days:g}"
        return None, None, f"the limit is for a day, and {days} days were asked for"
    for one in risk.simulated.tails:
        if one.tail.level == 0.95:
            tail = one.tail
            return max(tail.value_at_risk, 0.0), max(tail.expected_shortfall, 0.0), ""
    return None, None, "no VaR at 95 % was asked for"
