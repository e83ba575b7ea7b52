"""The user's book as every tool of the desk reads it, and how a tool fails of bad data."""

from dataclasses import replace
from datetime import UTC, datetime

from engine.agents.tool import Call, Refused, ToolError, Unavailable
from engine.market.columns import Topic
from engine.market.last_good import FOLDER, LastGood, said
from engine.market.reading.errors import (
    BadRows,
    ColumnMissing,
    MarketDataError,
    SourceMalformed,
    SourceMissing,
    SourceRefused,
    SourceUntried,
)
from engine.market.reading.reading import Reading, load
from engine.market.settings import Absent, Sources, sources


async def read(
    call: Call, *needs: Topic, ticker: str | None = None, trades: bool = False
) -> tuple[Reading, Sources]:
    """Read the user's book; where a database can't be read, the rows that were good last.

    Those rows are said to be old in `call.poorer`.

    Args:
        needs: tables of which one must be there; none named: positions.
        ticker: whose prices a table without symbols holds, if neither settings nor query say;
            None: the query isn't asked.
        trades: whether to read the table of trades, too.

    Raises:
        Unavailable: none of the tables that it `needs` is here; Refused: the files hold what can't
        be; ToolError: they can't be read now.
    """
    services = call.services
    today = datetime.fromtimestamp(services.clock.wall_s(), UTC).astimezone().date()
    needs = needs or ("positions",)
    try:
        where = sources(services.settings, services.project, today, needs=needs)
        if isinstance(where, Absent):
            raise Unavailable(where.reason, where.remedy)
        if ticker is not None:
            named = call.text("ticker").strip().upper()
            where = replace(where, ticker=where.ticker or named or ticker, asked=named)
        call.progress(f"reading {needs[0]} and market data", None, None)
        kept = LastGood(services.store / FOLDER, services.project, services.clock.wall_s)
        reading = await load(
            services.pool, where, trades=trades, last_good=kept, untried=call.untried
        )
    except MarketDataError as error:
        raise failure(error) from error
    call.poorer.update(said(reading.stale, services.clock.wall_s()))
    return reading, where


def failure(error: MarketDataError) -> ToolError:
    """Return how a tool fails of bad data: only what a retry may cure speaks against the market."""
    if isinstance(error, SourceMissing | SourceUntried):
        return Unavailable(str(error), error.remedy)
    if isinstance(error, BadRows | ColumnMissing | SourceMalformed | SourceRefused):
        return Refused(str(error), error.remedy)
    return ToolError(str(error), error.remedy)
