"""The numbers of a question to the desk: how long, at which delta, what moves, which past.

"best strikes for 30 delta 35 days"  delta 0.3, days 35
"what if U drops 10%, vol up 20"     spot_move -0.1, volatility_points 20
"backtest puts from 2020 to 2023"    strategy put_write, begin 2020-01-01, end 2023-12-31
"""

import re
from datetime import date

from engine.evidence import Argument

Slots = dict[str, Argument]

_COUNT = {"a": 1.0, "an": 1.0, "one": 1.0, "two": 2.0, "three": 3.0, "six": 6.0, "next": 1.0}
_N = rf"(?P<n>\d+(?:\.\d+)?|{'|'.join(_COUNT)})"
_SPAN = re.compile(
    rf"(?<![\w.]){_N}[\s-]*(?:(?:trading|calendar|business)\s+)?(?P<unit>d(?:ays?|te)?|w(?:ee)?ks?|months?|mos?|years?|yrs?)\b",
    re.IGNORECASE,
)
_DTE = re.compile(
    r"\b(?:dte|days(?:\s+to\s+expiry)?)\s*(?:of|=|:|is|at)?\s*(?P<n>\d+)\b(?!\s*%)", re.IGNORECASE
)
_DELTA = re.compile(
    r"(?<![\w.])(?P<before>\d*\.\d+|\d{1,2})\s*-?\s*(?:delta|δ|Δ)|"
    r"\b(?:delta|δ|Δ)\s*(?:of|=|:|at|is|target)?\s*(?P<after>\d*\.\d+|\d{1,2})(?![\d.%])",
    re.IGNORECASE,
)
_TRADING = {"d": 1.0, "w": 5.0, "m": 21.0, "y": 252.0}
_CALENDAR = {"d": 1.0, "w": 7.0, "m": 365 / 12, "y": 365.0}

_DOWN = (
    r"(?:drop|fall|fell|crash|tank|plung|sink|declin|los|down|lower|collaps|decreas|cut|minus)\w*"
)
_UP = r"(?:rall|ris|rose|climb|jump|surg|gain|up|higher|increas|spik|plus|add)\w*"
_PERCENT = r"(?P<sign>[-+−])?\s*(?P<n>\d+(?:\.\d+)?)\s*(?:%|percent\b|pct\b)"
_SPOT = re.compile(_PERCENT, re.IGNORECASE)
_VOLATILITY = re.compile(
    r"\b(?:vol(?:atility)?|iv)\b(?P<how>[^,;\d]*?)(?P<sign>[-+−])?(?P<n>\d+(?:\.\d+)?)\s*(?:points?|pts?|vols?|%|percent)?|"
    r"(?P<sign2>[-+−])?(?P<n2>\d+(?:\.\d+)?)\s*(?:vol(?:atility)?\s+)?(?:points?|pts?)\s+(?P<how2>of\s+vol\w*|(?:\w+\s+)?vol\w*|higher|lower|up|down)",
    re.IGNORECASE,
)
_LEVEL = re.compile(
    r"\b(?:goes|go|falls?|drops?|rises?|moves?|trades?|hits?|reaches|is|was|at|to|opens?)\s+(?:to|at|down\s+to|up\s+to)?\s*\$?(?P<n>\d+(?:\.\d+)?)(?!\s*(?:%|percent|pct|points?|pts?|days?|d\b|weeks?|months?|[\d.]))",
    re.IGNORECASE,
)

_DAY = r"(?P<{0}>\d{{4}}(?:-\d{{1,2}}-\d{{1,2}})?)"
_BETWEEN = re.compile(
    rf"\b(?:from|between)\s+{_DAY.format('a')}\s*(?:to|until|till|through|and|-|–)\s*{_DAY.format('b')}\b|"
    rf"(?<![\w.])(?P<c>(?:19|20)\d\d)\s*[-–]\s*(?P<d>(?:19|20)\d\d)\b",
    re.IGNORECASE,
)
_SINCE = re.compile(
    rf"\b(?:since|from|after|starting(?:\s+in)?)\s+{_DAY.format('a')}\b", re.IGNORECASE
)
_UNTIL = re.compile(rf"\b(?:until|till|before|up\s+to|to)\s+{_DAY.format('b')}\b", re.IGNORECASE)
_IN = re.compile(r"\b(?:in|for|during|over)\s+(?P<a>(?:19|20)\d\d)\b", re.IGNORECASE)

_STRATEGIES = (
    (
        "sweep",
        r"\b(?:sweep|grid|param\w*|optimal|optimi[sz]e\w*|best)\b|\b(?:delta|dte|rules?)\s+(?:and|x|×|by)\s+(?:delta|dte|days|rules?)\b",
    ),
    ("put_write", r"\bput.?writ\w*|\bputwrite\b|\bcash.settled\b"),
    ("wheel", r"\bwheel\b"),
)
_AT_THE_MONEY = re.compile(r"\bat.the.money\b|\batm\b", re.IGNORECASE)
_HELD = re.compile(
    r"\b(?:without|no|never|not)\s+(?:any\s+)?roll\w*|\bh[eo]ld(?:ing)?\s+(?:\w+\s+)?to\s+expir\w+",
    re.IGNORECASE,
)
_PERFORMANCE = re.compile(
    r"\b(?:perform\w*|returns?|profit\w*|money|p&l|pnl|doing|earn\w*|made|how\s+good|yield\w*|gains?)\b",
    re.IGNORECASE,
)
_CODE = re.compile(
    r"\b(?:code|logic|implement\w*|functions?|class(?:es)?|modules?|walk\s+me\s+through|explain|how\s+do(?:es)?\b.*\bwork|refactor|debug)\b",
    re.IGNORECASE,
)


