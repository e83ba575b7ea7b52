"""The engine: opens its parts in order, owns their tasks, answers questions, closes them again.

async with Engine.open(Path("project")) as engine:
    answer = await engine.ask("system status")
"""

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import cached_property, partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

import anyio
from anyio.abc import TaskGroup

from engine import __version__
from engine.agents import commands, serving
from engine.agents.executor import Executor
from engine.agents.services import Services
from engine.agents.tool import Tool
from engine.agents.tools import lookup
from engine.agents.vocabulary import SAID
from engine.breaker.board import Board
from engine.breaker.circuit import How
from engine.breaker.degradation import Ladder
from engine.breaker.policy import policy_of
from engine.bus import Bus
from engine.clock import Clock, SystemClock
from engine.config import Loaded, load
from engine.config.rollout import cap
from engine.errors import EngineError
from engine.events import Event, Notice, SessionJoined, SessionLeft
from engine.evidence import Answer, Level, Plan, Understanding, clean
from engine.kernels.devices import MlxMemory, mlx_memory
from engine.project import resolve
from engine.runtime import corpus_view
from engine.runtime.agents_watch import AgentsWatch
from engine.runtime.asking import Asking
from engine.runtime.capabilities import add_capabilities, find_gpu
from engine.runtime.code_questions import CodeQuestions
from engine.runtime.device_list import DeviceList
from engine.runtime.fallback import Fallback
from engine.runtime.memory_parts import guard_of, session_budget
from engine.runtime.open_files import allow_enough
from engine.runtime.opening import Opening
from engine.runtime.query_text import checked
from engine.runtime.recorder import Recorder
from engine.runtime.responsiveness import favoured_loop
from engine.runtime.sampling import Sampling
from engine.runtime.secrets_apart import secrets_apart
from engine.runtime.text_index import SessionIndex
from engine.standing import Standing
from engine.store.folder import store_folder
from engine.store.journals.journal import Journal
from engine.store.leases.pool import Pool
from engine.store.sessions.last_circuits import last_circuits
from engine.store.sessions.session_name import session_name

if TYPE_CHECKING:
    from engine.alerts.silence import Made
    from engine.runtime.alerting import Alerting
    from engine.runtime.long_session import LongSession
    from engine.runtime.recording import SessionRecording
    from engine.store.past.past import Past

CLOSE_S = 3.0
_RESERVE = 2
# What a single run imports when it needs it, and most don't.
_OF_LONG_SESSIONS: Final = (
    "engine.runtime.long_session",
    "engine.existing_tools",
    "engine.search.code_talk",
    "engine.search.text_search",
    "engine.store.past.digest",
)


