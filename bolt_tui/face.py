"""The face: a Textual app that folds an engine's events and draws them.

The app never opens or closes the engine: `app.run_console` owns it and hands it over.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from textual import events
from textual.app import App, SystemCommand
from textual.screen import Screen
from textual.widgets import Input
from textual.worker import Worker, WorkerState

from bolt_tui.actions import ACTIONS, TYPED, bindings, checked_keys
from bolt_tui.arrangement import Arrangement, read_arrangement, write_arrangement
from bolt_tui.by_hand import completions, is_order
from bolt_tui.engine_port import EnginePort
from bolt_tui.palette import FALLBACKS, OWN_THEMES, Ink, load_themes, themes_folder
from bolt_tui.panes.pane import Look, Pane
from bolt_tui.panes.pump import Pump
from bolt_tui.screens.main import MainScreen
from bolt_tui.screens.too_small import TooSmall, is_too_small
from bolt_tui.settings import ConsoleSettings
from bolt_tui.state import NOT_OPEN, ConsoleState
from bolt_tui.time_control import TimeControl
from bolt_tui.winding import Winding
from bolt_tui.without_engine import WithoutEngine
from engine.errors import BadQuery
from engine.events import LevelChanged, Notice, Severity

if TYPE_CHECKING:  # it is not needed for the first paint
    from bolt_tui.operating import Asks

PAST_PROMPTS = 200
LATELY_S = 86_400.0  # what was told before the console was opened
WIDTHS: list[tuple[int, str]] | None = [(0, "-narrow"), (100, "-medium"), (160, "-wide")]
HEIGHTS: list[tuple[int, str]] | None = [(0, "-short"), (32, "-normal"), (50, "-tall")]


class Console(App[int], inherit_bindings=False):
    """The face. `attach` hands it an open engine, `refuse` says why there is none."""

    TITLE = "bolt"
    CSS_PATH = themes_folder() / "console.tcss"
    BINDINGS = bindings("program")
    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS

    def __init__(self, settings: ConsoleSettings | None = None) -> None:
        super().__init__()
        self.settings = settings or ConsoleSettings()
        self.state = ConsoleState()
        self.painted = asyncio.Event()
        self.keymap, self._key_problems = checked_keys(self.settings.keys)
        self.arrangement, self._arrangement_problem = read_arrangement(self.settings.folder)
        self._engine: EnginePort | None = None
        self._attached = asyncio.Event()
        self._refusal: str | None = None
        self._without_engine: WithoutEngine | None = None
        self._held: list[str] = []  # asked before the engine was open
        for theme in load_themes():
            self.register_theme(theme)
        self.theme = self._first_theme()
        look = Look(self._ink(), self.settings.zone, self.settings.stuck_after_s)
        self.main = MainScreen(self.state, look, self, hidden=self.arrangement.hidden)
        self.time = self.main.time = TimeControl(
            self.main, self._run_in_time, self.settings.clock, self.settings.zone,
            self.settings.frames_per_s,
        )  # fmt: skip

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Return the colours that a theme of another maker lacks."""
        return FALLBACKS

    def get_default_screen(self) -> Screen[None]:
        """Return the console itself."""
        return self.main

    # ── life ─────────────────────────────────────────────────────────────────────────────────

    def on_mount(self) -> None:
        self.set_keymap(self.keymap)
        self.theme_changed_signal.subscribe(self, lambda _: self._theme_changed())
        for number, problem in enumerate(self._key_problems):
            self.notice(f"console.keys.{number}", "warning", problem)
        if self._arrangement_problem:
            self.notice("console.arrangement", "warning", self._arrangement_problem)
        self.main.show()
        self.run_worker(self._draw_forever(), name="pump", exit_on_error=False)

    def on_ready(self) -> None:
        self.call_after_refresh(self._first_paint)

    def _first_paint(self) -> None:
        self.painted.set()
        self.main.offer_completions()

    async def on_event(self, event: events.Event) -> None:
        """Act on a pane's key at once, so that what is typed after "/" reaches the prompt."""
        if not (isinstance(event, events.Key) and await self._done(event)):
            await super().on_event(event)

    async def _done(self, event: events.Key) -> bool:
        if event.is_forwarded or not isinstance(self.focused, Pane):
            return False
        bound = self.screen.active_bindings.get(event.key)
        return bound is not None and await self.run_action(bound.binding.action, bound.node)

    def on_resize(self, event: events.Resize) -> None:
        small = is_too_small(event.size)
        if small and not isinstance(self.screen, TooSmall):
            self.push_screen(TooSmall())
        elif isinstance(self.screen, TooSmall) and not small:
            self.pop_screen()

    def attach(self, engine: EnginePort) -> None:
        """Take an open engine; it comes from another task, so the worker does the rest."""
        self._engine, self.state.own = engine, engine.session
        self._attached.set()

    def refuse(self, reason: str) -> None:
        """Say that there is no engine, or none any more, and why."""
        self._engine, self._refusal = None, reason
        clock = self.settings.clock
        self.state.apply(
            LevelChanged(
                level="existing_tools", why="the engine is not open",
                lift="putting its cause right and starting the console again",
                mono_s=clock.monotonic_s(), wall_s=clock.wall_s(),
            )
        )  # fmt: skip
        if (answer := self.settings.last_resort) is not None:
            self._without_engine = WithoutEngine(self.state, clock, answer, reason)
        self.notice(NOT_OPEN, "critical", reason, "put that right and start again")
        if self.main.is_mounted:
            self.main.show()  # what waited waits no longer
        if self._held:
            self.call_later(self._ask_held)

    async def _draw_forever(self) -> None:
        await self._attached.wait()
        engine, settings = self._engine, self.settings
        if engine is None:
            return
        pump = Pump(
            self.state, self.main.draw, self.main.wanted,
            clock=settings.clock, frames_per_s=settings.frames_per_s,
        )  # fmt: skip
        self.run_worker(self._load_past(engine), name="past prompts", exit_on_error=False)
        await self._take_past(engine)
        self.call_later(self._ask_held)  # by then the pump listens
        await pump.run(engine)

    async def _take_past(self, engine: EnginePort) -> None:
        """Have the time cursor go through what the engine's store knows, or through a recording."""
        speed = self.settings.replay_speed
        if speed is None:
            now = self.settings.clock.wall_s
            self.time.take(Winding(engine.past, engine.session, now, flush=engine.flush))
        elif extent := await engine.past.extent():
            start_s, end_s = extent
            winding = Winding(engine.past, engine.session, lambda: end_s, recording=True)
            self.time.take(winding)
            self.time.replay(await winding.beginning(start_s, end_s), speed)

    def _run_in_time(self, work: Coroutine[Any, Any, None]) -> None:
        self.run_worker(work, name="time", group="time", exclusive=True, exit_on_error=False)

    async def _load_past(self, engine: EnginePort) -> None:
        self.main.prompt.past.load(await engine.recent_queries(PAST_PROMPTS))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say what a worker of ours failed of; the console goes on."""
        worker = event.worker
        if event.state is not WorkerState.ERROR:
            return
        why = f"{type(worker.error).__name__}: {worker.error}"
        if worker.name == "pump":
            said = f"the screen stands still, drawing it failed: {why}"
            self.notice("console.pump", "critical", said, "start the console again")
        elif worker.name == "existing tools":
            self.notice("console.tools", "warning", f"existing tools can't be asked: {why}")
        elif worker.name == "recall":
            self.notice("console.recall", "warning", f"earlier alerts can't be read: {why}")
        elif worker.name == "order":
            self.main.say(f"the order could not be given: {why}", "bad")
        elif worker.name == "past prompts":
            self.notice("console.past", "warning", f"earlier prompts can't be read: {why}")
        elif worker.name == "time":
            self.main.say(f"the past can't be shown: {why}", "bad")

    def notice(self, key: str, severity: Severity, text: str, remedy: str = "") -> None:
        """Tell the user something that the console itself found out."""
        clock = self.settings.clock
        self.state.apply(
            Notice(
                key=key, severity=severity, text=text, remedy=remedy,
                mono_s=clock.monotonic_s(), wall_s=clock.wall_s(),
            )
        )  # fmt: skip
        if self.main.is_mounted:
            self.main.draw()

    # ── asking ───────────────────────────────────────────────────────────────────────────────

    def on_input_submitted(self, event: Input.Submitted) -> None:
        text, prompt = event.value.strip(), self.main.prompt
        if event.input is not prompt or not text:
            return
        if self._taken(text):
            prompt.past.add(text)
        else:
            prompt.give_back(text)

    def _taken(self, text: str) -> bool:
        """Do what was typed; False where it was refused, and the reason is on show."""
        if action := TYPED.get(text):
            self.call_later(self.run_action, action.textual_action)
            return True
        if self.time.asked(text):
            return True
        return self.operate(self.main, text) if is_order(text) else self.ask(text)

    def operate(self, screen: "Asks", text: str) -> bool:
        """Take an order by hand and answer on a screen; False where it can't be given."""
        from bolt_tui.operating import Operating

        begin = partial(self.run_worker, name="order", exit_on_error=False)
        return Operating(screen, self.settings.zone, begin).asked(text, self._engine)

    def recall(self) -> None:
        """Read what all sessions told of alerts, health and readiness within a day."""
        if self._engine is not None and self.settings.replay_speed is None:
            work = self._recall(self._engine)
            self.run_worker(work, name="recall", group="recall", exit_on_error=False)

    async def _recall(self, engine: EnginePort) -> None:
        from bolt_tui.alert_state import HISTORY

        now_s = self.settings.clock.wall_s()
        self.state.recall(await engine.past.events(now_s - LATELY_S, now_s, types=HISTORY))

    def ask(self, text: str) -> bool:
        """Hand a question to the engine; False where it was refused, and the reason is on show."""
        if self._engine is None:
            return self._ask_without_engine(text)
        self.main.pause(paused=False)
        self.time.live()
        try:
            query = self._engine.submit(text)
        except BadQuery as error:
            self.main.say(str(error), "bad")
            return False
        self.main.turn_to(query)
        self.main.show_keys()
        return True

    def _ask_without_engine(self, text: str) -> bool:
        if self._without_engine is not None:
            query = self._without_engine.begin(text)
            self.main.turn_to(query)
            work = self._answer_without_engine(self._without_engine, query, text)
            self.run_worker(work, name="existing tools", exit_on_error=False)
            return True
        if self._refusal is not None:
            self.main.say(f"not asked, the engine is not open: {self._refusal}", "bad")
            return False
        self._held.append(text)
        self.main.say("the engine is being opened; this is asked as soon as it is", "warn")
        return True

    async def _answer_without_engine(self, tools: WithoutEngine, query: str, text: str) -> None:
        await tools.end(query, text)
        self.main.draw()

    def _ask_held(self) -> None:
        held, self._held = self._held, []
        for text in held:
            self.ask(text)

    def complete(self, text: str) -> list[str]:
        """Return what the prompt could become."""
        own = [typed for typed in TYPED if text.startswith(":") and typed.startswith(text)]
        orders = completions(text, self.state)
        return [*(self._engine.complete(text) if self._engine else []), *own, *orders]

    def cancel(self, query: str) -> bool:
        """Cancel a running query."""
        return self._engine is not None and self._engine.cancel(query)

    # ── the program ──────────────────────────────────────────────────────────────────────────

    async def action_quit(self) -> None:
        self.exit(0)

    def action_help(self) -> None:
        """Show the keys."""
        from bolt_tui.screens.help import Help

        self.push_screen(Help(self.keymap))

    def action_theme(self) -> None:
        """Turn to the other of our own palettes."""
        at = OWN_THEMES.index(self.theme) if self.theme in OWN_THEMES else -1
        self.theme = OWN_THEMES[(at + 1) % len(OWN_THEMES)]

    def _first_theme(self) -> str:
        """Return what the user set, else what the program remembers, else dark."""
        wanted = f"bolt-{self.settings.theme}" if self.settings.theme else None
        for name in (wanted, self.arrangement.theme):
            if name in self.available_themes:
                return name
        return OWN_THEMES[0]

    def _ink(self) -> Ink:
        return Ink(self.get_css_variables())

    def _theme_changed(self) -> None:
        self.main.relook(replace(self.main.look, ink=self._ink()))
        self._remember(replace(self.arrangement, theme=self.theme))

    def remember_hidden(self, hidden: tuple[str, ...]) -> None:
        """Keep which panes are hidden for the next session."""
        self._remember(replace(self.arrangement, hidden=hidden))

    def _remember(self, arrangement: Arrangement) -> None:
        if arrangement == self.arrangement:
            return
        self.arrangement = arrangement
        if (folder := self.settings.folder) is not None:
            try:
                write_arrangement(folder, arrangement)
            except OSError as error:
                self.main.say(f"this is not remembered: {error}", "warn")

    def get_system_commands(
        self,
        screen: Screen[Any],  # noqa: ARG002
    ) -> Iterable[SystemCommand]:
        """Return the action table for the palette, with the themes of other makers at its end."""
        for action in ACTIONS:
            if action.palette:
                run = self._runner(action.textual_action)
                yield SystemCommand(action.palette, action.help, run)
        yield SystemCommand("Other themes", "Choose among more.", self.action_change_theme)

    def _runner(self, action: str) -> Callable[[], None]:
        def run() -> None:
            self.call_later(self.run_action, action)

        return run
