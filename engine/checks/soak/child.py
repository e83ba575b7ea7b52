"""The session of a soak, in a process of its own: `soak_child FOLDER SECONDS SPEED`.

It lives so many seconds of its own time and says on stdout, a JSON line each, how far it is and at
last what it has seen. SPEED 0: the time of the process itself runs faster (libfaketime), and with
it that of all its children. Where stdin ends it ends earlier.
"""

import asyncio
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Final

import anyio
import msgspec

from engine.checks.drill.rehearsal import FILES
from engine.checks.soak.clock import LeapingClock, LeapingLoop, Work, counted
from engine.checks.soak.course import FLAPPING, Course, Rhythm
from engine.checks.soak.hook import Hook
from engine.checks.soak.record import recorded
from engine.checks.soak.report import FLAPS, AlertsSeen, Asked, Progress, Soaked, TickAccount
from engine.checks.soak.watch import SoakWatch
from engine.clock import Clock, SystemClock
from engine.config import load
from engine.config.loading import user_file
from engine.events import Event, SessionLeft
from engine.runtime import Engine

# More consoles than visit at a time; nothing is dropped, so that the record can be counted.
SETTINGS: Final = {"agents.max": "8", "store.concurrent_sessions": "4"}
_RULE: Final = f"""\
[alerts.rules.{FLAPS}]
expr = 'circuit.{FLAPPING} == "open"'
for = "1m"
severity = "info"
summary = "The soak holds a circuit open"
"""
_MISSED: Final[Mapping[str, str]] = {
    "busy": "the reading before was under way",
    "late": "the loop came too late",
    "failed": "the reading failed",
    "dropped": "it came back after it was given up",
}
Told = Callable[[Progress], None]


class SoakEngine(Engine):
    """An engine that shows its account of ticks, and the number of the event with which it left.

    What is sampled while it closes comes after that, and nobody promised to keep it.
    """

    last_number = 0

    def _record(self, event: Event) -> None:
        if isinstance(event, SessionLeft):
            self.last_number = event.seq
        super()._record(event)

    def tick_accounts(self) -> tuple[TickAccount, ...]:
        """Return what became of each probe's ticks until now."""
        probes, now_s = self.settings.config.probes, self._clock.monotonic_s()
        intervals = {
            "the host probe": probes.host_interval_s,
            "the GPU probe": probes.gpu_interval_s,
            "the process probe": min(1.0, probes.process_interval_s),
        }
        return tuple(
            TickAccount(
                probe=name,
                interval_s=intervals[name],
                expected=int((now_s - ticks.since_s) / intervals[name]) + 1,
                due=ticks.due,
                taken=ticks.taken,
                idle=ticks.idle,
                missed={why: getattr(ticks, field) for field, why in _MISSED.items()},
                under_way=ticks.under_way,
            )
            for name, ticks in self._sampling.ticks.items()
            if ticks.since_s is not None
        )


def lay_out(folder: Path) -> Path:
    """Make the scratch project and the user's settings, and return the project."""
    project, settings = folder / "project", user_file()
    files = {project / name: text for name, text in FILES.items()} | {settings: _RULE}
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return project


async def soak(
    folder: Path,
    total_s: float,
    clock: Clock,
    *,
    work: Work | None = None,
    told: Told = lambda _: None,
    settings: Mapping[str, str] = SETTINGS,
    rhythm: Rhythm | None = None,
    started: Callable[[Course], None] = lambda _: None,
) -> Soaked:
    """Live for so long and return what was seen; `work` where the loop leaps.

    `folder` takes project and store; the environment says where the user's settings are. `started`
    gets the course, which can be stopped.
    """
    project, store = lay_out(folder), folder / "store"
    loaded = load(project, flags={**settings, "store.folder": str(store)})
    began_s = SystemClock.monotonic_s()
    async with Hook.open() as hook:
        opened = SoakEngine.open(project, settings=loaded, clock=clock, live=True)
        async with opened as engine:
            assert isinstance(engine, SoakEngine)
            watch = SoakWatch(engine.bus)
            course = Course(
                engine, clock, loaded, store, total_s, rhythm or Rhythm.of(total_s),
                lambda: _held(work), lambda mark: told(Progress(mark)),
            )  # fmt: skip
            started(course)
            async with anyio.create_task_group() as group:
                group.start_soon(watch.run)
                done = await course.run()
                ticks, own_s = engine.tick_accounts(), course.own_s
                under_way = course.flaps_under_way
                group.cancel_scope.cancel()
        real_s = SystemClock.monotonic_s() - began_s
    found, problems = await recorded(store, engine.session, engine.last_number)
    tally, over = course.tally, course.flaps - under_way
    return Soaked(
        own_s=own_s,
        real_s=real_s,
        done=done,
        marks=tuple(course.marks),
        ticks=ticks,
        questions=Asked(
            tally.asked, tally.answered, tally.errors, tally.causeless, tally.causes,
            round(tally.slowest_s, 3),
        ),
        published=engine.last_number,
        recorded=found,
        folds=watch.folds,
        folded_journals=watch.folded_journals,
        alerts=AlertsSeen(
            over, watch.fired, watch.resolved, hook.received, over * 2, under_way
        ),
        level_changes=watch.level_changes,
        circuits_opened=+watch.opened,
        indexes_ready=+watch.ready,
        faults=course.faults,
        visits=course.visits,
        notices=+watch.notices,
        waited_s={} if work is None else dict(work.waited_s),
        problems=(*course.problems, *watch.problems, *problems),
    )  # fmt: skip


def _held(work: Work | None) -> AbstractContextManager[None]:
    return nullcontext() if work is None else _counted_in(work)


@contextmanager
def _counted_in(work: Work) -> Iterator[None]:
    work.calls["questions"] += 1
    try:
        yield
    finally:
        work.calls["questions"] -= 1


def _stopped_by_stdin(course: Course) -> None:
    loop = asyncio.get_running_loop()

    def look() -> None:
        if not os.read(0, 4096):
            loop.remove_reader(0)
            course.stop()

    loop.add_reader(0, look)


def _say(line: Progress | Soaked) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(line) + b"\n")
    sys.stdout.buffer.flush()


def main() -> None:
    """Soak as the command line says."""
    folder, total_s, speed = Path(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
    if not speed:
        _say(anyio.run(_soaked, folder, total_s, SystemClock(), None))
        return
    clock, work = LeapingClock(behind_s=total_s), Work()
    options = {"loop_factory": lambda: LeapingLoop(clock, work, speed)}
    with counted(work):
        _say(anyio.run(_soaked, folder, total_s, clock, work, backend_options=options))


async def _soaked(folder: Path, total_s: float, clock: Clock, work: Work | None) -> Soaked:
    return await soak(folder, total_s, clock, work=work, told=_say, started=_stopped_by_stdin)


if __name__ == "__main__":
    main()
