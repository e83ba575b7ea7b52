"""The console itself: header, the machine, the work, alerts, prompt, hints."""

from collections.abc import Callable, Iterable, Set
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Protocol

from textual import events
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input, Static

from bolt_tui.actions import PANES, bindings
from bolt_tui.panes.asked import EXAMPLES
from bolt_tui.panes.catalogue import make_panes
from bolt_tui.panes.hints import Hints, Tone
from bolt_tui.panes.pane import Look, Pane
from bolt_tui.panes.prompt import Prompt
from bolt_tui.rendering.text import render
from bolt_tui.screens.time_keys import TimeKeys
from bolt_tui.state import AREAS, Area, ConsoleState
from bolt_tui.views import MomentView, QueryView
from engine.events import Event
from engine.evidence import counted

if TYPE_CHECKING:  # it is not needed for the first paint
    from bolt_tui.operating import Asks

MACHINE = ("cpu", "gpu", "memory")
SIDE = ("agents", "circuits", "processes")


class Asking(Protocol):
    """What the screen needs of the app to serve its prompt."""

    def complete(self, text: str) -> list[str]: ...

    def cancel(self, query: str) -> bool: ...

    def remember_hidden(self, hidden: tuple[str, ...]) -> None: ...

    def operate(self, screen: "Asks", text: str) -> bool: ...

    def recall(self) -> None: ...