def desk_slots(intent: str, text: str) -> Slots:
    """Return the slots that a question of this intent fills."""
    if intent == "risk_analysis":
        return _one("horizon_days", _span(text, _TRADING))
    if intent == "stress":
        return _moves(text)
    if intent == "wheel_candidates":
        return _sold(text)
    if intent == "backtest":
        return _backtest(text)
    if intent == "wheel_analysis":
        return _one("performance", True if _PERFORMANCE.search(text) else None) | _one(
            "code", True if _CODE.search(text) else None
        )
    return {}


def share(delta: float) -> float:
    """Return a delta as a fraction: traders say 30 for 0.30."""
    return delta / 100 if delta >= 1 else delta


def _one(name: str, value: Argument) -> Slots:
    return {} if value is None else {name: value}


def _span(text: str, unit_days: dict[str, float]) -> float | None:
    """Return the first span of time in the text; where there is none, what "tomorrow" says."""
    if match := _SPAN.search(text):
        count = _COUNT.get(match["n"].lower()) or float(match["n"])
        return round(count * unit_days[match["unit"][0].lower()], 2)
    if match := _DTE.search(text):
        return float(match["n"])
    if re.search(r"\b(?:tomorrow|overnight|daily)\b", text, re.IGNORECASE):
        return 1.0
    found = re.search(r"\b(?P<unit>week|month|year)ly\b", text, re.IGNORECASE)
    return unit_days[found["unit"][0].lower()] if found else None


def _sold(text: str) -> Slots:
    slots: Slots = {}
    if match := _DELTA.search(text):
        slots["delta"] = share(float(match["before"] or match["after"]))
        text = text[: match.start()] + " , " + text[match.end() :]
    return slots | _one("days", _span(text, _CALENDAR))


def _moves(text: str) -> Slots:
    """Return what moves: of spot a share, or the price that it goes to; of volatility points."""
    slots: Slots = {}
    if match := _VOLATILITY.search(text):
        how = match["how"] or match["how2"] or ""
        sign = match["sign"] or match["sign2"]
        falls = sign in ("-", "−") or bool(re.search(_DOWN, how, re.IGNORECASE))
        slots["volatility_points"] = float(match["n"] or match["n2"]) * (-1.0 if falls else 1.0)
        text = text[: match.start()] + " , " + text[match.end() :]
    if match := _SPOT.search(text):
        slots["spot_move"] = float(match["n"]) / 100 * _direction(text, match)
    elif match := _LEVEL.search(text):
        slots["spot_level"] = float(match["n"])
    return slots


def _direction(text: str, match: re.Match[str]) -> float:
    """Return the sign of a move: its own, or that of the nearest word; without any it falls."""
    if match["sign"]:
        return 1.0 if match["sign"] == "+" else -1.0
    middle = (match.start() + match.end()) / 2
    near = [
        (abs(found.start() - middle), sign)
        for words, sign in ((_DOWN, -1.0), (_UP, 1.0))
        for found in re.finditer(rf"\b{words}", text, re.IGNORECASE)
    ]
    return min(near)[1] if near else -1.0


def _backtest(text: str) -> Slots:
    period, rest = _period(text)
    slots = _sold(rest) | period
    for name, pattern in _STRATEGIES:
        if re.search(pattern, text, re.IGNORECASE):
            slots["strategy"] = name
            break
    if _AT_THE_MONEY.search(text):
        slots["at_the_money"] = True
    if _HELD.search(text):
        slots["hold"] = True
    return slots


def _period(text: str) -> tuple[Slots, str]:
    """Return the first and last day that are named, as ISO dates, and the text without them."""
    slots: Slots = {}
    for pattern in (_BETWEEN, _SINCE, _UNTIL, _IN):
        match = pattern.search(text)
        if match is None:
            continue
        groups = {name: value for name, value in match.groupdict().items() if value}
        first = groups.get("a") or groups.get("c")
        last = groups.get("b") or groups.get("d") or (first if pattern is _IN else None)
        slots |= _day("begin", first, "-01-01") | _day("end", last, "-12-31")
        text = f"{text[: match.start()]} , {text[match.end() :]}"
        if pattern is _BETWEEN or pattern is _IN:
            break
    return slots, text


def _day(name: str, text: str | None, rest_of_year: str) -> Slots:
    if text is None:
        return {}
    try:
        return {name: date.fromisoformat(text if "-" in text else text + rest_of_year).isoformat()}
    except ValueError:
        return {}
