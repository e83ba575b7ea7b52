"""The tables of one reading: each from its file, or of a database the rows that were good last.

Rows that are kept stand in only for a database that can't be read; a table or column that is
missing, or a cell that can't be, is for its owner to correct, and is told.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from engine.market.columns import Topic
from engine.market.last_good import LastGood, Stale
from engine.market.reading.errors import (
    MarketDataError,
    SourceLocked,
    SourceMissing,
    SourceUnreadable,
    SourceUntried,
    TableMissing,
)
from engine.market.reading.tables import DATABASES, Place, Table, opened
from engine.market.settings import Sources
from engine.store.leases.attached import left_open
from engine.store.leases.pool import Execute

T = TypeVar("T")


@dataclass(slots=True)
class Tables:
    """Reads tables one after the other, and keeps account of what wasn't as it should be.

    Attributes:
        last_good: where rows are kept; None: an error is an error.
        untried: why databases are not to be tried now; empty: they are.
        stale: the tables for which kept rows stand in.
        notes: what else is to be known of the files.
    """

    execute: Execute
    sources: Sources
    last_good: LastGood | None = None
    untried: str = ""
    stale: list[Stale] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def of(self, topic: Topic, read: Callable[[Table], T], symbols: Sequence[str] = ()) -> T | None:
        """Return what `read` makes of a table, None where there is none.

        Raises:
            MarketDataError: it can't be read or holds what can't be, and no rows of it are kept.
        """
        where = self.sources.places[topic]
        if where is None:
            return None
        if where.path.suffix.lower() not in DATABASES:
            with opened(self.execute, where, topic, self.sources.columns) as table:
                return read(table)
        try:
            return self._of_database(where, topic, read, symbols)
        except TableMissing:
            raise
        except (SourceLocked, SourceMissing, SourceUnreadable, SourceUntried) as error:
            found = self._kept(where, topic, read, symbols, error)
            if found is None:
                raise
            return found

    def _of_database(
        self, where: Place, topic: Topic, read: Callable[[Table], T], symbols: Sequence[str]
    ) -> T:
        if self.untried:
            raise SourceUntried(self.untried)
        with opened(self.execute, where, topic, self.sources.columns, symbols) as table:
            if left_open(where.path):
                said = (
                    f"{where.path.name}: its last writer died; its .wal was read as far as it goes"
                )
                self.notes += [said] if said not in self.notes else []
            found = read(table)
            if self.last_good is not None:
                self.last_good.keep(self.execute, table, where, topic, symbols)
        return found

    def _kept(
        self,
        where: Place,
        topic: Topic,
        read: Callable[[Table], T],
        symbols: Sequence[str],
        error: MarketDataError,
    ) -> T | None:
        if self.last_good is None:
            return None
        columns = self.sources.columns
        kept = self.last_good.recall(self.execute, where, topic, symbols, columns)
        if kept is None:
            return None
        table, read_s = kept
        found = read(table)
        self.stale.append(Stale(topic, read_s, str(error), error.remedy))
        return found
