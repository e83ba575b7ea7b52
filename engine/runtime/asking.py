"""From a question to its answer: understood, planned, worked on, stood in for, and concluded."""

from typing import Final

import anyio
from anyio.lowlevel import checkpoint

from engine.agents import planner, router, serving
from engine.agents.answer import Cut, compose, failed_plan
from engine.agents.executor import Executor, Run
from engine.agents.vocabulary import SAID
from engine.breaker.board import Board
from engine.bus import Bus
from engine.clock import Clock
from engine.events import QueryAsked, QueryPlanned
from engine.evidence import Answer, Plan, Understanding
from engine.runtime.corpus_view import CorpusView
from engine.runtime.fallback import Fallback
from engine.runtime.query_text import checked
from engine.runtime.recorder import Recorder

_WAIT_S: Final = 0.005


class Asking:
    """Answers the queries of one session; each ends with exactly one terminal event.

    `reserve` works on what looks at this program while the agents are in trouble.
    """

    def __init__(
        self,
        *,
        bus: Bus,
        board: Board,
        clock: Clock,
        corpus: CorpusView,
        executor: Executor,
        reserve: Executor,
        fallback: Fallback,
        recorder: Recorder,
    ) -> None:
        self.asked = 0
        self._bus, self._board, self._clock, self._corpus = bus, board, clock, corpus
        self._executor, self._reserve = executor, reserve
        self._fallback, self._recorder = fallback, recorder
        self._running: dict[str, tuple[anyio.CancelScope, list[Cut]]] = {}

    def next_query(self) -> str:
        """Return the id of a query that is about to be asked."""
        self.asked += 1
        return f"q{self.asked}"

    async def answer(self, query: str, text: str, timeout_s: float | None) -> Answer:
        """Answer one checked text. Whatever fails on the way is in the answer, not raised."""
        asked_s = self._clock.monotonic_s()
        self._bus.publish(QueryAsked(query=query, text=text))
        understanding = Understanding(text, SAID["unknown"], "unknown", {}, 0.0)
        run = Run(query, Plan(()), asked_s)
        cuts: list[Cut] = []
        try:
            with anyio.move_on_after(timeout_s) as scope:
                self._running[query] = (scope, cuts)
                await checkpoint()
                understanding, full = await self._plan(text)
                await self._serve(run, understanding, full)
            if scope.cancelled_caught and not cuts:
                cuts.append("timed_out")
        except anyio.get_cancelled_exc_class():
            # The caller itself is being cancelled: the query's end is still published and kept.
            with anyio.CancelScope(shield=True):
                await self._conclude(run, understanding, "cancelled")
            raise
        except Exception as error:
            # A boundary: what fails outside of the tools is this query's failure, not the engine's.
            run.plan, run.outcomes = failed_plan(error, run)
        return await self._conclude(run, understanding, cuts[0] if cuts else None)

    async def explain(self, text: str) -> tuple[Understanding, Plan]:
        """Return how a query is understood and its plan, without running it.

        Raises:
            BadQuery: the text is no question as it stands.
        """
        understanding, plan = await self._plan(checked(text))
        return understanding, serving.adapted(plan, self._out_of_use())

    def cancel(self, query: str) -> bool:
        """Cancel a running query, which still gets its answer; False where it isn't running."""
        if query not in self._running:
            return False
        scope, cuts = self._running[query]
        cuts.append("cancelled")
        scope.cancel()
        return True

    def cancel_all(self) -> None:
        """Cancel every running query."""
        for query in list(self._running):
            self.cancel(query)

    async def ended(self) -> None:
        """Wait until no query runs any more."""
        while self._running:  # noqa: ASYNC110 - some end in their callers' tasks, not in ours
            await anyio.sleep(_WAIT_S)

    async def _plan(self, text: str) -> tuple[Understanding, Plan]:
        parts = await router.understand(text, self._corpus.locate)
        return planner.joined(text, parts), planner.plan(parts)

    async def _serve(self, run: Run, understanding: Understanding, full: Plan) -> None:
        """Work on the plan as far as what it needs is there, and stand in for the rest."""
        out = self._out_of_use()
        run.plan = serving.adapted(full, out)
        tasks = run.plan.tasks
        self._bus.publish(QueryPlanned(query=run.query, understanding=understanding, tasks=tasks))
        await checkpoint()  # many queries at once plan in turns, not in one piece
        await (self._reserve if "agents" in out else self._executor).execute(run)
        out = self._out_of_use()  # it may have failed meanwhile, and because of this
        if out and serving.is_unserved(run, out):
            await self._fallback.stand_in(run, full, understanding, out)

    def _out_of_use(self) -> dict[str, serving.Lack]:
        board = self._board
        return serving.out_of_use(board.states(), serving.causes(board.rows()), board.standing)

    async def _conclude(self, run: Run, understanding: Understanding, cut: Cut | None) -> Answer:
        elapsed_ms = round((self._clock.monotonic_s() - run.asked_s) * 1000, 3)
        answer = compose(understanding, run, self._board.standing.level, elapsed_ms, cut)
        with anyio.CancelScope(shield=True):
            answer = await self._recorder.conclude(run.query, answer)
        self._fallback.remember(run.plan, answer)
        self._running.pop(run.query, None)
        return answer
