"""The parameters of the wheel under the names that its user's configuration gives them.

What the strategy needs has a default: the value that the configuration of the wheel this program
was written for states (`config.yaml`, version 1.1). A limit has none, because nobody but the
trader can say how much risk is too much: what isn't configured is None, and reported as not set.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Final


class ParameterError(ValueError):
    """A parameter can't be taken: where it stands, what was found, what is expected."""

    def __init__(self, place: str, name: str, found: str, expected: str) -> None:
        super().__init__(f"{place}: {name} is {found}; expected {expected}")
        self.place = place
        self.name = name


@dataclass(frozen=True, slots=True)
class RollTriggers:
    """When a short option is bought back before it expires; None leaves a rule out.

    Attributes:
        profit_target_percent: share of the premium that is earned, 0 to 1: 0.25 is a quarter.
        delta_breach_threshold: size of the delta from which the option counts as threatened.
        dte_threshold: days to expiry at or below which it is rolled.
    """

    profit_target_percent: float | None = 0.25
    delta_breach_threshold: float | None = 0.70
    dte_threshold: float | None = 5.0


HELD_TO_EXPIRY: Final = RollTriggers(None, None, None)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of each risk is allowed; None where the user has set no limit.

    Attributes:
        max_var_95, max_cvar_95: loss at 95 % as a fraction of the portfolio's value.
        max_kelly_fraction: most that one bet may take, as a fraction of the portfolio's value.
        max_position_size: most of the portfolio's value in one underlying, as a fraction.
        max_margin_percent: most margin, as a fraction of the portfolio's value.
        max_notional_percent: most notional of short options, as a fraction of that value.
        max_delta_exposure, max_gamma_exposure: in contracts, that is shares over 100.
        max_vega_exposure: currency per volatility point.
        max_theta_decay: currency per calendar day.
        max_rho_exposure: currency per percentage point of the rate.
        max_contracts_per_trade: contracts.
    """

    max_var_95: float | None = None
    max_cvar_95: float | None = None
    max_kelly_fraction: float | None = None
    max_position_size: float | None = None
    max_margin_percent: float | None = None
    max_notional_percent: float | None = None
    max_delta_exposure: float | None = None
    max_gamma_exposure: float | None = None
    max_vega_exposure: float | None = None
    max_theta_decay: float | None = None
    max_rho_exposure: float | None = None
    max_contracts_per_trade: float | None = None


@dataclass(frozen=True, slots=True)
class Parameters:
    """What the wheel is to do.

    Attributes:
        delta_target: size of the delta at which options are sold, 0 to 1.
        days_to_expiry_target: calendar days to expiry at which options are sold.
        min_days_to_expiry: nothing shorter is sold; None: no such rule.
        max_delta_short_put: no put above this delta is sold.
        min_premium_yield: least premium as a fraction of the strike.
        strike_intervals: the steps in which strikes are listed; empty: not known.
        min_moneyness, max_moneyness: strikes as a fraction of spot; None: no such rule.
        kelly_fraction: part of the full Kelly bet that is taken.
        min_open_interest, min_volume: contracts; None: no such rule.
        max_bid_ask_spread: currency a share; None: no such rule.
        commission_per_contract: currency.
        slippage: half of the spread that a trade costs, currency a share.
        initial_capital: what a backtest starts with, currency.
        ticker: the stock that is traded, "" if the configuration names none.
    """

    delta_target: float = 0.30
    days_to_expiry_target: float = 35.0
    min_days_to_expiry: float | None = None
    max_delta_short_put: float = 0.45
    min_premium_yield: float = 0.005
    strike_intervals: tuple[float, ...] = ()
    min_moneyness: float | None = None
    max_moneyness: float | None = None
    roll_triggers: RollTriggers = RollTriggers()
    kelly_fraction: float = 0.5
    min_open_interest: float | None = None
    min_volume: float | None = None
    max_bid_ask_spread: float | None = None
    commission_per_contract: float = 0.65
    slippage: float = 0.05
    initial_capital: float = 100_000.0
    ticker: str = ""
    limits: Limits = Limits()


DEFAULT_SOURCE: Final = "default"


@dataclass(frozen=True, slots=True)
class Sourced:
    """Parameters and where each came from.

    Attributes:
        origins: a parameter's name to `file:line`, a variable's name, or "default".
        unused_keys: how many keys the file has that mean nothing here.
        notes: what is contradictory or looks misspelt, a sentence each.
    """

    parameters: Parameters = Parameters()
    origins: Mapping[str, str] = field(default_factory=dict)
    unused_keys: int = 0
    notes: tuple[str, ...] = ()

    def origin(self, name: str) -> str:
        """Return where the parameter's value came from."""
        return self.origins.get(name, DEFAULT_SOURCE)


def build(values: Mapping[str, float | str | tuple[float, ...] | None]) -> Parameters:
    """Return parameters of `values`, named as the fields are; the rest keep their defaults."""
    triggers = {name: values[name] for name in _names(RollTriggers) if name in values}
    limits = {name: values[name] for name in _names(Limits) if name in values}
    nested = {"roll_triggers", "limits"}
    own = {
        name: values[name] for name in _names(Parameters) if name in values and name not in nested
    }
    return Parameters(
        **own,  # type: ignore[arg-type]
        roll_triggers=RollTriggers(**triggers),  # type: ignore[arg-type]
        limits=Limits(**limits),  # type: ignore[arg-type]
    )


def contradictions(parameters: Parameters) -> Iterable[str]:
    """Yield a sentence for each pair of parameters that can't both be meant."""
    limits, triggers = parameters.limits, parameters.roll_triggers
    if parameters.delta_target > parameters.max_delta_short_put:
        yield (
            f"delta_target {parameters.delta_target:g} is above max_delta_short_put "
            f"{parameters.max_delta_short_put:g}: puts are sold at the maximum"
        )
    if (
        limits.max_var_95 is not None
        and limits.max_cvar_95 is not None
        and limits.max_cvar_95 < limits.max_var_95
    ):
        yield (
            f"max_cvar_95 {limits.max_cvar_95:g} is below max_var_95 {limits.max_var_95:g}, "
            "but the mean loss beyond a quantile is never smaller than the quantile"
        )
    threshold = triggers.dte_threshold
    if threshold is not None and threshold >= parameters.days_to_expiry_target:
        yield (
            f"dte_threshold {threshold:g} is not below days_to_expiry_target "
            f"{parameters.days_to_expiry_target:g}: what is sold would be rolled at once"
        )
    breach = triggers.delta_breach_threshold
    if breach is not None and breach <= parameters.delta_target:
        yield (
            f"delta_breach_threshold {breach:g} is not above delta_target "
            f"{parameters.delta_target:g}: what is sold would be rolled at once"
        )


def _names(kind: type[RollTriggers] | type[Limits] | type[Parameters]) -> tuple[str, ...]:
    return tuple(entry.name for entry in fields(kind))
