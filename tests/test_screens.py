"""The screens of the console, drawn from recordings; compare them with `snapshots/`.

After a wanted change: `pytest tests/test_screens.py --snapshot-update`, then look at every file.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import pytest
import pytest_textual_snapshot  # type: ignore[import-untyped]
from textual.pilot import Pilot

from bolt_tui.app import Console, ConsoleSettings
from engine import events as e
from tests.console import recordings
from tests.console.filed import filed
from tests.console.machines import half_known_gpu, linux_host, run_for
from tests.console.snapshotting import StableSvg
from tests.console.stand_in import StandIn
from tests.console.tape import Tape

Compare = Callable[..., bool]
Theme = Literal["dark", "light"]
_KEYS = {" ": "space", ":": "colon"}
SMALL, COMFORTABLE, LARGE = (80, 24), (120, 40), (200, 56)


@pytest.fixture(autouse=True)
def _one_svg_a_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The plugin's own extension writes `.raw` files with this syrupy."""
    monkeypatch.setattr(pytest_textual_snapshot, "SVGImageExtension", StableSvg)


def _console(tape: Tape, theme: Theme = "dark") -> Console:
    return Console(ConsoleSettings(theme=theme, zone=UTC, clock=tape.clock))


def _after(
    tape: Tape, *keys: str, query: str | None = None
) -> Callable[[Pilot[int]], Awaitable[None]]:
    """Attach the recording, wait until it is folded and drawn, turn to a query, press keys."""

    async def run(pilot: Pilot[int]) -> None:
        app = pilot.app
        assert isinstance(app, Console)
        with TemporaryDirectory() as folder:
            tape.events[:] = filed(tape, Path(folder)).events
        app.attach(StandIn(tape))
        while app.state.folded < len(tape.events):
            await pilot.pause()
        await pilot.pause()
        if query:
            app.main.turn_to(query)
        await pilot.press(*keys)
        await pilot.pause()

    return run


def _same(compare: Compare, tape: Tape, size: tuple[int, int], *keys: str, query: str = "",
          theme: Theme = "dark") -> bool:  # fmt: skip
    app = _console(tape, theme)
    return compare(app, terminal_size=size, run_before=_after(tape, *keys, query=query))


def test_first_paint(snap_compare: Compare) -> None:
    """Before the engine is open, the screen stands and says what it waits for."""
    assert snap_compare(_console(Tape()), terminal_size=COMFORTABLE)


@pytest.mark.parametrize("keys", [(), ("ctrl+t",)], ids=["main", "alerts"])
def test_refused_80x24(snap_compare: Compare, keys: tuple[str, ...]) -> None:
    """Without an engine the whole cause is there, and what nobody knows is unknown."""

    async def refuse(pilot: Pilot[int]) -> None:
        assert isinstance(pilot.app, Console)
        pilot.app.refuse(
            "/home/me/.config/bolt-tui/config.toml:3: alerts.rules.mine.expr: at column 1: there "
            'is no metric "memory_usd_bytes"; did you mean "memory_used_bytes"?'
        )
        await pilot.pause()
        await pilot.press(*keys)
        await pilot.pause()

    assert snap_compare(_console(Tape()), terminal_size=SMALL, run_before=refuse)


def test_idle_80x24(snap_compare: Compare) -> None:
    """Eighty columns by twenty-four rows are enough for the machine, the agents and the prompt."""
    assert _same(snap_compare, recordings.idle_linux(), SMALL)


def test_idle_mac_80x24(snap_compare: Compare) -> None:
    """Twelve cores of two kinds fit into the smallest usable screen."""
    assert _same(snap_compare, recordings.idle_mac(), SMALL)


def test_idle_mac(snap_compare: Compare) -> None:
    """An idle M4 Pro: P and E cores apart, the GPU from macmon, nothing loud."""
    assert _same(snap_compare, recordings.idle_mac(), COMFORTABLE)


def test_gpu_absent(snap_compare: Compare) -> None:
    """A machine without a GPU says so with the reason, and shows no zero."""
    assert _same(snap_compare, recordings.idle_linux(), COMFORTABLE)


def test_gpu_half_known(snap_compare: Compare) -> None:
    """What a GPU's source can't read is a dash, and the zoomed pane gives the reasons."""
    tape = run_for(recordings.joined(), 30, linux_host, half_known_gpu)
    assert _same(snap_compare, tape, COMFORTABLE, "tab", "2", "z")


