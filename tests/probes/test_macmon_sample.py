import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.events import GpuDevice
from engine.probes.macmon_sample import parse_line
from engine.probes.reading import Unknown

from .conftest import Recorded

LEGACY = '{"temp":{"gpu_temp_avg":44.8},"gpu_usage":[338,0.25],"gpu_power":0.5}'
FIGURES = ("busy_pct", "freq_mhz", "power_w", "temperature_c", "cores")

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.integers()
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


def gpu(line: str) -> GpuDevice:
    device = parse_line(line)
    assert not isinstance(device, Unknown)
    return device


def test_the_older_shape() -> None:
    """Before 0.8, frequency and ratio stand in gpu_usage."""
    device = gpu(LEGACY)
    assert (device.busy_pct, device.freq_mhz, device.power_w) == (25.0, 338.0, 0.5)
    assert device.temperature_c == 44.8


def test_the_active_share_is_preferred() -> None:
    """Where macmon tells the share of time with work, the scaled ratio is not shown."""
    line = (
        '{"gpu_usage":[1578,0.94],"gpu_active_ratio":0.97,"gpu_scaled_ratio":0.94,"gpu_power":24.8}'
    )
    assert gpu(line).busy_pct == 97.0


def test_the_newest_shape_has_no_gpu_usage() -> None:
    """Without gpu_usage, the fields of their own are enough."""
    line = '{"gpu_freq_mhz":461,"gpu_scaled_ratio":0.02,"gpu_power":0.1}'
    device = gpu(line)
    assert (device.busy_pct, device.freq_mhz) == (2.0, 461.0)


def test_zero_degrees_is_an_unreadable_sensor() -> None:
    """macmon writes 0 for a sensor that it could not read: that is unknown."""
    device = gpu(LEGACY.replace("44.8", "0.0"))
    assert device.temperature_c is None
    assert "could not read the sensor" in device.unknown["temperature_c"]


def test_an_idle_gpu_is_0_percent() -> None:
    """A ratio of 0 was measured and is shown as 0."""
    assert gpu(LEGACY.replace("0.25", "0")).busy_pct == 0.0


@pytest.mark.parametrize("ratio", ["1.5", "-0.1", '"0.5"', "null", "true"])
def test_an_impossible_ratio_is_unknown(ratio: str) -> None:
    """A ratio that is none has a reason."""
    device = gpu(LEGACY.replace("0.25", ratio))
    assert device.busy_pct is None
    assert device.unknown["busy_pct"]


def test_a_frequency_in_the_wrong_unit_is_unknown() -> None:
    """A frequency that was divided by too little, as from an M4's table, is not shown."""
    assert gpu(LEGACY.replace("338", "1578000")).freq_mhz is None


def test_no_cores_is_a_fault_of_macmon() -> None:
    """A count of 0 cores is unknown."""
    line = LEGACY[:-1] + ',"soc":{"chip_name":"Apple M4","gpu_cores":0}}'
    device = gpu(line)
    assert (device.name, device.cores) == ("Apple M4", None)


@pytest.mark.parametrize(
    ("name", "busy_pct", "freq_mhz"),
    [
        ("macmon-pipe-24gb-legacy.ndjson", 1.348789, 338),
        ("macmon-pipe-m4-16gb-loaded.ndjson", 0.957, 354),
        ("macmon-pipe-v082-3samples-synthetic.ndjson", 97.0, 1578),
    ],
)
def test_recorded_lines(recorded: Recorded, name: str, busy_pct: float, freq_mhz: int) -> None:
    """The last line of each recording shows its share and frequency."""
    device = gpu(recorded(name).splitlines()[-1])
    assert device.busy_pct == pytest.approx(busy_pct)
    assert device.freq_mhz == freq_mhz
    assert device.power_w is not None
    assert device.temperature_c is not None


def test_recorded_chips(recorded: Recorded) -> None:
    """The chip is named and its cores are counted, where macmon tells them."""
    m1 = gpu(json.dumps(json.loads(recorded("macmon-serve-m1max.json"))))
    assert (m1.name, m1.cores, m1.temperature_c) == ("Apple M1 Max", 32, None)
    m4 = gpu(recorded("macmon-soc-m4air-zero-cores.partial.json"))
    assert (m4.name, m4.cores) == ("Apple M4", None)


@given(st.integers(0, len(LEGACY) - 1))
def test_a_cut_line_is_unknown(cut: int) -> None:
    """A line that was cut off is no sample."""
    assert isinstance(parse_line(LEGACY[:cut]), Unknown)


@given(st.binary(max_size=60))
def test_garbled_lines_never_raise(line: bytes) -> None:
    """Bytes that are no sample give a reason."""
    assert isinstance(parse_line(line), Unknown)


@given(st.dictionaries(st.sampled_from(["gpu_usage", "gpu_power", "temp", "soc"]), json_values))
def test_a_figure_that_is_missing_has_a_reason(sample: dict[str, object]) -> None:
    """Whatever JSON comes, each figure is a finite number or has a reason."""
    device = parse_line(json.dumps(sample))
    if not isinstance(device, Unknown):
        for field in FIGURES:
            assert (getattr(device, field) is None) == (field in device.unknown)
