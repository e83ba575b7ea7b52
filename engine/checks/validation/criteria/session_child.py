"""A live session of the engine that is asked what the criteria ask; results as lines of JSON.

`python -m engine.checks.validation.criteria.session_child` reads a pickled Order on stdin. What
fails ends nothing but its own criterion.
"""

import os
import pickle
import sys
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

import anyio
import anyio.to_thread
import msgspec
from msgspec.structs import replace

from engine.checks.validation.criteria import asking, importing, searching, trading
from engine.checks.validation.criteria.sample import Sample, take
from engine.checks.validation.criteria.session_talk import STANDARD, Found, Line, Order, Standard
from engine.checks.validation.criteria.shown import Shown, failed, unproven
from engine.clock import SystemClock
from engine.config import ConfigError, Loaded
from engine.errors import EngineError
from engine.events import IndexProgressed
from engine.evidence import clean
from engine.process import ProcessError
from engine.runtime import Engine
from engine.search.errors import RipgrepMissing
from engine.search.ripgrep import find_ripgrep

_READY_S = 60.0
_LOOK_S = 0.05
_SEVERAL = 4
_MOST_ROWS = 100_000
_NO_TEXT = "this project has no text to ask about"


def main() -> None:
    """Measure what stdin orders."""
    order = pickle.load(sys.stdin.buffer)
    assert isinstance(order, Order)
    threading.Thread(target=_end_with_who_ordered, daemon=True).start()
    anyio.run(_Session(order).run)


class _Session:
    def __init__(self, order: Order) -> None:
        self._order, self._clock = order, SystemClock()
        self._root = Path(order.project)
        config = order.loaded.config
        self._settings = Loaded(
            replace(
                config,
                store=replace(config.store, folder=order.folder),
                search=replace(config.search, max_rows=_MOST_ROWS),
                alerts=replace(config.alerts, enabled=False),
            ),
            order.loaded.origins,
            trusted=order.loaded.trusted,
        )
        self._sample: Sample | None = None
        self._known: list[importing.Importers] = []
        self._index = ""

    async def run(self) -> None:
        rg = await self._look()
        async with Engine.open(self._root, settings=self._settings, live=True) as engine:
            self._index = await _ready(engine)
            await self._try(("search", "existing_tools"), lambda: self._searches(engine, rg))
            await self._try(("graph",), lambda: self._graph(engine))
            await self._try(("agents",), lambda: self._agents(engine))
            await self._try((*trading.NAMES, "trading"), lambda: self._trading(engine))
            await self._try((STANDARD,), lambda: self._standard(engine))
            await self._try(("load",), lambda: self._load(engine))
        await self._try(("parallel",), self._parallel)

    async def _look(self) -> str:
        """Choose what to ask about; return where ripgrep is, or why not."""
        try:
            rg = find_ripgrep(self._order.loaded.config.search.ripgrep)
            self._sample = await take(self._root, rg, self._clock.wall_s())
        except (RipgrepMissing, ProcessError) as error:
            for name in ("search", "existing_tools"):
                self._say(name, failed(str(error), "nothing was searched"))
            return ""
        if self._sample is not None:
            files = self._sample.files
            self._known = await anyio.to_thread.run_sync(importing.targets, self._root, files)
        return rg

    async def _try(
        self, names: tuple[str, ...], work: Callable[[], Awaitable[dict[str, Shown]]]
    ) -> None:
        """Measure what is wanted of these; a failure is theirs alone."""
        wanted = [name for name in names if name in self._order.names]
        if not wanted:
            return
        try:
            found = await work()
        except Exception as error:
            # A boundary: what a measurement fails of is its criterion's proof.
            said = clean(f"it could not be measured: {type(error).__name__}: {error}")
            found = {name: failed(said) for name in wanted}
        for name in wanted:
            if name in found:
                self._say(name, found[name])

    def _say(self, name: str, shown: Shown) -> None:
        if name in self._order.names:
            _write(Found(name, shown))

    @property
    def _seen(self) -> Sample:
        """What the project is asked about: its own words, or where it has none some others."""
        return self._sample or Sample(self._root, self._clock.wall_s())

    @property
    def _question(self) -> str:
        """A question whose plan has several tasks at once."""
        if self._known:
            return f"analyze {self._known[-1].target}"
        return "find import; find return; find error; find value"

    async def _searches(self, engine: Engine, rg: str) -> dict[str, Shown]:
        if not rg:
            return {}
        if self._sample is None:
            return dict.fromkeys(("search", "existing_tools"), unproven(_NO_TEXT))
        compared = await searching.compare(engine, rg, self._clock, self._sample)
        return {
            "search": searching.exactness(compared, self._index),
            "existing_tools": searching.speed(compared, self._index),
        }

    async def _graph(self, engine: Engine) -> dict[str, Shown]:
        return {"graph": await importing.compare(engine, self._seen, self._known)}

    async def _agents(self, engine: Engine) -> dict[str, Shown]:
        return {"agents": await asking.orchestrated(engine, self._question)}

    async def _trading(self, engine: Engine) -> dict[str, Shown]:
        example = self._order.loaded.config.market.example
        return await trading.asked(engine, self._seen.files, example=example)

    async def _standard(self, engine: Engine) -> dict[str, Shown]:
        """Ask the standard set; who ordered it holds it against the bars."""
        target = self._known[0].target if self._known else ""
        asked = await asking.one_by_one(engine, self._clock, asking.standard(self._seen, target))
        first = asked.failed[0] if asked.failed else ""
        _write(Standard(len(asked.answers), asked.rate, asked.mean_s, first))
        return {}

    async def _load(self, engine: Engine) -> dict[str, Shown]:
        return {"load": await asking.at_once(engine, self._clock, longer=self._order.full)}

    async def _parallel(self) -> dict[str, Shown]:
        """Ask the same of an engine of several agents and of one with one."""
        config = self._settings.config
        found = []
        for count in (_SEVERAL, 1):
            agents = replace(config.agents, max=count)
            settings = Loaded(replace(config, agents=agents), self._settings.origins)
            async with Engine.open(self._root, settings=settings) as engine:
                found.append(await asking.timed(engine, self._clock, self._question))
        return {"parallel": asking.parallel(found[0], found[1], _SEVERAL)}


def _end_with_who_ordered() -> None:
    """End this process when its stdin ends: whoever started it has died."""
    os.read(0, 1)  # not buffered: at exit Python would wait for the reader's lock
    os._exit(1)


def _write(line: Line) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(line) + b"\n")
    sys.stdout.buffer.flush()


async def _ready(engine: Engine) -> str:
    """Wait for the indexes, as long as they are being made; return how the text index stands."""
    with anyio.move_on_after(_READY_S):
        while True:
            seen = [one for one in engine.state_events() if isinstance(one, IndexProgressed)]
            states = {one.index: one for one in seen}
            if len(states) == 2 and all(one.state != "building" for one in seen):
                text = states["text"]
                return f"text index {text.state}{f': {text.reason}' if text.reason else ''}"
            await anyio.sleep(_LOOK_S)
    return "text index not ready"


if __name__ == "__main__":
    try:
        main()
    except (EngineError, ConfigError) as error:
        sys.exit(str(error))
