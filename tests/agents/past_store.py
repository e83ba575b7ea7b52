"""A store of a known afternoon, and the services that tools read it through."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from engine.agents.services import Services
from engine.bus import Bus
from engine.clock import ManualClock
from engine.events import (
    CircuitChanged,
    EngineSample,
    Event,
    HostSample,
    LevelChanged,
    Notice,
    QueryAsked,
    SessionJoined,
    SessionLeft,
    ended,
)
from engine.evidence import Answer, Status, Table, Understanding
from engine.store.leases.pool import Pool
from engine.store.past.past import Past
from tests.store.stores import write

from .scene import Scene

# Local time, for that is what questions and answers speak: three in the afternoon.
DAY = datetime(2026, 11, 20)
NOW_S = (DAY + timedelta(hours=15)).timestamp()
OWN = "asking"


def at(hour: int, minute: int = 0, second: int = 0) -> float:
    """Return the wall time of a moment of that day."""
    return (DAY + timedelta(hours=hour, minutes=minute, seconds=second)).timestamp()


class Recorder:
    """One session as it records itself; events may be put at any time, in their order."""

    def __init__(self, name: str, *, project: str = "/desk", interactive: bool = True) -> None:
        self.name, self.events = name, list[Event]()
        self._clock = ManualClock()
        self._bus = Bus(name, self._clock)
        self._joined = SessionJoined(project=project, pid=42, version="1", interactive=interactive)

    def put(self, at_s: float, event: Event) -> None:
        self._clock.set_wall(at_s)
        self._bus.stamp(event)
        self.events.append(event)

    def join(self, at_s: float) -> None:
        self.put(at_s, self._joined)
        for capability in ("search.index", "probes.host"):
            self.put(at_s, CircuitChanged(capability=capability, state="closed"))
        self.put(at_s, LevelChanged(level="full"))

    def leave(self, at_s: float) -> None:
        self.put(at_s, SessionLeft(reason="closed"))

    def ask(
        self, at_s: float, query: str, text: str, status: Status = "answered", took_s: float = 1.0
    ) -> None:
        self.put(at_s, QueryAsked(query=query, text=text))
        answer = Answer(
            status=status,
            level="full",
            query=Understanding(text, text, "x"),
            verdict=f"about {text}",
            sections=(Table("Rows", ("n",), ((1,),)),),
            elapsed_ms=took_s * 1000,
        )
        self.put(at_s + took_s, ended(query, answer))

    def samples(self, from_s: float, to_s: float, every_s: float, cpu: float = 10.0) -> None:
        at_s = from_s
        while at_s <= to_s:
            self.put(at_s, HostSample(cpu_pct=(cpu, cpu), source="psutil"))
            self.put(at_s, EngineSample(rss_bytes=100 << 20, loop_lag_p99_ms=2.0))
            at_s += every_s

    def save(self, store: Path) -> None:
        write(store, self.name, self.events)


def afternoon(store: Path) -> None:
    """Write a console's hour with an outage, a headless run, and a console that died."""
    console = Recorder("console")
    console.join(at(14, 0))
    console.samples(at(14, 0), at(14, 10), 10.0)
    console.ask(at(14, 11), "q1", "risk metrics")
    index, level = "search.index", "limited"
    console.put(
        at(14, 12), CircuitChanged(capability=index, state="open", was="closed", cause="no disk")
    )
    console.put(at(14, 12, 1), LevelChanged(level=level, was="full", why="search.index open"))  # type: ignore[arg-type]
    console.put(at(14, 12, 2), Notice(key="k", severity="warning", text="the index is off"))
    console.ask(at(14, 13), "q2", "who imports x", "failed", took_s=9.0)
    console.put(at(14, 14), CircuitChanged(capability=index, state="closed", was="half_open"))
    console.samples(at(14, 14), at(14, 20), 10.0, cpu=90.0)
    console.leave(at(14, 20))
    console.save(store)
    run = Recorder("run", interactive=False)
    run.join(at(14, 30))
    run.ask(at(14, 30, 1), "q1", "Risk metrics", took_s=3.0)
    run.leave(at(14, 30, 5))
    run.save(store)
    dead = Recorder("dead")
    dead.join(at(14, 40))
    dead.put(at(14, 41), QueryAsked(query="q1", text="a backtest"))
    dead.save(store)


async def _sound() -> None:
    """A canary that always comes back."""


@asynccontextmanager
async def services(store: Path) -> AsyncIterator[Services]:
    """Give the services of a session that asks at three."""
    scene, pool = Scene(store / "settings"), Pool(2)
    scene.clock.set_wall(NOW_S)
    for capability in ("search.index", "search.scan", "store.read"):
        scene.board.add(capability, _sound)
    past = Past(pool, store)
    yield replace(scene.services, store=store, session=OWN, pool=pool, open_past=lambda: past)
    await pool.close()
