"""What the operator orders of an open engine: asked back first, then done, then told."""

from collections.abc import Callable, Coroutine
from datetime import tzinfo
from functools import partial
from typing import Any, Protocol

from bolt_tui.by_hand import BadOrder, Force, Order, Pin, Release, Silence, Unsilence, order_of
from bolt_tui.consequences import consequences, title_of
from bolt_tui.engine_port import EnginePort
from bolt_tui.panes.hints import Tone
from bolt_tui.panes.units import date_and_clock
from bolt_tui.state import ConsoleState
from engine.alerts.errors import AlertsError
from engine.breaker.errors import BreakerError
from engine.errors import EngineError
from engine.store.errors import said as refused

Rows = tuple[tuple[str, str], ...]


class Asks(Protocol):
    """What this needs of the screen."""

    live: ConsoleState

    @property
    def is_past(self) -> bool: ...

    def say(self, text: str, tone: Tone = "good") -> None: ...

    def confirm(
        self, title: str, rows: Rows, reason: str | None, then: Callable[[str], None]
    ) -> None:
        """Show this, and call `then` with the reason where it is to be done."""
        ...


class Operating:
    """Takes orders that were typed."""

    def __init__(
        self,
        screen: Asks,
        zone: tzinfo | None,
        begin: Callable[[Coroutine[Any, Any, None]], object],
    ) -> None:
        """Answer on this screen; `begin` has what takes a moment done beside it."""
        self._screen, self._zone, self._begin = screen, zone, begin

    def asked(self, text: str, engine: EnginePort | None) -> bool:
        """Ask back for an order, or say why it can't be given; False where that text is none."""
        order = self._order(text, engine)
        if order is None or engine is None:
            return False
        rows = consequences(order, self._screen.live, self._zone)
        reason = order.reason if isinstance(order, Force | Pin | Silence) else None
        self._screen.confirm(title_of(order), rows, reason, partial(self._give, engine, order))
        return True

    def _order(self, text: str, engine: EnginePort | None) -> Order | None:
        screen = self._screen
        if screen.is_past:
            screen.say("the screen shows the past, where nothing can be ordered; :live", "warn")
        elif engine is None:
            screen.say("the engine is not open, so nothing can be ordered", "warn")
        else:
            try:
                return order_of(text, screen.live)
            except BadOrder as error:
                screen.say(str(error), "bad")
        return None

    def _give(self, engine: EnginePort, order: Order, reason: str) -> None:
        if isinstance(order, Silence | Unsilence):
            self._begin(self._write(engine, order, reason))
            return
        try:
            self._screen.say(_given(engine, order, reason))
        except BreakerError as error:
            self._screen.say(str(error), "bad")

    async def _write(self, engine: EnginePort, order: Silence | Unsilence, reason: str) -> None:
        """Write or end a silence, which all sessions then see."""
        try:
            if isinstance(order, Silence):
                made = await engine.silence(dict(order.matchers), order.for_s, reason)
                said = f"{order.name} is silenced until {self._when(made.silence.until_s)}"
                if made.stands is not None:
                    until = self._when(made.stands.until_s)
                    said += f"; silence {made.stands.id} stands, too, until {until}"
            else:
                for silence in order.silences:
                    await engine.unsilence(silence)
                said = f"{order.name} is silenced no more"
        except (AlertsError, EngineError) as error:
            self._screen.say(str(error), "bad")
        except OSError as error:
            where = f" ({error.filename})" if error.filename else ""
            reason, remedy = refused(error)
            said = f"not done, the store refuses: {reason}{where}; {remedy}"
            self._screen.say(said, "bad")
        else:
            self._screen.say(said)

    def _when(self, at_s: float) -> str:
        return date_and_clock(at_s, self._screen.live.wall_s or at_s, self._zone)


def _given(engine: EnginePort, order: Force | Pin | Release, reason: str) -> str:
    """Give the order and return what was done."""
    if isinstance(order, Force):
        engine.force(order.capability, order.how, reason, order.for_s)
        return f"{order.capability} is forced {order.how}; :release {order.capability} ends it"
    if isinstance(order, Pin):
        engine.pin(order.level, reason, order.for_s)
        return f"the level is pinned to {order.level}; :release level ends it"
    if engine.release(order.name):
        return f"{order.name} is released"
    return f"{order.name} was not held any more"
