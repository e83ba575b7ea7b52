"""What the operator orders of an open engine: asked back first, then done, then told."""

from collections.abc import Callable
from datetime import tzinfo
from functools import partial
from typing import Protocol

from bolt_tui.by_hand import BadOrder, Force, Order, Pin, order_of
from bolt_tui.consequences import consequences, title_of
from bolt_tui.engine_port import EnginePort
from bolt_tui.panes.hints import Tone
from bolt_tui.state import ConsoleState
from engine.breaker.errors import BreakerError

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

    def __init__(self, screen: Asks, zone: tzinfo | None) -> None:
        self._screen, self._zone = screen, zone

    def asked(self, text: str, engine: EnginePort | None) -> bool:
        """Ask back for an order, or say why it can't be given; False where that text is none."""
        order = self._order(text, engine)
        if order is None or engine is None:
            return False
        rows = consequences(order, self._screen.live, self._zone)
        reason = order.reason if isinstance(order, Force | Pin) else None
        self._screen.confirm(title_of(order), rows, reason, partial(self._give, engine, order))
        return True

    def _order(self, text: str, engine: EnginePort | None) -> Order | None:
        screen = self._screen
        if screen.is_past:
            screen.say("the screen shows the past, where nothing can be ordered; :live", "warn")
        elif engine is None:
            screen.say("the engine is not open; there is nothing to force or to pin", "warn")
        else:
            try:
                return order_of(text, screen.live)
            except BadOrder as error:
                screen.say(str(error), "bad")
        return None

    def _give(self, engine: EnginePort, order: Order, reason: str) -> None:
        try:
            self._screen.say(_given(engine, order, reason))
        except BreakerError as error:
            self._screen.say(str(error), "bad")


def _given(engine: EnginePort, order: Order, reason: str) -> str:
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
