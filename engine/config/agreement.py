"""Settings that only make sense beside each other: the lower one may not pass the upper one."""

from collections.abc import Mapping
from typing import Final

from engine.config.options import ConfigError
from engine.config.schema import Config

_PAIRS: Final = (
    ("circuits", "wait_s", "max_wait_s"),
    ("circuits", "minimum_calls", "window_calls"),
    ("memory", "shed_at", "refuse_at"),
)


def check_agreement(config: Config, origins: Mapping[str, object]) -> None:
    """Raise where two settings contradict each other; `origins` says where each came from.

    Raises:
        ConfigError: the sentence has both settings, and where the one to change was set.
    """
    for section, low_key, high_key in _PAIRS:
        table = getattr(config, section)
        least, most = getattr(table, low_key), getattr(table, high_key)
        if least <= most:
            continue
        low, high = f"{section}.{low_key}", f"{section}.{high_key}"
        set_low, set_high = str(origins[low]), str(origins[high])
        if set_high != "default":
            raise ConfigError(
                f"{set_high}: {high}: expected at least {low}, which is {least:g} ({set_low}), "
                f"found {most:g}"
            )
        raise ConfigError(
            f"{set_low}: {low}: expected at most {high}, which is {most:g} ({set_high}), "
            f"found {least:g}"
        )
