"""The keys and the mouse that move the time cursor."""

from typing import Protocol

from bolt_tui.panes.timebar import TimeBar


class Time(Protocol):
    """What these keys need of the time control."""

    def step(self, steps: float) -> None: ...

    def to(self, wall_s: float) -> None: ...

    def to_mark(self, direction: int) -> None: ...

    def live(self) -> None: ...

    def widen(self, by: int) -> None: ...

    def play(self) -> None: ...

    def faster(self, by: int) -> None: ...


class TimeKeys:
    """Mixed into the screen that has the time bar."""

    time: Time

    def action_earlier(self) -> None:
        self.time.step(-1)

    def action_later(self) -> None:
        self.time.step(1)

    def action_much_earlier(self) -> None:
        self.time.step(-10)

    def action_much_later(self) -> None:
        self.time.step(10)

    def action_mark_before(self) -> None:
        self.time.to_mark(-1)

    def action_mark_after(self) -> None:
        self.time.to_mark(1)

    def action_slower(self) -> None:
        self.time.faster(-1)

    def action_faster(self) -> None:
        self.time.faster(1)

    def action_wider(self) -> None:
        self.time.widen(1)

    def action_closer(self) -> None:
        self.time.widen(-1)

    def action_play(self) -> None:
        self.time.play()

    def action_live(self) -> None:
        self.time.live()

    def on_time_bar_sought(self, message: TimeBar.Sought) -> None:
        self.time.to(message.wall_s)

    def on_time_bar_stepped(self, message: TimeBar.Stepped) -> None:
        self.time.step(message.steps)