def test_running(snap_compare: Compare) -> None:
    """A running query: who does what for how long, the second try, the silent one, the queue."""
    assert _same(snap_compare, recordings.running(), COMFORTABLE, query=recordings.QUERY)


def test_running_80x24(snap_compare: Compare) -> None:
    """A running query keeps its marks in eighty columns."""
    assert _same(snap_compare, recordings.running(), SMALL, query=recordings.QUERY)


def test_answered(snap_compare: Compare) -> None:
    """An answer: the verdict first, then findings and figures in columns."""
    assert _same(snap_compare, recordings.answered(), COMFORTABLE, query=recordings.QUERY)


def test_answered_light(snap_compare: Compare) -> None:
    """The light palette shows the same answer."""
    tape = recordings.answered()
    assert _same(snap_compare, tape, COMFORTABLE, query=recordings.QUERY, theme="light")


def test_answered_large(snap_compare: Compare) -> None:
    """A large terminal uses its room: every core a bar, the whole proof in view."""
    assert _same(snap_compare, recordings.answered(), LARGE, query=recordings.QUERY)


def test_nothing_found(snap_compare: Compare) -> None:
    """Nothing found is said plainly, with what was not searched."""
    assert _same(snap_compare, recordings.nothing_found(), COMFORTABLE, query=recordings.QUERY)


def test_failed(snap_compare: Compare) -> None:
    """A failed query says why and what would help; the notice stands above the prompt."""
    assert _same(snap_compare, recordings.failed(), COMFORTABLE, query=recordings.QUERY)


def test_level_lowered(snap_compare: Compare) -> None:
    """A lowered level is the loudest thing: which, why, what lifts it, and the open circuit."""
    assert _same(snap_compare, recordings.lowered(), COMFORTABLE)


def test_level_lowered_80x24(snap_compare: Compare) -> None:
    """Eighty columns still name the level, its cause and the next try."""
    assert _same(snap_compare, recordings.lowered(), SMALL)


def test_indexing(snap_compare: Compare) -> None:
    """The first line tells how far the index is while one is built, and then no more."""
    tape = recordings.indexing(recordings.idle_linux())
    assert _same(snap_compare, tape, COMFORTABLE)


def test_zoomed_circuits(snap_compare: Compare) -> None:
    """A zoomed pane has the whole middle of the screen and tells all it knows."""
    assert _same(snap_compare, recordings.lowered(), COMFORTABLE, "tab", "5", "z")


def test_troubled(snap_compare: Compare) -> None:
    """A circuit that fails by rate, one that is forced, one being tried, and memory that sheds."""
    assert _same(snap_compare, recordings.troubled(), COMFORTABLE)


def test_troubled_80x24(snap_compare: Compare) -> None:
    """In eighty columns the level, what failed and when it is tried stay readable."""
    assert _same(snap_compare, recordings.troubled(), SMALL)


def test_zoomed_troubled_80x24(snap_compare: Compare) -> None:
    """Zoomed in eighty columns: the ladder, then the circuits in aligned columns."""
    assert _same(snap_compare, recordings.troubled(), SMALL, "tab", "5", "z")


def test_why(snap_compare: Compare) -> None:
    """The evidence: level, ladder, circuits, the queries that failed, memory."""
    assert _same(snap_compare, recordings.troubled(), COMFORTABLE, "ctrl+g")


def test_why_80x24(snap_compare: Compare) -> None:
    """The evidence fits into the smallest usable screen and scrolls."""
    assert _same(snap_compare, recordings.troubled(), SMALL, "ctrl+g")


def test_pinned(snap_compare: Compare) -> None:
    """A pinned level says by whom, for how long, and what it would be else."""
    assert _same(snap_compare, recordings.pinned(), COMFORTABLE, "tab", "5", "z")


def test_confirm(snap_compare: Compare) -> None:
    """An order is asked back for with what it will do and when it ends."""
    order = (_KEYS.get(letter, letter) for letter in ":force graph open 10m because it lies")
    assert _same(snap_compare, recordings.idle_mac(), COMFORTABLE, *order, "enter")


def test_alerted(snap_compare: Compare) -> None:
    """An alert that fires is the loudest thing: what, since when, whom it did not reach."""
    assert _same(snap_compare, recordings.alerted(), COMFORTABLE)


