"""Which column of a table means what: by the names that brokers and databases use, or by mapping.

Names are compared without case, spaces and signs: `Open Interest`, `open_interest` and
`OpenInterest` are one. A name that fits two columns of the table is refused, never picked; the
mapping in bolt.toml (`[market] columns = { "positions.quantity" = "Qty" }`) overrides.
"""

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Final, Literal

from engine.market.reading.errors import ColumnMissing

Topic = Literal["positions", "quotes", "prices", "dividends", "trades"]
Columns = Mapping[str, str]

_CONTRACT: Final = {
    "symbol": "symbol ticker instrument contractsymbol optionsymbol occsymbol root "
    "underlyingsymbol",
    "underlying": "underlying underlyingsymbol underlyingticker rootsymbol underlier",
    "kind": "optiontype putcall callput cp pc right type kind optionright",
    "strike": "strike strikeprice exerciseprice",
    "expiry": "expiry expiration expirationdate expirydate expdate maturity maturitydate",
    "multiplier": "multiplier contractmultiplier sharespercontract",
}
USUAL: Final[Mapping[Topic, Mapping[str, str]]] = {
    "positions": {
        **_CONTRACT,
        "quantity": "quantity qty qtyquantity position contracts shares size amountheld",
        "side": "side longshort positiontype direction action buysell openaction",
        "price": "entryprice avgprice averageprice pricepaid purchaseprice tradeprice openprice "
        "averagecostbasis avgcostshare costpershare costshare avgentryprice averageentryprice "
        "tradepricepershare",
        "cost": "costbasis totalcost costbasistotal totalcostbasis costbasistotalcost",
        "opened": "entrydate opened opendate dateopened dateacquired acquired tradedate "
        "purchasedate",
        "currency": "currency ccy currencyprimary",
        "status": "status state",
        "id": "positionid id lotid",
    },
    "quotes": {
        **_CONTRACT,
        "bid": "bid bidprice bestbid",
        "ask": "ask askprice offer bestask bestoffer",
        "last": "last lastprice mark close",
        "volatility": "impliedvolatility iv impliedvol volatility impvol markiv",
        "open_interest": "openinterest openint oi",
        "volume": "volume vol",
        "moment": "timestamp quotetime quotedate asof datadate datetime date time tradedate",
    },
    "prices": {
        "symbol": "symbol ticker instrument",
        "day": "date day tradedate timestamp datetime time",
        "close": "close closingprice closeprice closelast last adjclose price",
        "open": "open openprice openingprice",
        "high": "high highprice",
        "low": "low lowprice",
        "volume": "volume vol",
    },
    "dividends": {
        "symbol": "symbol ticker instrument",
        "ex_date": "exdate exdividenddate exdivdate date exdivdateexdate",
        "amount": "amount dividend dividends cash cashamount dividendamount rate",
    },
    "trades": {
        **_CONTRACT,
        "day": "date tradedate transactiondate activitydate rundate day datetime executiontime "
        "executedat executed exectime timestamp time",
        "action": "action transcode transactiontype transaction activitytype activity "
        "tradeaction instruction type buysell side",
        "side": "side buysell subtype openclose positioneffect",
        "code": "notescodes codes code",
        "quantity": "quantity qty filledqty contracts shares size",
        "price": "price tradeprice fillprice avgprice averageprice executionprice tprice",
        "fees": "fees fee feescomm feesandcomm regfees otherfees totalfees",
        "commission": "commission commissions comm commfee ibcommission",
        "amount": "amount netamount totalamount proceeds value total netcash",
        "ratio": "ratio splitratio splitfactor factor",
        "currency": "currency ccy currencyprimary",
        "id": "tradeid transactionid id executionid execid",
        "description": "description securitydescription name",
    },
}
"""Each field's names, squeezed to letters and digits, the likeliest first."""

_TODAY: Final = frozenset("last mark lastprice markprice closeprice currentprice pl gain".split())