class MainScreen(TimeKeys, Screen[None], inherit_bindings=False):
    """Lays the panes out, shows them the state, and holds what the user turned to."""

    ALLOW_IN_MAXIMIZED_VIEW = "#header,#foot,Completions"
    ESCAPE_TO_MINIMIZE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c,super+c", "screen.copy_text", "Copy", show=False),
        *bindings("asking", "looking", "operating", "time"),
    ]

    def __init__(
        self, state: ConsoleState, look: Look, asking: Asking, *, hidden: Iterable[str] = ()
    ) -> None:
        super().__init__(id="console")
        self.live = state
        self.look = look
        self.panes = make_panes()
        self.prompt = Prompt("   ".join(EXAMPLES[:2]) + "   f1 for help")
        self.hints = Hints()
        self._asking = asking
        self._hidden_at_first = hidden
        self._frozen: ConsoleState | None = None
        self._newest: str | None = None  # question of a recording, at its moment

    def compose(self) -> ComposeResult:
        yield self.panes["header"]
        with Horizontal(id="machine"):
            yield from (self.panes[name] for name in MACHINE)
        with Horizontal(id="work"):
            yield self.panes["answer"]
            with Vertical(id="side"):
                yield from (self.panes[name] for name in SIDE)
        with Vertical(id="foot"):
            yield self.panes["timebar"]
            yield self.panes["alerts"]
            with Horizontal(id="ask"):
                yield Static("›", id="sign")
                yield self.prompt
            yield self.hints

    def on_mount(self) -> None:
        self.hide(self._hidden_at_first)
        self.prompt.focus()
        self.watch(self, "focused", self.show_keys, init=False)

    def offer_completions(self) -> None:
        """Put the completions over the prompt; after the first paint, which they would delay."""
        from bolt_tui.panes.completions import Completions

        if self.is_attached:  # not where the user was quicker and has left
            self.mount(Completions(self.prompt, self._asking.complete))

    # ── drawing ──────────────────────────────────────────────────────────────────────────────

    @property
    def shown(self) -> ConsoleState:
        """The state on screen: the live one, or the one that the pause kept."""
        return self._frozen or self.live

    def draw(self) -> None:
        """Draw what changed since the last time; paused, nothing."""
        if self._frozen is None:
            changed, self.live.changed = self.live.changed, set()
            self.show(changed)

    def show(self, changed: Set[Area] = AREAS) -> None:
        """Draw the panes that read any of these areas."""
        for pane in self.panes.values():
            if not pane.reads.isdisjoint(changed):
                pane.show(self.shown, self.look)
        if not changed.isdisjoint({"queries", "level", "alerts"}) and not self.hints.message:
            self.show_keys()

    def relook(self, look: Look) -> None:
        """Look at the same state in another way."""
        self.look = look
        self.show()

    def turn_to(self, query: str | None) -> None:
        """Show this query's answer from its beginning."""
        self.relook(replace(self.look, query=query))
        self.panes["answer"].scroll_home(animate=False)

    def wanted(self) -> set[type[Event]]:
        """Return the costly samples that a pane in view reads."""
        return {
            pane.costly
            for pane in self.panes.values()
            if pane.costly and self.is_current and pane.is_on_screen and pane.size.area
        }

    def show_keys(self) -> None:
        """Show the keys that work here in the last line."""
        running = self._running_query() is not None
        past = self.look.moment is not None
        level = self.shown.level
        lowered = level is not None and (level.level != "full" or level.pinned)
        useful = {
            "cancel": running, "why": lowered, "alerts": bool(self.shown.alerts.standing),
        }  # fmt: skip
        without = {action for action, here in useful.items() if not here}
        self.hints.keys(self.app._keymap, typing=self.typing, past=past, without=without)

    def say(self, text: str, tone: Tone = "good") -> None:
        """Answer a key with one sentence."""
        self.hints.say(text, tone)

    def on_resize(self, _: events.Resize) -> None:
        self.call_after_refresh(self.show_keys)

    def on_input_changed(self, event: Input.Changed) -> None:
        if self.hints.message and event.value:
            self.show_keys()

    # ── focus and zoom ───────────────────────────────────────────────────────────────────────

    @property
    def typing(self) -> bool:
        return self.focused is self.prompt

    def on_pane_zoom(self, event: Pane.Zoom) -> None:
        self._zoom(event.pane)

    def _zoom(self, pane: Pane) -> None:
        if self.maximized is not None:
            self.minimize()
        else:
            self.maximize(pane, container=False)
            if not self.typing:
                self.set_focus(pane)

    def action_zoom(self) -> None:
        focused = self.focused
        self._zoom(focused if isinstance(focused, Pane) else self.panes["answer"])

    def action_pane(self, name: str) -> None:
        pane = self.panes[name]
        zoomed = self.maximized is not None
        self.minimize()
        if zoomed or not self._in_layout(pane):
            self.maximize(pane, container=False)
        self.set_focus(pane)

    def action_next_pane(self) -> None:
        self._step_focus(1)

    def action_previous_pane(self) -> None:
        self._step_focus(-1)

    def _step_focus(self, step: int) -> None:
        """Go through the panes in the order of their numbers; the prompt is the last."""
        panes = [self.panes[name] for name in PANES]
        stops: list[Widget] = [pane for pane in panes if self._in_layout(pane)]
        if self.maximized is not None:
            stops = [self.maximized]
        stops.append(self.prompt)
        at = stops.index(self.focused) if self.focused in stops else len(stops) - 1
        self.set_focus(stops[(at + step) % len(stops)])

    def _in_layout(self, pane: Pane) -> bool:
        return all(node.display for node in pane.ancestors_with_self if isinstance(node, Widget))

    def hide(self, names: Iterable[str]) -> None:
        """Take these panes out of the layout and put the others in."""
        hidden = set(names)
        for name in (*MACHINE, *SIDE):
            self.panes[name].set_class(name in hidden, "-hidden")
        self.query_one("#machine").set_class(hidden.issuperset(MACHINE), "-hidden")
        self.query_one("#side").set_class(hidden.issuperset(SIDE), "-hidden")

    def action_show(self, name: str) -> None:
        hidden = {n for n in (*MACHINE, *SIDE) if self.panes[n].has_class("-hidden")}
        hidden ^= {name}
        self.hide(hidden)
        self._asking.remember_hidden(tuple(sorted(hidden)))

    # ── why, and by hand ─────────────────────────────────────────────────────────────────────

    def action_why(self) -> None:
        """Show the evidence for the level that is on screen."""
        from bolt_tui.screens.why import Why

        self.app.push_screen(Why(lambda: (self.shown, self.look)))

    def action_alerts(self) -> None:
        """Show all about alerts, health and readiness as it is on screen."""
        from bolt_tui.screens.alerts import Alerts

        self._asking.recall()
        self.show_keys()  # what was said of a silence may be over when this is left
        operate = self._asking.operate
        self.app.push_screen(Alerts(lambda: (self.shown, self.look), self.live, operate))

    def action_silence(self) -> None:
        """Silence the gravest alert that fires, for an hour, once that is confirmed."""
        firing = self.live.alerts.firing(self.live.wall_s or 0.0)
        if firing:
            self._asking.operate(self, f":silence {firing[0].rule} 1h")
        else:
            self.say("no alert fires that could be silenced; :silence NAME 2h because …", "warn")

    def on_click(self, event: events.Click) -> None:
        if event.widget is self.panes["header"]:
            self.action_why()
        elif event.widget is self.panes["alerts"]:
            self.action_alerts()

    def action_begin(self, order: str) -> None:
        """Go to the prompt with an order begun."""
        self.action_prompt()
        self.prompt.value = f":{order} "
        self.prompt.cursor_position = len(self.prompt.value)

    @property
    def is_past(self) -> bool:
        return self.look.moment is not None

    def confirm(
        self,
        title: str,
        rows: tuple[tuple[str, str], ...],
        reason: str | None,
        then: Callable[[str], None],
    ) -> None:
        """Ask whether this is to be done, and do it with the reason that was given."""
        from bolt_tui.screens.confirm import ask_back

        ask_back(self, title, rows, reason, then, self.say)

    # ── asking ───────────────────────────────────────────────────────────────────────────────

    def action_prompt(self) -> None:
        self.set_focus(self.prompt)  # at once: what is typed next is for it

    def action_command(self) -> None:
        self.action_prompt()
        self.prompt.value = ":"
        self.prompt.cursor_position = 1

    def action_cancel(self) -> None:
        if not self._cancel():
            raise SkipAction

    def action_interrupt(self) -> None:
        if not self._cancel():
            self.say("ctrl+q leaves the program", "warn")

    def _cancel(self) -> bool:
        """Cancel the running query and say which; False where none runs."""
        query = self._running_query()
        if query is None or not self._asking.cancel(query.id):
            return False
        self.say(f"cancelled “{query.text}”; its answer holds what was found")
        return True

    def _running_query(self) -> QueryView | None:
        """Return the query on show if it runs, else the newest that does."""
        shown = self.live.queries.get(self.look.query or "")
        if shown and shown.running:
            return shown
        return next((q for q in reversed(self.live.queries.values()) if q.running), None)

    def action_back(self) -> None:
        if self.maximized is not None:
            self.minimize()
        elif self.look.moment is not None:
            self.time.live()
        elif not self._cancel() and self.typing:
            self.set_focus(self.panes["answer"])

    def action_pause(self) -> None:
        if self.look.moment is not None:
            self.action_play()
        else:
            self.pause(paused=self._frozen is None)

    def pause(self, *, paused: bool) -> None:
        """Keep what is drawn, or go on with what has happened since; the past stands anyway."""
        if self.look.moment is not None:
            return
        self._frozen = self.live.copy() if paused else None
        self.set_class(paused, "-paused")
        self.relook(replace(self.look, paused=paused))

    # ── the past ─────────────────────────────────────────────────────────────────────────────

    def show_past(self, state: ConsoleState, moment: MomentView) -> None:
        """Show a moment of the past in all panes."""
        begins = self.look.moment is None
        query = self.look.query
        newest = next(reversed(state.queries), None)
        if moment.recording and newest != self._newest:  # who asked then saw the answer
            query = self._newest = newest
        self._frozen = state
        self.look = replace(self.look, moment=moment, paused=False, query=query)
        changed, state.changed = state.changed, set()
        self.set_class(True, "-past")
        self.set_class(False, "-paused")
        self.show(AREAS if begins else changed | {"clock"})
        if begins and self.typing:
            self.set_focus(self.panes["answer"])  # single letters are keys of the past now
        if begins and not self.hints.message:
            self.show_keys()

    def show_live(self) -> None:
        """Leave the past."""
        if self.look.moment is None:
            return
        self._frozen, self.look = None, replace(self.look, moment=None, query=None)
        self.set_class(False, "-past")
        self.show()
        self.show_keys()

    def action_older(self) -> None:
        self._turn(-1)

    def action_newer(self) -> None:
        self._turn(1)

    def _turn(self, step: int) -> None:
        ids = list(self.shown.queries)
        at = ids.index(self.look.query) if self.look.query in ids else len(ids)
        if ids and at + step >= 0:
            self.turn_to(ids[at + step] if at + step < len(ids) else None)

    def action_clear(self) -> None:
        self.turn_to(None)

    def action_copy(self) -> None:
        query = self.shown.queries.get(self.look.query or "")
        if query is None or query.answer is None:
            self.say("there is no answer to copy", "warn")
            return
        text = render(query.answer)
        self.app.copy_to_clipboard(text)
        self.say(f"copied the answer, {counted(len(text.splitlines()), 'line')}")
