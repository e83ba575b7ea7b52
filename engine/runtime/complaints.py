"""What goes wrong again and again is told once, and once more when it is over."""

from engine.bus import Bus
from engine.events import Notice


class Complaints:
    """Publishes one notice for each key that fails, and one that ends it."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._failing: dict[str, str] = {}

    def fails(self, key: str, text: str, remedy: str) -> None:
        """Say what fails, unless the same is said already."""
        if self._failing.get(key) != text:
            self._failing[key] = text
            self._bus.publish(Notice(key=key, severity="warning", text=text, remedy=remedy))

    def works(self, key: str, text: str) -> None:
        """Say that it works again, if it was said to fail."""
        if self._failing.pop(key, None) is not None:
            self._bus.publish(Notice(key=key, severity="info", text=text, resolved=True))
