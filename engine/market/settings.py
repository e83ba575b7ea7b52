"""Where the user's market data is: as bolt.toml says, or else where wheel projects keep it.

A project's own bolt.toml is data of whoever wrote the project: it may name only files inside of it.
The user's own settings, a flag or a variable may name any file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

from engine.config import Loaded
from engine.config.loading import PROJECT_FILE
from engine.market.columns import Topic, unknown_fields
from engine.market.reading.cells import BadCell, day
from engine.market.reading.errors import ColumnMissing, MarketDataError, SourceRefused
from engine.market.reading.tables import DATABASES, Place
from engine.market.usual_places import USUAL

TOPICS: Final[tuple[Topic, ...]] = (
    "positions",
    "quotes",
    "prices",
    "dividends",
    "trades",
)


@dataclass(frozen=True, slots=True)
class Sources:
    """Where each table is, None where there is none, and what is known beside them.

    Attributes:
        ticker: whose a table without symbols is; asked: another stock that a question names.
        assumed: of which topics the place is a usual one that no setting names.
        rate, dividend_yield: per year, continuous; None where not set.
    """

    places: Mapping[Topic, Place | None]
    as_of: date
    columns: Mapping[str, str] = field(default_factory=dict)
    ticker: str = ""
    asked: str = ""
    rate: float | None = None
    dividend_yield: float | None = None
    account_value: float | None = None
    volatility_days: int = 60
    example: bool = False
    assumed: tuple[Topic, ...] = ()


@dataclass(frozen=True, slots=True)
class Absent:
    """There is no book here: why, and what would make one."""

    reason: str
    remedy: str


def sources(
    loaded: Loaded, project: Path, today: date, *, needs: Sequence[Topic] = ("positions",)
) -> Sources | Absent:
    """Return where the market data is, or Absent: none of the tables it `needs` is named or found.

    Raises:
        SourceRefused: the project's own file names something outside of the project.
        ColumnMissing: the mapping names a field that no table has.
        MarketDataError: the day to value at is none.
    """
    market, pricing = loaded.config.market, loaded.config.pricing
    if unknown := unknown_fields(market.columns):
        raise ColumnMissing(
            f"[market] columns names {', '.join(unknown)}, which no table has",
            "fields are such as quantity, or positions.quantity",
        )
    places: dict[Topic, Place | None] = {}
    assumed: list[Topic] = []
    for topic in TOPICS:
        place = _named(loaded, project, topic)
        if place is None and (place := _usual(project, topic)) is not None:
            assumed.append(topic)
        places[topic] = place
    # Where there are no positions, what trades leave open are positions.
    enough = {*needs, "trades"} if "positions" in needs else set(needs)
    if all(places[topic] is None for topic in TOPICS if topic in enough):
        return absent(*needs)
    return Sources(
        places=places,
        as_of=_as_of(market.as_of, today),
        columns=market.columns,
        ticker=market.ticker.strip().upper(),
        rate=pricing.rate,
        dividend_yield=pricing.dividend_yield,
        account_value=market.account_value,
        volatility_days=market.volatility_days,
        example=market.example,
        assumed=tuple(assumed),
    )


def absent(*topics: Topic) -> Absent:
    """Return why there is none of these tables, and the remedy."""
    named = " and no ".join(topics)
    settings = ", ".join(f"[market] {topic}" for topic in topics)
    usual = ", ".join(text for topic in topics for text in USUAL[topic])
    unset = "is not set" if len(topics) == 1 else "are not set"
    return Absent(
        f"this project has no {named}: {settings} {unset}, and there is none of {usual}",
        f'set [market] {topics[0]} = "{topics[0]}.csv" in bolt.toml, '
        "or try `bolt-tui example FOLDER`",
    )


def place(text: str, folder: Path) -> Place:
    """Return where `text` points: `file`, or `file.duckdb:schema.table`."""
    file, colon, table = text.rpartition(":")
    named = bool(colon) and file.lower().endswith(DATABASES)
    path = Path(file if named else text).expanduser()
    return Place(folder / path, table if named else None, text)


def _named(loaded: Loaded, project: Path, topic: Topic) -> Place | None:
    text: str = getattr(loaded.config.market, topic)
    if not text.strip():
        return None
    found = place(text.strip(), project)
    origin = loaded.origins[f"market.{topic}"]
    if origin.place == str(project / PROJECT_FILE) and not _inside(found.path, project):
        raise SourceRefused(
            f"{origin}: market.{topic} names {text}, which is outside of the project",
            "name it in your own settings: a project may name only its own files",
        )
    return found


def _inside(path: Path, project: Path) -> bool:
    return path.resolve().is_relative_to(project.resolve())


def _usual(project: Path, topic: Topic) -> Place | None:
    for text in USUAL[topic]:
        found = place(text, project)
        if found.path.is_file() and _inside(found.path, project):
            return found
    return None


def _as_of(text: str, today: date) -> date:
    if not text.strip():
        return today
    try:
        return day(text.strip())
    except BadCell as error:
        raise MarketDataError(f'[market] as_of is "{text}", expected {error}') from error
