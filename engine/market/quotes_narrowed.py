"""The rows of a table of quotes that matter, chosen inside DuckDB: a chain may have millions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from engine.market.book import Source
from engine.market.reading.errors import MarketDataError
from engine.market.reading.tables import ROW, Record, Table

_KEY: Final = ("symbol", "underlying", "kind", "strike", "expiry")
MOST: Final = 200_000
"""Contracts of one underlying; more than any chain has."""

_PRICES: Final = ("bid", "ask", "last", "volatility")
_FIELDS: Final = (
    "symbol underlying kind strike expiry multiplier bid ask last volatility open_interest volume "
    "moment"
).split()


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Rows about some tickers, of each contract the newest.

    Attributes:
        rivals: those beside which a row of the same moment tells other prices.
        unknown: rows whose moment can't be read: nobody knows whether they are newest.
        later: rows after the day of valuation, counted only where no other is left.
    """

    records: tuple[Record, ...]
    rivals: tuple[Record, ...]
    unknown: int
    later: int


def narrowed(table: Table, tickers: Sequence[str], as_of: date) -> Narrowed:
    """Return the rows about the tickers, none after `as_of`.

    Raises:
        MarketDataError: the table can't be read, or holds too many contracts.
    """
    fields = [field for field in _FIELDS if field in table.fields]
    cells = [table.fields[field] for field in fields]
    where, parameters = _about(table, tickers)
    about = where
    if "moment" not in table.fields:
        chosen, rest = [ROW, "0", "false", *cells], ""
    else:
        chosen, rest = _newest(table, fields, cells)
        moment = _moment(table.fields["moment"])
        end = (as_of + timedelta(days=1)).isoformat()
        where += f" AND ({moment} < TIMESTAMP '{end}' OR {moment} IS NULL)"
    sql = f"SELECT {', '.join(chosen)} FROM {table.numbered} WHERE {where}{rest} LIMIT {MOST + 1}"
    rows = table.run(sql, (*table.parameters, *parameters))
    if len(rows) > MOST:
        raise MarketDataError(
            f"{table.name} has more than {MOST} quotes of {', '.join(tickers)}",
            "quotes of several moments need a column that tells the moment",
        )
    known = [(_record(table, fields, row), bool(row[2])) for row in rows if row[0] is not None]
    return Narrowed(
        tuple(record for record, _ in known),
        tuple(record for record, rival in known if rival),
        sum(row[1] for row in rows if isinstance(row[1], int)),
        _count(table, about, parameters) if not rows and "moment" in table.fields else 0,
    )


def _count(table: Table, where: str, parameters: Sequence[str]) -> int:
    sql = f"SELECT count(*) FROM {table.relation} WHERE {where}"
    found = table.run(sql, (*table.parameters, *parameters))[0][0]
    return found if isinstance(found, int) else 0


def _newest(table: Table, fields: Sequence[str], cells: Sequence[str]) -> tuple[list[str], str]:
    """Return what to select of each contract's newest row, and how rows are put together."""
    moment = _moment(table.fields["moment"])
    key = [table.fields[field] for field in fields if field in _KEY]
    newest = [cell if cell in key else f"arg_max({cell}, {moment})" for cell in cells]
    unread = f"count(*) FILTER (WHERE {moment} IS NULL)"
    said = [f"CAST({table.fields[one]} AS VARCHAR)" for one in _PRICES if one in table.fields]
    rivals = (
        f"max({moment}, 2)[1] = max({moment}, 2)[2] AND "
        f"len(list_distinct(arg_max(concat_ws(' ', {', '.join(said)}), {moment}, 2))) > 1"
    )
    chosen = [f"arg_max({ROW}, {moment})", unread, f"coalesce({rivals}, false)", *newest]
    return chosen, f" GROUP BY {', '.join(key)}"


def _record(table: Table, fields: Sequence[str], row: tuple[object, ...]) -> Record:
    place = row[0] if isinstance(row[0], int) else None
    return Record(dict(zip(fields, row[3:], strict=True)), Source(table.name, place))


def _moment(column: str) -> str:
    text = f"CAST({column} AS VARCHAR)"
    written = "['%m/%d/%Y %H:%M:%S', '%m/%d/%Y %H:%M', '%m/%d/%Y', '%Y%m%d']"
    return f"coalesce(TRY_CAST({text} AS TIMESTAMP), try_strptime({text}, {written}))"


def _about(table: Table, tickers: Sequence[str]) -> tuple[str, list[str]]:
    """Return the condition that a row is about one of the tickers.

    Where a symbol may be an option's, its root is what stands before the first digit.
    """
    names = [ticker.upper() for ticker in tickers]
    column = f"CAST({table.fields.get('underlying', table.fields['symbol'])} AS VARCHAR)"
    root = rf"regexp_extract(upper({column}), '^\s*(?:O:|[-.])?([A-Z./]+)', 1)"
    marks = ", ".join("?" for _ in names)
    if "underlying" in table.fields or {"strike", "expiry"} <= set(table.fields):
        # Mostly a plain symbol, which is cheaper to compare; a long one is an option's.
        plain = f"upper(trim({column})) IN ({marks})"
        return f"({plain} OR (length({column}) > 8 AND {root} IN ({marks})))", names * 2
    return f"{root} IN ({marks})", names
