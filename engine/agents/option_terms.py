"""The terms of an option, read from words: "put 20 spot 22 vol 55% 35 days r 4.5%".

A number belongs to the label beside it, before or after: "spot 22" and "22 spot" are the same. All
labels take their numbers together, in the way that serves most of them; where two ways serve as
many, and differ, nothing is guessed. What is missing stays None for the caller to refuse or assume.

    words ──► tokens: labels, numbers, the rest ──► who takes what ──► terms
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from engine.agents.pattern import Pattern

_UNITS = {
    "days": r"calendar\s+days?|days?(?:\s+to\s+expir\w+)?|dte",
    "weeks": r"weeks?|wks?",
    "months": r"months?|mos?",
    "years": r"years?|yrs?",
}
_DAYS = {"days": 1.0, "weeks": 7.0, "months": 365 / 12, "years": 365.0, "tau": 365.0}
_UNIT_OF = {"d": "days", "w": "weeks", "m": "months", "y": "years"}  # by its first letter
_UNIT = "|".join([*_UNITS.values(), *_UNIT_OF])
# A letter, or a name that says little, is a label only with its number right behind it.
_THEN_NUMBER = r"(?=\s*[=:]\s*[-+$]?\.?\d|\s[-+$]?\.?\d)"
_THEN_PRICE = r"(?=\s*(?:=|:|@|at|is(?:\s+at)?)\s*\$?\d)"
_THEN_YEARS = rf"(?=\s*(?:=|:|of|is)?\s*[\d.]+(?![\d.])(?!\s*-?\s*(?:{_UNIT})\b))"
_LABELS = {
    "strike": rf"strike(?:\s+price)?|struck|exercise\s+price|k{_THEN_NUMBER}",
    "spot": rf"spot(?:\s+price)?|s{_THEN_NUMBER}",
    "stock": rf"(?:stock|shares?|underlying)(?:\s+price)?|trading|trades|quoted|(?:unity|u){_THEN_PRICE}",
    "volatility": r"(?:implied\s+|annual\s+)?(?:volatility|vols?|iv|sigma|σ)",
    "rate": rf"risk[\s-]*free(?:\s+(?:interest\s+)?rate)?|interest(?:\s+rate)?|rates?|r{_THEN_NUMBER}",
    "dividend_yield": rf"dividends?(?:\s+yield)?|div(?:\s+yield)?|yield|q{_THEN_NUMBER}",
    "tau": rf"(?:maturity|tau|t){_THEN_YEARS}",
    "kind": r"puts?|calls?",
    **_UNITS,
}
_TOKEN = Pattern(
    rf"(?<![\w'’])(?:{'|'.join(f'(?P<{name}>{words})' for name, words in _LABELS.items())})(?![^\W\d]|['’])"
    r"|(?P<number>(?:(?<![\w.%)])[-+])?\$?(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+))"
    r"(?:\s*(?P<percent>%|percent\b|pct\b)|\$|(?P<right>[pc])\b"
    r"|(?:-?(?P<glued>dte|days?|wks?|weeks?|mos?|months?|yrs?|years?|[dwmy])|\s(?P<spaced>[dwmy]))\b(?!/))?"
    r"(?!\w|[.,]\d|-\d)"
    r"|(?P<equals>[=:])|(?P<link>[@~]|\b(?:of|is|at|to|was|with|price|now|about|around)\b)"
    r"|(?P<dash>-)|(?P<rest>[^\W\d][\w'’]*|\d[\w.,%-]*|\S)"
)
# What stands for the same term; a label that isn't here takes numbers for itself.
_TERMS = {"stock": "spot", "kind": "strike", "tau": "days", **dict.fromkeys(_UNITS, "days")}
_ONLY_BEFORE_ITS_NUMBER = frozenset({"stock", "tau"})
_PRICES = frozenset({"strike", "spot"})
_SHARES = frozenset({"volatility", "rate", "dividend_yield"})
_TIME = frozenset({"days"})
_MOST_LABELS = 10

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MONTH = rf"(?P<name>{'|'.join(_MONTHS)})[a-z]*\.?"
_DATES = tuple(
    Pattern(pattern)
    for pattern in (
        r"(?<![\w.-])(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})(?![\w-])",
        rf"\b{_MONTH}\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s+(?P<y>20\d\d))?(?![\w.%])",
        rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s+{_MONTH}(?:,?\s+(?P<y>20\d\d))?(?![\w.%])",
    )
)
# "12/18/2026", and "20 dec 18": the 20th or the 18th?
_TWO_WAYS = Pattern(
    r"(?<![\w.])(?:\d{1,4}/\d{1,2}(?:/\d{1,4})?(?![\w.])|"
    rf"(?:[12]?\d|3[01])(?:st|nd|rd|th)?\s+{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?(?![\w.%]))"
)

# Beyond these nobody trades: a slip of the keyboard, or a number that belongs elsewhere.
_BOUNDS = {
    "strike": (1e-4, 1e7),
    "spot": (1e-4, 1e7),
    "volatility": (0.0, 20.0),
    "rate": (-1.0, 2.0),
    "dividend_yield": (-1.0, 2.0),
    "days": (0.0, 36525.0),
}
# From here on a number without a percent sign is read as per cent; from there on that is said.
_AS_PERCENT = {"volatility": (3.0, 1.0), "rate": (0.5, 0.2), "dividend_yield": (0.5, 0.2)}


@dataclass(frozen=True, slots=True)
class Terms:
    """What was said of an option; rates and volatility as fractions a year, time in days."""

    kind: str | None = None
    strike: float | None = None
    spot: float | None = None
    volatility: float | None = None
    days: float | None = None
    rate: float | None = None
    dividend_yield: float | None = None
    readings: tuple[str, ...] = ()  # how what was ambiguous has been read

    def missing(self) -> list[str]:
        """Name what a price can't do without."""
        needed = {
            "strike": self.strike,
            "spot (the stock's price)": self.spot,
            "volatility": self.volatility,
            "time to expiry": self.days,
        }
        return [name for name, value in needed.items() if value is None]


