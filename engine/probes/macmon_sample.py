"""One sample of macmon, from a line of `macmon pipe` or from the macmon-lib package: pure.

Three shapes of line were met. Before 0.8: `gpu_usage: [MHz, ratio]`, where the ratio is scaled by
frequency, so that a GPU that is always busy at half its clock shows 0.5. In 0.8 also
`gpu_active_ratio`, the share of time with work, and `gpu_freq_mhz`; later without `gpu_usage`. The
active share is what is shown as busy where it is told, because that is what other sources mean.

A temperature of 0.0 means that the sensor could not be read. A count of 0 cores is a fault that
macmon had on one chip.
"""

from collections.abc import Mapping
from typing import cast

from msgspec import DecodeError
from msgspec.json import decode

from engine.events import GpuDevice
from engine.evidence import clean
from engine.probes.reading import Unknown, known

MAX_PLAUSIBLE_MHZ = 10_000.0
_ROUNDING = 1.01  # a ratio a little over 1 comes from rounding, one far over from a fault


def parse_line(line: bytes | str, source: str = "macmon") -> GpuDevice | Unknown:
    """Return the GPU of one line of NDJSON."""
    try:
        sample = decode(line)
    except (DecodeError, UnicodeError) as error:
        return Unknown(f"macmon wrote a line that is not JSON: {clean(str(error))}")
    if not isinstance(sample, dict) or not ({"gpu_usage", "gpu_power"} & sample.keys()):
        return Unknown("macmon wrote a line without a GPU")
    usage = sample.get("gpu_usage")
    legacy_mhz, legacy_ratio = (
        usage if isinstance(usage, list) and len(usage) == 2 else (None, None)
    )
    soc = _mapping(sample.get("soc"))
    return device(
        source=source,
        name=soc.get("chip_name"),
        cores=soc.get("gpu_cores"),
        ratio=_first(sample, "gpu_active_ratio", "gpu_scaled_ratio", otherwise=legacy_ratio),
        mhz=_first(sample, "gpu_freq_mhz", otherwise=legacy_mhz),
        watts=sample.get("gpu_power"),
        celsius=_mapping(sample.get("temp")).get("gpu_temp_avg"),
    )


def device(
    *,
    source: str,
    name: object,
    cores: object,
    ratio: object,
    mhz: object,
    watts: object,
    celsius: object,
) -> GpuDevice:
    """Return the GPU with these figures; each that makes no sense is unknown with a reason."""
    unknown = {
        "memory_used_bytes": "macmon does not tell the GPU's memory",
        "memory_total_bytes": "the memory is shared with the CPU",
    }
    return GpuDevice(
        name=clean(name) if isinstance(name, str) and name else "Apple GPU",
        source=source,
        busy_pct=known(unknown, "busy_pct", busy_pct(ratio)),
        freq_mhz=known(unknown, "freq_mhz", _within(mhz, "frequency", MAX_PLAUSIBLE_MHZ)),
        power_w=known(unknown, "power_w", _within(watts, "power", 10_000.0)),
        temperature_c=known(unknown, "temperature_c", _temperature(celsius)),
        cores=known(unknown, "cores", _cores(cores)),
        unknown=unknown,
    )


def busy_pct(ratio: object) -> float | Unknown:
    """Return a ratio from 0 to 1 in percent."""
    share = _within(ratio, "busy ratio", _ROUNDING)
    return share if isinstance(share, Unknown) else min(100.0, 100.0 * share)


def _within(value: object, what: str, highest: float) -> float | Unknown:
    if value is None:
        return Unknown(f"macmon did not tell the GPU's {what}")
    if not isinstance(value, int | float) or isinstance(value, bool):
        return Unknown(f"macmon gave a {what} that is no number")
    if not 0 <= value <= highest:  # NaN fails this too
        return Unknown(f"macmon gave an impossible {what}")
    return float(value)


def _temperature(value: object) -> float | Unknown:
    celsius = _within(value, "temperature", 200.0)
    return Unknown("macmon could not read the sensor (it wrote 0)") if celsius == 0 else celsius


def _cores(value: object) -> int | Unknown:
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    return Unknown("macmon did not tell the number of GPU cores")


def _mapping(value: object) -> Mapping[str, object]:
    return cast(Mapping[str, object], value) if isinstance(value, dict) else {}


def _first(sample: Mapping[str, object], *keys: str, otherwise: object) -> object:
    return next((sample[key] for key in keys if sample.get(key) is not None), otherwise)