def test_alerted_80x24(snap_compare: Compare) -> None:
    """Eighty columns still name the alert and since when."""
    assert _same(snap_compare, recordings.alerted(), SMALL)


def test_alerts(snap_compare: Compare) -> None:
    """All about alerts: firing, pending, silenced, health, readiness, resolved, sent."""
    assert _same(snap_compare, recordings.alerted(), COMFORTABLE, "ctrl+t")


def test_alerts_80x24(snap_compare: Compare) -> None:
    """The same in the smallest usable screen; the rest scrolls."""
    assert _same(snap_compare, recordings.alerted(), SMALL, "ctrl+t")


def test_alerts_light(snap_compare: Compare) -> None:
    """The light palette shows them with one opened to its whole text."""
    tape = recordings.alerted()
    assert _same(snap_compare, tape, COMFORTABLE, "ctrl+t", "enter", theme="light")


def test_alerts_calm(snap_compare: Compare) -> None:
    """With nothing to tell, each section is a line that says so."""
    assert _same(snap_compare, recordings.idle_mac(5), COMFORTABLE, "ctrl+t")


def test_silenced(snap_compare: Compare) -> None:
    """With all that fires silenced the line is quiet and says so."""
    tape = recordings.alerted()
    tape.say(e.SilenceChanged(silence="5112ce01", matchers={"severity": "critical"},
                              starts_s=tape.clock.wall_s(),
                              until_s=tape.clock.wall_s() + 600),
             e.AlertDelivered(message="m1", alert="a1", rule="low_success", channel="slack",
                              kind="firing", state="sent", attempt=4))  # fmt: skip
    assert _same(snap_compare, tape, COMFORTABLE)


def test_silencing(snap_compare: Compare) -> None:
    """A silence is asked back for with what it mutes and when it ends."""
    assert _same(snap_compare, recordings.alerted(), COMFORTABLE, "ctrl+t", "s")


def test_alerted_past(snap_compare: Compare) -> None:
    """Wound back, the line and the time bar show what fired then."""
    tape = recordings.alerted()
    run_for(tape.wait(60), 30, linux_host, half_known_gpu)
    assert _same(snap_compare, tape, COMFORTABLE, "f9")


def test_zoomed_agents(snap_compare: Compare) -> None:
    """The zoomed agents show the last minute of each as a lane."""
    assert _same(snap_compare, recordings.running(), COMFORTABLE, "tab", "4", "z")


def test_paused(snap_compare: Compare) -> None:
    """A paused screen says so in the first line and breaks its frames."""
    assert _same(snap_compare, recordings.idle_mac(), COMFORTABLE, "f3")


def test_completions(snap_compare: Compare) -> None:
    """Completions open above the prompt."""
    assert _same(snap_compare, recordings.idle_mac(), COMFORTABLE, "w", "h")


def test_help(snap_compare: Compare) -> None:
    """The help lists every key, the mouse and the marks."""
    assert _same(snap_compare, recordings.idle_mac(), COMFORTABLE, "f1")


def test_past(snap_compare: Compare) -> None:
    """Wound back: the header says when this was, the bar what happened round it."""
    tape = recordings.answered(recordings.idle_mac(150)).wait(60)
    assert _same(snap_compare, tape, COMFORTABLE, "f9", "f9")


def test_past_80x24(snap_compare: Compare) -> None:
    """The time bar fits into the smallest usable screen."""
    tape = recordings.answered(recordings.idle_linux(150)).wait(60)
    assert _same(snap_compare, tape, SMALL, "f9", "f9")


def test_company(snap_compare: Compare) -> None:
    """Other sessions on the same store: what each runs, and one that died."""
    assert _same(snap_compare, recordings.in_company(), COMFORTABLE)


def test_palette(snap_compare: Compare) -> None:
    """The command palette names the same actions."""
    assert _same(snap_compare, recordings.idle_mac(), COMFORTABLE, "ctrl+p")


def test_no_colour(snap_compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without colour every state is still told by its glyph and its word."""
    monkeypatch.setenv("NO_COLOR", "1")
    assert _same(snap_compare, recordings.lowered(), COMFORTABLE)


def test_too_small(snap_compare: Compare) -> None:
    """A terminal that is too small is told the needed size and its own."""
    assert _same(snap_compare, recordings.idle_mac(), (40, 10))