What = Literal["label", "number", "equals", "link", "dash", "rest"]
_JOINTS: dict[str, What] = {"equals": "equals", "link": "link", "dash": "dash"}


class _Token(NamedTuple):
    """A label with its name, a number with its value, or what joins or parts them.

    `only`: the terms that the number can be for, as "%", "$", "35d" and "20p" say; empty: any.
    """

    what: What
    text: str
    name: str = ""
    value: float = 0.0
    percent: bool = False
    only: frozenset[str] = frozenset()

    @property
    def term(self) -> str:
        return _TERMS.get(self.name, self.name)


Taken = dict[int, int]  # a label's place: its number's place


def read(text: str, today: date) -> Terms:
    """Read the terms.

    Raises:
        ValueError: the expiry is no date or lies in the past, a number is out of bounds, or it
            can't be told which number is meant.
    """
    line = re.sub(r"\s+", " ", text.lower().replace("−", "-"))
    expiries, line = _expiries(line, today)
    tokens = list(_tokens(line))
    taken = _taken(tokens)
    said: dict[str, list[float]] = {"days": expiries}
    readings: list[str] = []
    for label, number in taken.items():
        value = _value(tokens[label], tokens[number], readings)
        said.setdefault(tokens[label].term, []).append(value)
    values = {term: _agreed(term, found) for term, found in said.items() if found}
    spare = [t.text for place, t in enumerate(tokens) if _unused(t) and place not in taken.values()]
    readings += [f"{number} is not used: it stands beside no term" for number in spare]
    return Terms(kind=_kind(tokens), readings=tuple(readings), **values)


def _kind(tokens: list[_Token]) -> str | None:
    """Return put or call; None where neither is said, or both."""
    kinds = {token.text.removesuffix("s") for token in tokens if token.name == "kind"}
    return {"p": "put", "c": "call"}.get(kind := kinds.pop(), kind) if len(kinds) == 1 else None


def _unused(token: _Token) -> bool:
    return token.what == "number" or (token.what == "rest" and token.text[0].isdigit())


# ── time ─────────────────────────────────────────────────────────────────────────────────────────


def _expiries(line: str, today: date) -> tuple[list[float], str]:
    """Return the days to each date in the line, and the line without them."""
    if match := _TWO_WAYS.search(line):
        raise ValueError(f"{match.group(0)} can be read in two ways; write a date as 2026-01-16")
    expiries = []
    for pattern in _DATES:
        while match := pattern.search(line):
            expiries.append(_days_to(match, today))
            line = f"{line[: match.start()]} ; {line[match.end() :]}"
    return expiries, line


def _days_to(match: re.Match[str], today: date) -> float:
    parts = match.groupdict()
    month = _MONTHS.index(parts["name"]) + 1 if "name" in parts else int(parts["m"])
    year, day = int(parts["y"] or today.year), int(parts["d"])
    try:
        expiry = date(year, month, day)
        if not parts["y"] and expiry < today:
            expiry = date(year + 1, month, day)
    except ValueError as error:
        raise ValueError(f"there is no day {match.group(0).strip()}") from error
    if expiry < today:
        raise ValueError(f"the expiry {expiry} is in the past (valued on {today})")
    return float((expiry - today).days)


# ── tokens ───────────────────────────────────────────────────────────────────────────────────────


def _tokens(line: str) -> Iterator[_Token]:
    for match in _TOKEN.finditer(line):
        text, what = match.group(0).strip(), match.lastgroup
        if match["number"]:
            yield from _number(match)
        elif what in _LABELS:
            yield _Token("label", text, what)
        else:
            yield _Token(_JOINTS.get(what or "", "rest"), text)


