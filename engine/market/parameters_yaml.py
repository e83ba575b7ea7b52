"""Reads the wheel's parameters from the user's YAML, key by key, with the line of each.

A key is known by its whole path (`strategy.roll_triggers.dte_threshold`). The file belongs to
another program, so keys that mean nothing here are counted and never refused; a known key with a
value that can't be right is. As in that program, a variable `WHEEL_STRATEGY__DELTA_TARGET`
overrides `strategy.delta_target`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from math import isfinite
from typing import Final

import yaml

from engine.market.parameters import ParameterError, Sourced, build, contradictions

Value = float | str | tuple[float, ...] | None

_PREFIX: Final = "WHEEL_"
_MOST_KEYS: Final = 20_000
_DEEPEST: Final = 30
_HUGE: Final = 1e12


@dataclass(frozen=True, slots=True)
class Key:
    """One known key: the parameter that it sets, its path in the file, and what it may be."""

    name: str
    path: str
    low: float = 0.0
    high: float = 1.0
    whole: bool = False

    @property
    def expected(self) -> str:
        kind = "a whole number" if self.whole else "a number"
        return f"{kind} from {self.low:g} to {self.high:g}"


_ROLL, _LIMITS = "strategy.roll_triggers", "risk.limits"
_LIQUIDITY = "data.quality.min_liquidity"
_NUMBERS: Final = (
    Key("delta_target", "strategy.delta_target", 0.01, 0.99),
    Key("days_to_expiry_target", "strategy.days_to_expiry_target", 1, 3650, whole=True),
    Key("min_days_to_expiry", "strategy.min_days_to_expiry", 0, 3650, whole=True),
    Key("max_delta_short_put", "strategy.max_delta_short_put", 0.01, 1),
    Key("min_premium_yield", "strategy.min_premium_yield"),
    Key("min_moneyness", "strategy.strike_range.min_moneyness", 0, 10),
    Key("max_moneyness", "strategy.strike_range.max_moneyness", 0, 10),
    Key("profit_target_percent", f"{_ROLL}.profit_target_percent"),
    Key("delta_breach_threshold", f"{_ROLL}.delta_breach_threshold"),
    Key("dte_threshold", f"{_ROLL}.dte_threshold", 0, 3650, whole=True),
    Key("kelly_fraction", "risk.kelly_fraction"),
    Key("max_position_size", "risk.max_position_size", 0, 100),
    Key("max_margin_percent", "risk.max_margin_percent", 0, 100),
    Key("max_var_95", f"{_LIMITS}.max_var_95", 0, 100),
    Key("max_cvar_95", f"{_LIMITS}.max_cvar_95", 0, 100),
    Key("max_kelly_fraction", f"{_LIMITS}.max_kelly_fraction"),
    Key("max_notional_percent", f"{_LIMITS}.max_notional_percent", 0, 100),
    Key("max_contracts_per_trade", f"{_LIMITS}.max_contracts_per_trade", 0, 1e9, whole=True),
    *(
        Key(name, f"{section}.{name}", 0, _HUGE)
        for section in (_LIMITS, "risk.greeks")  # the later one wins, where both stand
        for name in (
            "max_delta_exposure",
            "max_gamma_exposure",
            "max_vega_exposure",
            "max_theta_decay",
            "max_rho_exposure",
        )
    ),
    Key("min_volume", f"{_LIQUIDITY}.volume", 0, _HUGE),
    Key("min_open_interest", f"{_LIQUIDITY}.open_interest", 0, _HUGE),
    Key("max_bid_ask_spread", f"{_LIQUIDITY}.max_bid_ask_spread", 0, _HUGE),
    Key("commission_per_contract", "trading.execution.commission_per_contract", 0, 1e4),
    Key("commission_per_contract", "backtest.commission_per_contract", 0, 1e4),
    Key("initial_capital", "backtest.initial_capital", 1, _HUGE),
)
_INTERVALS: Final = "strategy.strike_intervals"
_TICKER: Final = "unity.ticker"
_SLIPPAGE: Final = "backtest.slippage"
_KNOWN: Final = {
    *(key.path for key in _NUMBERS),
    _INTERVALS,
    _TICKER,
    f"{_SLIPPAGE}.value",
    f"{_SLIPPAGE}.type",
}
_SECTIONS: Final = {path.rpartition(".")[0] for path in _KNOWN}


@dataclass(frozen=True, slots=True)
class _Found:
    value: object
    place: str


def read(text: str, file: str, environ: Mapping[str, str] | None = None) -> Sourced:
    """Return the parameters that `text`, the content of `file`, sets, and where each came from.

    Raises:
        ParameterError: it isn't YAML, or a known key has a value that can't be right.
    """
    notes: list[str] = []
    leaves = dict(_leaves(text, file, notes))
    unused = [path for path in leaves if path not in _KNOWN]
    notes += _misspelt(unused, leaves)
    leaves |= _variables(environ or {})
    values: dict[str, Value] = {}
    origins: dict[str, str] = {}
    for name, value, found in _settings(leaves):
        values[name] = value
        origins[name] = found.place
    parameters = build(values)
    return Sourced(parameters, origins, len(unused), (*notes, *contradictions(parameters)))


def _settings(leaves: Mapping[str, _Found]) -> Iterator[tuple[str, Value, _Found]]:
    for key in _NUMBERS:
        if (found := leaves.get(key.path)) is None:
            continue
        if found.value is not None:
            yield key.name, _number(key, found), found
        elif key.path.startswith(f"{_ROLL}."):  # an empty trigger is one that never fires
            yield key.name, None, found
    if (found := leaves.get(_INTERVALS)) is not None and found.value is not None:
        yield "strike_intervals", _intervals(found), found
    if (found := leaves.get(_TICKER)) is not None and found.value is not None:
        if not isinstance(found.value, str) or not found.value.strip():
            raise ParameterError(found.place, _TICKER, _show(found.value), "a stock's symbol")
        yield "ticker", found.value.strip().upper(), found
    kind, size = leaves.get(f"{_SLIPPAGE}.type"), leaves.get(f"{_SLIPPAGE}.value")
    if size is not None and (kind is None or kind.value == "fixed"):
        yield "slippage", _number(Key("slippage", f"{_SLIPPAGE}.value", 0, 1e4), size), size


def _number(key: Key, found: _Found) -> float:
    value = found.value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ParameterError(found.place, key.path, _show(value), key.expected)
    number = float(value) if abs(value) < 1e300 else float("inf")
    fits = isfinite(number) and key.low <= number <= key.high
    if not fits or (key.whole and number != int(number)):
        raise ParameterError(found.place, key.path, _show(value), key.expected)
    return number


def _intervals(found: _Found) -> tuple[float, ...]:
    expected = "a list of steps above 0, as [1.0, 2.5]"
    if not isinstance(found.value, list) or not found.value:
        raise ParameterError(found.place, _INTERVALS, _show(found.value), expected)
    step = Key("strike_intervals", _INTERVALS, 1e-4, 1e6)
    return tuple(sorted(_number(step, _Found(value, found.place)) for value in found.value))


def _leaves(text: str, file: str, notes: list[str]) -> Iterator[tuple[str, _Found]]:
    """Yield every key that is no section itself, with its value and line."""
    try:
        loader = yaml.SafeLoader(text)
    except yaml.YAMLError as error:
        raise ParameterError(file, "the file", _brief(str(error)), "YAML text") from error
    try:
        root = loader.get_single_node()
        if root is None:
            return
        if not isinstance(root, yaml.MappingNode):
            expected = "sections with keys, as strategy: {delta_target: 0.3}"
            raise ParameterError(f"{file}:1", "the file", "no table of keys", expected)
        yield from _walk(loader, root, file, notes)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        problem = error.problem or "malformed"
        raise ParameterError(
            f"{file}:{line}", "the file", f"no YAML ({problem})", "YAML"
        ) from error
    except (RecursionError, ValueError) as error:
        if isinstance(error, ParameterError):
            raise
        raise ParameterError(file, "the file", "nested or written too oddly", "YAML") from error
    finally:
        loader.dispose()


def _walk(
    loader: yaml.SafeLoader, root: yaml.MappingNode, file: str, notes: list[str]
) -> Iterator[tuple[str, _Found]]:
    seen: dict[str, int] = {}
    waiting: list[tuple[str, int, yaml.MappingNode]] = [("", 0, root)]
    while waiting:
        prefix, depth, node = waiting.pop()
        loader.flatten_mapping(node)
        for key_node, value_node in node.value:
            path = f"{prefix}{key_node.value}" if isinstance(key_node.value, str) else prefix
            line = key_node.start_mark.line + 1
            if path in seen:
                notes.append(f"{file}:{line}: {path} stands twice, first in line {seen[path]}")
            seen[path] = line
            if len(seen) > _MOST_KEYS or depth > _DEEPEST:
                raise ValueError
            if isinstance(value_node, yaml.MappingNode):
                waiting.append((f"{path}.", depth + 1, value_node))
            else:
                value = loader.construct_object(value_node, deep=True) if path in _KNOWN else None
                yield path, _Found(value, f"{file}:{line}")


def _variables(environ: Mapping[str, str]) -> dict[str, _Found]:
    """Return what `WHEEL_…` variables set; each value is read as YAML reads it."""
    found = {}
    for name, text in environ.items():
        path = name.removeprefix(_PREFIX).lower().replace("__", ".")
        if name.startswith(_PREFIX) and path in _KNOWN:
            try:
                found[path] = _Found(yaml.safe_load(text), name)
            except yaml.YAMLError as error:
                raise ParameterError(name, path, _show(text), "a value") from error
    return found


def _misspelt(unused: list[str], leaves: Mapping[str, _Found]) -> Iterator[str]:
    """Yield a sentence for each unknown key that is nearly a known one of the same section."""
    for path in unused:
        section, _, key = path.rpartition(".")
        if section not in _SECTIONS:
            continue
        keys = [
            known for known in _KNOWN if known.startswith(f"{section}.") and known not in leaves
        ]
        if near := get_close_matches(key, [known.rpartition(".")[2] for known in keys], 1, 0.8):
            yield f"{leaves[path].place}: {path} means nothing here (nearest: {near[0]})"


def _show(value: object) -> str:
    return _brief(repr(value))


def _brief(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 80 else f"{line[:77]}..."
