"""The desk that the wheel's answers are composed at: the book, the parameters, what was assumed."""

import os
from collections.abc import Callable
from dataclasses import dataclass

import anyio

from engine.agents.tool import Call, Refused
from engine.agents.tools.book_reading import read
from engine.evidence import Evidence, Section, counted
from engine.market.account import Account
from engine.market.book import Book
from engine.market.columns import Topic
from engine.market.parameters import ParameterError, Sourced
from engine.market.parameters_file import load

_EXAMPLE = "an EXAMPLE book: every figure of it is invented"


@dataclass(frozen=True, slots=True)
class Desk:
    """A book that was read, and what its user wants done with it."""

    book: Book
    sourced: Sourced
    ticker: str
    volatility_days: int
    account_value: float | None
    account: Account | None = None

    @property
    def assumptions(self) -> tuple[str, ...]:
        example = (_EXAMPLE,) if self.book.example else ()
        unused = self.sourced.unused_keys
        said = (
            (f"{counted(unused, 'key')} of the parameters without a meaning here",)
            if unused
            else ()
        )
        return (*example, *self.book.notes, *self.sourced.notes, *said)

    def evidence(
        self,
        verdict: str,
        sections: list[Section],
        said: tuple[str, ...] = (),
        *,
        found: bool = True,
    ) -> Evidence:
        return Evidence(
            f"{_EXAMPLE}; {verdict}" if self.book.example else verdict,
            tuple(sections),
            found=found,
            weight=3,
            lacks="; ".join(self.book.lacks) or None,
            assumptions=(*self.assumptions, *said),
        )


async def work(
    call: Call, compose: Callable[[Desk], Evidence], *needs: Topic, trades: bool = False
) -> Evidence:
    """Read the book and have an answer composed of it in a thread.

    Args:
        needs, trades: as of `book_reading.read`.

    Raises:
        Refused: the data or the parameters can't be, or leave the question open; Unavailable,
        ToolError: as `book_reading.read`.
    """
    try:
        sourced = await anyio.to_thread.run_sync(load, call.services.project, os.environ)
    except ParameterError as error:
        raise Refused(str(error), "correct it in that file") from error
    # Without positions, only a ticker tells whose prices a table without symbols holds.
    ticker = sourced.parameters.ticker if "prices" in needs else None
    reading, where = await read(call, *needs, ticker=ticker, trades=trades)
    named = call.text("ticker") or call.services.settings.config.market.ticker
    desk = Desk(
        reading.book, sourced, named, where.volatility_days, where.account_value, reading.account
    )
    call.progress("looking at the wheel", None, None)
    # NumPy is imported and computes in the thread; single options hold the interpreter for 1 ms.
    return await anyio.to_thread.run_sync(_refusing, desk, compose)


def _refusing(desk: Desk, compose: Callable[[Desk], Evidence]) -> Evidence:
    from engine.market.risk.market import MixedCurrencies
    from engine.market.wheel.book import NoStock

    try:
        return compose(desk)
    except MixedCurrencies as error:
        raise Refused(str(error), error.remedy) from error
    except NoStock as error:
        raise Refused(str(error), "name a ticker that the book or its prices have") from error
    except ValueError as error:
        raise Refused(str(error), "correct or complete the tables that [market] names") from error