def _number(match: re.Match[str]) -> Iterator[_Token]:
    """Yield the number; "35d" and "20p" bring their label with them."""
    text = match.group(0)
    value = float(re.sub(r"[$,\s]", "", match["number"]))
    if unit := match["glued"] or match["spaced"]:
        yield _Token("number", text, value=value, only=_TIME)
        yield _Token("label", unit, _UNIT_OF[unit[0]])
    elif match["right"]:
        yield _Token("number", text, value=value, only=_PRICES)
        yield _Token("label", match["right"], "kind")
    elif match["percent"]:
        yield _Token("number", text, value=value, percent=True, only=_SHARES)
    else:
        yield _Token("number", text, value=value, only=_PRICES if "$" in text else frozenset())


# ── who takes what ───────────────────────────────────────────────────────────────────────────────


def _taken(tokens: list[_Token]) -> Taken:
    """Give the labels their numbers, so that most labels have one and most numbers are used."""
    wishes = {place: _beside(tokens, place) for place, t in enumerate(tokens) if t.what == "label"}
    asking = [place for place, numbers in wishes.items() if numbers]
    if len(asking) > _MOST_LABELS:
        raise ValueError("there are too many terms at once; ask for one option")
    best: list[Taken] = [{}]
    most = (0, 0)
    for taken in _ways(asking, wishes, {}):
        labels = [tokens[label].name for label in taken]
        if "strike" in labels and "kind" in labels:
            continue
        served = (sum(name != "kind" for name in labels), len(labels))
        if served > most:
            best, most = [], served
        if served == most:
            best.append(taken)
    for other in best[1:]:
        for label in {**best[0], **other}:
            ways = [tokens[taken[label]] for taken in (best[0], other) if label in taken]
            if len({number.value for number in ways}) > 1 or len(ways) < 2:
                found = " or ".join(number.text for number in ways)
                term = tokens[label].term.replace("_", " ")
                raise ValueError(f"it can't be told which number is the {term}: {found}?")
    return best[0]


def _ways(asking: list[int], wishes: dict[int, list[int]], taken: Taken) -> Iterator[Taken]:
    """Yield every way in which the labels can take numbers, each number once."""
    if not asking:
        yield taken
        return
    label, *others = asking
    yield from _ways(others, wishes, taken)
    for number in wishes[label]:
        if number not in taken.values():
            yield from _ways(others, wishes, {**taken, label: number})


def _beside(tokens: list[_Token], label: int) -> list[int]:
    """Return the places of the numbers that the label could take: before it, and after it."""
    after = label + 1
    while after < len(tokens) and tokens[after].what in ("link", "equals"):
        after += 1
    before = label - 1
    if before > 0 and tokens[before].what == "dash":
        before -= 1
    exact = label + 1 < len(tokens) and tokens[label + 1].what == "equals"
    places = [after] if exact or tokens[label].name in _ONLY_BEFORE_ITS_NUMBER else [before, after]
    return [p for p in places if 0 <= p < len(tokens) and _fits(tokens[label], tokens[p])]


def _fits(label: _Token, number: _Token) -> bool:
    return number.what == "number" and (not number.only or label.term in number.only)


# ── values ───────────────────────────────────────────────────────────────────────────────────────


def _value(label: _Token, number: _Token, readings: list[str]) -> float:
    """Return the number in the term's own unit, and note how it was read where that isn't plain."""
    term, value = label.term, number.value
    name = term.replace("_", " ")
    if term == "days":
        days = value * _DAYS[label.name]
        if label.name == "months":
            readings.append(f"{_months(label, number)} read as {days:.1f} days (365/12 a month)")
        return days
    if number.percent:
        return value / 100
    if term in _AS_PERCENT:
        percent, said = _AS_PERCENT[term]
        if abs(value) > percent:
            readings.append(f"{name} {value:g} read as {value:g} %")
            return value / 100
        if abs(value) >= said:
            readings.append(f"{name} {value:g} read as {100 * value:g} %")
    if label.name == "stock" and label.text in ("u", "unity"):
        readings.append(f"{value:g} read as the spot")
    return value


def _months(label: _Token, number: _Token) -> str:
    return number.text if number.text.endswith(label.text) else f"{number.text} {label.text}"


def _agreed(term: str, values: list[float]) -> float:
    name = "time to expiry" if term == "days" else term.replace("_", " ")
    if len(set(values)) > 1:
        raise ValueError(f"there are two values for the {name}: {values[0]:g} and {values[1]:g}")
    value, (least, most) = values[0], _BOUNDS[term]
    if not least <= value <= most:
        unit = " days" if term == "days" else ""
        shown = f"{value:.6g}" if term in ("strike", "spot", "days") else f"{value:.6g} a year"
        bounds = f"above 0 and at most {most:,.0f}" if least > 0 else f"from {least:g} to {most:g}"
        raise ValueError(f"the {name} must be {bounds}{unit}, found {shown}")
    return value
