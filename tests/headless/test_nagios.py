"""The lines of `bolt-tui health`, read back as the plugin guidelines have them read."""

import re

from hypothesis import given
from hypothesis import strategies as st

from bolt_tui.rendering import nagios
from engine.checks.health.health import summed_up
from engine.checks.health.parts.limits import LIMITS
from engine.events import Check, CheckState

# 'label'=value[UOM];[warn];[crit];[min];[max], as the Monitoring Plugins' guidelines write it.
_DATUM = re.compile(
    r"'((?:[^'=]|'')+)'=(U|-?[0-9.]+)(s|us|ms|%|B|KB|MB|TB|c|)"
    r";([0-9.~@:-]*);([0-9.~@:-]*);([0-9.]*)(?: |$)"
)
_STATES: tuple[CheckState, ...] = ("ok", "warning", "critical", "unknown")
_WORDS = st.text(max_size=40)
_CHECKS = st.lists(
    st.builds(
        Check,
        name=st.text(min_size=1, max_size=12).filter(
            lambda text: text.isprintable() and text.strip()
        ),
        group=st.just("dependency"),
        state=st.sampled_from(_STATES),
        text=_WORDS,
        remedy=_WORDS,
        elapsed_ms=st.floats(0, 1e5).map(lambda ms: round(ms, 1)),
        figures=st.dictionaries(
            st.sampled_from(["free_bytes", "free_pct", "held_s", "parts", "answer_ms"]),
            st.one_of(st.floats(0, 1e15), st.floats(0, 1e-9)),
        ),
    ),
    max_size=4,
)


@given(_CHECKS)
def test_whatever_is_found_the_lines_can_be_read(checks: list[Check]) -> None:
    """One line a check, one | before the perfdata, each datum whole, whatever the texts hold."""
    event = summed_up(checks, 12.5)
    first, *others = nagios.render(event).split("\n")[:-1]
    assert len(others) == len(checks)
    assert not any("|" in line for line in others)
    said, perfdata = first.split(" | ")
    assert said.startswith(f"BOLT {event.state.upper()} - ")
    data = _DATUM.findall(perfdata)
    assert "".join(match[0] for match in _DATUM.finditer(perfdata)) == perfdata
    assert len(data) == 1 + sum(1 + len(check.figures) for check in checks)


def test_limits_stand_as_ranges() -> None:
    """Too little is bad below "10:", too much above "10"."""
    figures = {"free_bytes": 5e8}
    check = Check("disk", "dependency", "warning", "little |\nleft", "free it", 1.5, figures)
    [first, line, _] = nagios.render(summed_up([check], 2.0)).split("\n")
    assert "'time'=2ms;;;0 'disk'=1.5ms;;;0 " in first
    assert "'disk_free_bytes'=500000000B;1000000000:;100000000:;0" in first
    assert LIMITS["disk.free_bytes"].low
    assert line == "WARNING  disk: little / left; free it"


def test_the_exit_codes_are_those_of_the_guidelines() -> None:
    """0 ok, 1 warning, 2 critical, 3 unknown."""
    assert nagios.EXIT == {"ok": 0, "warning": 1, "critical": 2, "unknown": 3}
