"""What a monitor says on stderr while it runs: all that the log of a service shows."""

import anyio
import pytest

from bolt_tui.headless import say_notices
from engine.bus import Bus
from engine.clock import ManualClock
from engine.events import Notice

pytestmark = pytest.mark.anyio


async def test_notices_that_matter_and_their_end_are_a_line_each(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A warning has its time, cause and remedy; what is only information is left out."""
    bus = Bus("s", ManualClock(wall_s=1_795_000_000.0))
    with bus.subscribe() as subscription:
        async with anyio.create_task_group() as group:
            group.start_soon(say_notices, subscription)
            bus.publish(Notice(key="other", severity="info", text="news"))
            bus.publish(
                Notice(key="alerts.rules", severity="warning", text="no TOML", remedy="mend\nit")
            )
            bus.publish(Notice(key="other", severity="info", text="old news", resolved=True))
            bus.publish(Notice(key="alerts.rules", severity="info", text="fine", resolved=True))
            bus.publish(Notice(key="store", severity="critical", text="full"))
            await anyio.wait_all_tasks_blocked()
            subscription.close()
    lines = [line.split(" ", 2) for line in capsys.readouterr().err.splitlines()]
    assert {first for first, _, _ in lines} == {"bolt-tui:"}
    assert {when[:4] for _, when, _ in lines} == {"2026"}
    assert [said.replace("\n", " ") for _, _, said in lines][1:] == ["over: fine", "critical: full"]
    assert lines[0][2].startswith("warning: no TOML; mend")