NEEDED: Final[Mapping[Topic, Sequence[str]]] = {
    "positions": ("symbol", "quantity"),
    "quotes": ("symbol",),
    "prices": ("day", "close"),
    "dividends": ("ex_date", "amount"),
    "trades": ("day", "action", "symbol"),
}


def squeezed(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def matched(
    topic: Topic, source: str, columns: Sequence[str], mapping: Mapping[str, str]
) -> dict[str, str]:
    """Return which column of the table holds which field; fields without a column are left out.

    Args:
        mapping: field, or `topic.field`, to a column's name as it stands in the table.

    Raises:
        ColumnMissing: a mapped or needed column isn't there, or a field could mean two columns.
    """
    found: dict[str, str] = {}
    for field, usual in USUAL[topic].items():
        told = mapping.get(f"{topic}.{field}", mapping.get(field))
        column = (
            _told(topic, field, told, source, columns)
            if told is not None
            else _usual(field, usual.split(), source, columns, topic)
        )
        if column is not None:
            found[field] = column
    if topic == "positions" and not {"price", "cost"} & found.keys():
        found |= _bare_price(source, columns)
    if found.get("underlying") == found.get("symbol") and "symbol" in found:
        del found["underlying"]
    for field in NEEDED[topic]:
        if field not in found:
            raise _missing(topic, field, source, columns)
    return found


def recognises(topic: Topic, columns: Sequence[str], mapping: Mapping[str, str]) -> bool:
    """Return whether these names can be a header of such a table."""
    try:
        matched(topic, "", columns, mapping)
    except ColumnMissing:
        return False
    return True


def unknown_fields(mapping: Mapping[str, str]) -> list[str]:
    """Return the names in a mapping that mean no field of any table."""
    fields = {field for usual in USUAL.values() for field in usual}
    full = {f"{topic}.{field}" for topic, usual in USUAL.items() for field in usual}
    return [name for name in mapping if name not in fields | full]


def _told(topic: Topic, field: str, told: str, source: str, columns: Sequence[str]) -> str:
    for column in columns:
        if column == told or column.strip().lower() == told.strip().lower():
            return column
    near = get_close_matches(told, columns, n=1, cutoff=0.5)
    hint = f'; did you mean "{near[0]}"?' if near else ""
    raise ColumnMissing(
        f'{source} has no column "{told}", which [market] columns names for {topic}.{field}{hint}',
        f"the columns are: {', '.join(columns)}",
    )


def _usual(
    field: str, names: Sequence[str], source: str, columns: Sequence[str], topic: Topic
) -> str | None:
    by_name: dict[str, list[str]] = {}
    for column in columns:
        by_name.setdefault(squeezed(column), []).append(column)
    for name in names:
        if len(fitting := by_name.get(name, [])) > 1:
            raise ColumnMissing(
                f"{source} has {len(fitting)} columns that mean {field}: {', '.join(fitting)}",
                f'name one: [market] columns = {{ "{topic}.{field}" = "…" }}',
            )
        if fitting:
            return fitting[0]
    return None


def _bare_price(source: str, columns: Sequence[str]) -> dict[str, str]:
    """Return a plain `price` of a list of positions as what was paid.

    Beside a market value it is today's price, as brokers export it, and means nothing here.
    """
    names = [squeezed(column) for column in columns]
    if any("value" in name or "mktval" in name or name in _TODAY for name in names):
        return {}
    column = _usual("price", ["price"], source, columns, "positions")
    return {} if column is None else {"price": column}


def _missing(topic: Topic, field: str, source: str, columns: Sequence[str]) -> ColumnMissing:
    usual = USUAL[topic][field].split()[:5]
    return ColumnMissing(
        f"{source} has no column for {field} (usual names: {', '.join(usual)}); "
        f"its columns are: {', '.join(columns)}",
        f'name it in bolt.toml: [market] columns = {{ "{topic}.{field}" = "…" }}',
    )