class Engine:
    """One session. Use `Engine.open`; everything that happens is an event on `bus`."""

    def __init__(
        self,
        project: Path,
        settings: Loaded,
        clock: Clock,
        how: Opening,
    ) -> None:
        config = settings.config
        self.project = project
        self.settings = settings
        self.session = session_name(clock)
        self.bus = Bus(self.session, clock)
        self._clock = clock
        self._live = how.live
        interval_s = config.store.flush_interval_s
        self._recording = self._recorded(how.record, interval_s)
        self._standing = Standing()
        self._store = store_folder(config.store.folder)
        durability = config.store.durability
        self._journal = Journal(self._store, self.session, durability=durability, clock=clock)
        budget = session_budget(config)
        self._pool = Pool(config.store.max_leases, memory_bytes=budget.total_bytes // 2)
        ladder = Ladder(cap(config.rollout.phase))
        self.board = Board(self.bus.publish, clock, policy_of(config.circuits), ladder=ladder)
        self._recorder = Recorder(
            self.bus,
            self._journal,
            interval_s,
            lambda error: self.board.report("store.write", error),
            lambda: serving.causes(self.board.rows()).get("store.write", ""),
        )
        self._sampling = Sampling(
            self.bus, clock, config, self.board.report, _mlx_bytes, self._standing.newest
        )
        self._corpus = corpus_view.CorpusView(project, config.search.ripgrep, clock)
        root, rg = str(project), self._corpus.ripgrep
        self._text = SessionIndex(root, config, rg, self.bus, self.board, live=how.live)
        self._code = CodeQuestions(root, rg, self.bus, clock)
        self.memory = guard_of(
            budget, self.bus, self.board, clock, pool=self._pool, code=self._code, text=self._text
        )
        self._services = Services(
            project=project,
            settings=settings,
            store=self._store,
            session=self.session,
            clock=clock,
            bus=self.bus,
            board=self.board,
            pool=self._pool,
            open_past=lambda: self.past,
            journal=self._journal,
            read_host=self._sampling.read_host,
            read_gpu=self._sampling.read_gpu,
            devices=DeviceList().read,
            read_processes=self._sampling.read_processes,
            find_gpu=self._find_gpu,
            newest=self._standing.newest,
            sampling=self._sampling.hold,
            ripgrep=rg,
            files=self._corpus.files,
            open_text=lambda: self._text.search,
            code=self._code.ask,
            room=self.memory.admit,
            environ=how.environ,
        )
        known = partial(_tool, how.tools)
        self._executor = Executor(known, self._services, config.agents.max or _default_agents())
        self._agents = AgentsWatch(
            self._executor, self.board, clock, lambda: self._sampling.lag.newest_ms
        )
        self._asking = Asking(
            bus=self.bus,
            board=self.board,
            clock=clock,
            corpus=self._corpus,
            executor=self._executor,
            reserve=Executor(known, self._services, _RESERVE),
            fallback=Fallback(self._services),
            recorder=self._recorder,
        )
        self._long = self._long_session() if how.live or how.watch else None
        self._group: TaskGroup | None = None

    def _recorded(self, file: Path | None, interval_s: float) -> "SessionRecording | None":
        if file is None:
            return None
        from engine.runtime.recording import SessionRecording

        return SessionRecording(file, self.bus, self._clock, interval_s)

    def _long_session(self) -> "LongSession":
        from engine.runtime.long_session import LongSession

        return LongSession(
            self._services,
            live=self._live,
            sampling=self._sampling,
            memory=self.memory,
            agents=self._agents,
            executor=self._executor,
            standing=self._standing,
        )

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        project: Path | str | None = None,
        *,
        settings: Loaded | None = None,
        clock: Clock | None = None,
        live: bool = False,
        watch: bool = False,
        record: Path | None = None,
        tools: Mapping[str, Tool] | None = None,
    ) -> AsyncIterator["Engine"]:
        """Open an engine on a project for the length of the block.

        `live` is a console: it keeps sampling the machine, takes a seat, reads the project and
        evaluates alerts. `watch` is a service: all of that but the seat and the project. Without
        either samples are taken when a query needs them. `tools` come from above, by name.
        `record` names a new file that the session is also written to.

        Raises:
            BadProject, ConfigError, RecordingError, SeatsTaken.
        """
        folder = resolve(None if project is None else os.fspath(project))
        loaded = settings or load(folder)
        allow_enough()
        if live or watch:  # its parts take longer to import than the loop may be held
            for part in _OF_LONG_SESSIONS:
                await anyio.to_thread.run_sync(import_module, part)
        with secrets_apart(loaded.config) as environ, favoured_loop():
            how = Opening(live, watch, record, tools or {}, environ)
            engine = cls(folder, loaded, clock or SystemClock(), how)
            async with engine._opened():
                yield engine

    @asynccontextmanager
    async def _opened(self) -> AsyncIterator[None]:
        raised: Exception | None = None
        async with self._code.opened(), anyio.create_task_group() as group:
            await self._start(group)
            try:
                yield
            except Exception as error:
                raised = error  # raised again below: in here the task group would wrap it
            finally:
                with anyio.move_on_after(CLOSE_S, shield=True):
                    await self._stop()
                group.cancel_scope.cancel()
        if raised is not None:
            raise raised

    async def _start(self, group: TaskGroup) -> None:
        self._group = self._sampling.group = group
        if self._long is not None:
            await self._long.enter()
        self.bus.record = self._record
        self.bus.publish(
            SessionJoined(
                project=clean(str(self.project)),
                pid=os.getpid(),
                version=__version__,
                interactive=self._live,
            )
        )
        add_capabilities(self.board, self._services)
        self._text.enter()
        self.memory.enter()
        self._agents.enter()
        here = clean(str(self.project))
        self.board.restore(last_circuits(self._store, here, self.session))
        self.board.announce()
        for ignored in self.settings.ignored:
            text = clean(str(ignored))
            self.bus.publish(Notice(key=f"config.{ignored.name}", severity="info", text=text))
        group.start_soon(self._recorder.run)
        if self._recording is not None:
            group.start_soon(self._recording.run)
        group.start_soon(self.board.run)
        if self._long is not None:
            self._long.start(group)
        if self._live:
            group.start_soon(self._read_project)

    async def _stop(self) -> None:
        self.cancel_all()
        await self._asking.ended()
        if self._long is not None:
            await self._long.close()
        self.bus.publish(SessionLeft(reason="closed"))
        await self._recorder.flush()
        if self._recording is not None:
            await self._recording.close()
        await self._pool.close()
        self._journal.close()
        if self._long is not None:
            self._long.stand_up()

    async def _read_project(self) -> None:
        """Make what questions about the code go by; one thing after the other, all in processes."""
        await self._text.run(then=self._code.warm)

    async def _find_gpu(self) -> None:
        await find_gpu(self.board, self._services)

    def _record(self, event: Event) -> None:
        self._journal.record(event)
        self._standing.take(event)

    # ── questions ────────────────────────────────────────────────────────────────────────────

    async def ask(self, text: str, *, timeout_s: float | None = None) -> Answer:
        """Answer one query. Whatever fails on the way is in the answer, not raised.

        Raises:
            BadQuery: the text is no question as it stands; nothing has happened.
        """
        text, query = checked(text), self._asking.next_query()
        return await self._asking.answer(query, text, timeout_s)

    def submit(self, text: str) -> str:
        """Start a query in the engine's own tasks and return its id; the answer is an event.

        Raises:
            BadQuery: as for `ask`.
        """
        text, query = checked(text), self._asking.next_query()
        assert self._group is not None
        self._group.start_soon(self._asking.answer, query, text, None)
        return query

    def cancel(self, query: str) -> bool:
        """Cancel a running query, which still gets its answer; False where it isn't running."""
        return self._asking.cancel(query)

    def cancel_all(self) -> None:
        """Cancel every running query."""
        self._asking.cancel_all()

    async def explain(self, text: str) -> tuple[Understanding, Plan]:
        """Return how a query is understood and its plan, without running it.

        Raises:
            BadQuery: as for `ask`.
        """
        return await self._asking.explain(text)

    # ── by hand ──────────────────────────────────────────────────────────────────────────────

    def force(self, capability: str, how: How, reason: str, for_s: float | None = None) -> None:
        """Hold a circuit open, closed or disabled for so long, or until `release`.

        Raises:
            UnknownCapability, BadForce.
        """
        self.board.force(capability, how, reason, for_s)

    def pin(self, level: Level, reason: str, for_s: float | None = None) -> None:
        """Hold the level for so long, or until `release("level")`.

        Raises:
            BadPin.
        """
        self.board.pin(level, reason, for_s)

    def release(self, name: str) -> bool:
        """Let a capability, or "level", go by itself again; False where nobody held it.

        Raises:
            UnknownCapability, BadForce.
        """
        return self.board.unpin() if name == "level" else self.board.release(name)

    async def silence(self, matchers: Mapping[str, str], for_s: float, reason: str = "") -> "Made":
        """Have what fits all of these labels told to nobody for so long.

        Raises:
            BadSilence: it would fit everything, or the labels, time or reason are none.
            OSError: the store can't be written.
        """
        return await self._stays_open().silence(matchers, for_s, reason)

    async def unsilence(self, name: str) -> None:
        """End a silence before its time.

        Raises:
            UnknownSilence: there is none, or it is over.
            OSError: the store can't be written.
        """
        await self._stays_open().unsilence(name)

    def _stays_open(self) -> "Alerting":
        if self._long is None:
            raise EngineError("this session does not stay open: bolt-tui alerts silence NAME")
        return self._long.alerting

    # ── what a face needs beside the bus ─────────────────────────────────────────────────────

    def state_events(self) -> list[Event]:
        """Return the events that say how things stand, for a reader that comes late."""
        return self._standing.events()

    async def events(self, from_seq: int, to_seq: int) -> list[Event]:
        """Return this session's events with these numbers, read from the journal."""
        await self._recorder.flush()

        def read() -> list[Event]:
            return [e for e in self._journal.events() if from_seq <= e.seq <= to_seq]

        return await anyio.to_thread.run_sync(read)

    @cached_property
    def past(self) -> "Past":
        """What was recorded, by this session and others."""
        from engine.store.past.past import Past

        return Past(self._pool, self._store)

    def trouble(self) -> str:
        """Return why a session that is to stay open gets nowhere; empty while it works."""
        return "" if self._long is None else self._long.trouble()

    async def flush(self) -> bool:
        """Write what has happened so far; False where it can't be written now."""
        return await self._recorder.flush()

    async def recent_queries(self, limit: int) -> list[str]:
        """Return what was asked in all sessions, newest first, each text once."""
        past = await self.past.queries(limit, 0.0, self._clock.wall_s() + 86_400)
        return list(dict.fromkeys(row.text for row in past))

    def complete(self, text: str) -> list[str]:
        """Return prompts that begin like this: exact commands, and questions in words."""
        known = [*(f":{name}" for name in commands.COMMANDS), *SAID.values()]
        return [entry for entry in known if entry.startswith(text) and entry != text]


def _tool(given: Mapping[str, Tool], name: str) -> Tool:
    """Return a tool that was handed in, or else one of our own.

    Raises:
        KeyError: no tool has this name.
    """
    return given.get(name) or lookup(name)


def _default_agents() -> int:
    from engine.probes.processor import performance_cores

    return performance_cores() or 8


def _mlx_bytes() -> int | str:
    memory = mlx_memory()
    return memory.active_bytes if isinstance(memory, MlxMemory) else memory.reason
