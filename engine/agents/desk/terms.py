"""The numbers of a question to the desk: how long, at which delta, which past.

"best strikes for 30 delta 35 days"  delta 0.3, days 35
"backtest puts from 2020 to 2023"    strategy put_write, begin 2020-01-01, end 2023-12-31
"""

import re
from calendar import month_name

from engine.agents.desk import asked as desk_asked
from engine.agents.desk import backtested
from engine.agents.desk.moves import moves
from engine.agents.pattern import Pattern
from engine.agents.periods import period
from engine.evidence import Argument

Slots = dict[str, Argument]

_COUNT = {
    "a": 1.0, "an": 1.0, "one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0, "six": 6.0,
    "seven": 7.0, "eight": 8.0, "nine": 9.0, "ten": 10.0, "twelve": 12.0, "fifteen": 15.0,
    "twenty": 20.0, "thirty": 30.0, "next": 1.0,
}  # fmt: skip
_N = rf"(?P<n>\d+(?:\.\d+)?[\s-]*|(?:{'|'.join(_COUNT)})[\s-]+)"  # "and" is no "an d"
_SPAN = Pattern(
    rf"(?<![\w.]){_N}(?:(?:trading|calendar|business)\s+)?(?P<unit>d(?:ays?|te)?|w(?:ee)?ks?|months?|mos?|years?|yrs?)\b",
    re.IGNORECASE,
)
_DTE = Pattern(
    r"\b(?:dte|days(?:\s+to\s+expiry)?)\s*(?:of|=|:|is|at)?\s*(?P<n>\d+)\b(?!\s*%)", re.IGNORECASE
)
_DELTA = Pattern(
    r"(?<![\w.])(?P<before>\d*\.\d+|\d{1,2})\s*-?\s*(?:delta|δ|Δ)|"
    r"\b(?:delta|δ|Δ)\s*(?:of|=|:|at|is|target)?\s*(?P<after>\d*\.\d+|\d{1,2})(?![\d.%])",
    re.IGNORECASE,
)
_WINDOW = Pattern(
    r"(?<![\w.])(?P<n>\d{1,4})\s*-?\s*(?:(?:trading|business)\s+)?d(?:ays?)?\b", re.IGNORECASE
)
_CASH_RATE = Pattern(
    r"\brisk.?free(?:\s+(?:interest\s+)?rate)?\s*(?:of|is|at|=|:)?\s*(?P<n>-?\d+(?:\.\d+)?)"
    r"\s*(?P<percent>%|percent\b|pct\b)?"
    r"|(?<![\w.])(?P<before>-?\d+(?:\.\d+)?)\s*(?:%|percent|pct)\s+risk.?free\b",
    re.IGNORECASE,
)
_THIS = Pattern(r"\bthis\s+(?P<unit>week|month|year)\b", re.IGNORECASE)
_EACH = Pattern(r"\b(?:per|each|every|this)\s+(?P<unit>week|month|year)\b", re.IGNORECASE)
_TODAY = Pattern(r"\btoday\b", re.IGNORECASE)
_TRADING = {"d": 1.0, "w": 5.0, "m": 21.0, "y": 252.0}
_CALENDAR = {"d": 1.0, "w": 7.0, "m": 365 / 12, "y": 365.0}

_IN_MONTH = Pattern(
    rf"\b(?:in|on|during|this|next|my|the)\s+(?P<month>{'|'.join(month_name[1:])})\b",
    re.IGNORECASE,
)
_ISO_DAY = Pattern(r"\b\d{4}-\d\d-\d\d\b")

_STRATEGIES = (
    ("validate", r"\bvalidat\w+\b"),
    (
        "sweep",
        r"\b(?:sweep|grid|param\w*|optimal|optimi[sz]e\w*|best)\b|\b(?:delta|dte|days|rules?)s?\s+(?:and|x|×|by)\s+(?:delta|dte|days|rules?)s?\b|\b(?:deltas|dtes)\b|\b(?:which|what)\s+(?:delta|dte)\b",
    ),
    ("put_write", r"\bput.?writ\w*|\bputwrite\b|\bcash.settled\b"),
    ("wheel", r"\bwheel\b|\bcovered\s+calls?\b|\bcalls?\s+and\s+puts?\b|\bputs?\s+and\s+calls?\b"),
    # puts, and nothing said of what is done once the stock is delivered
    ("put_write", r"\bputs?\b(?!.*\bcalls?\b)|\bcsps?\b"),
)
_CALLS_ALONE = Pattern(r"^(?!.*\b(?:puts?|wheel)\b).*\bcalls?\b", re.IGNORECASE)
# A past that is named by what happened in it.
_EVENT = Pattern(
    r"\b(?:in|during|through|over|since|after|before)\s+(?:the\s+)?(?:[\w-]+\s+){0,3}?"
    r"(?:crash|crisis|bear\s+market|bull\s+market|sell.?off|pandemic|covid|recession|bubble)\b",
    re.IGNORECASE,
)
_ONLY = Pattern(
    r"(?<!with )(?<!of )(?<!on )(?<!capital )(?<![\w$€.,-])(?P<year>(?:19|20)\d\d)\s+only\b",
    re.IGNORECASE,
)
_AT_THE_MONEY = Pattern(r"\bat.the.money\b|\batm\b", re.IGNORECASE)
_HELD = Pattern(
    r"\b(?:without|no|never|not)\s+(?:any\s+)?roll\w*|\bh[eo]ld(?:ing)?\s+(?:\w+\s+)?to\s+expir\w+",
    re.IGNORECASE,
)
_PERFORMANCE = Pattern(
    r"\b(?:perform\w*|returns?|profit\w*|money|p&l|pnl|doing|earn\w*|made|how\s+good|yield\w*|gains?)\b",
    re.IGNORECASE,
)
_CODE = Pattern(
    r"\b(?:code|logic|implement\w*|functions?|class(?:es)?|modules?|walk\s+me\s+through|explain|how\s+do(?:es)?\b.*\bwork|refactor|debug)\b",
    re.IGNORECASE,
)


_ASKED = {
    "wheel_rolls": desk_asked.of_rolls,
    "early_assignment": desk_asked.of_assignment,
    "wheel_limits": desk_asked.of_limits,
}


def desk_slots(intent: str, text: str) -> Slots:
    """Return the slots that a question of this intent fills."""
    if intent == "risk_analysis":
        return _of_risk(text)
    if intent == "stress":
        return moves(text)
    if intent == "positions":
        return _of_positions(text)
    if intent == "wheel_candidates":
        return _sold(text) | desk_asked.of_sale(text)
    if intent in _ASKED:
        return _ASKED[intent](text)
    if intent == "backtest":
        return _backtest(text)
    if intent == "past_prices":
        return _of_past_prices(text)
    if intent == "wheel_analysis":
        return _one("performance", True if _PERFORMANCE.search(text) else None) | _one(
            "code", True if _CODE.search(text) else None
        )
    if intent == "smile":
        return _one("expiry", found[0] if (found := _ISO_DAY.search(text)) else None)
    return {}


def _of_risk(text: str) -> Slots:
    """Return what of the risk is asked; the time of a theta is what it is earned over."""
    asked = desk_asked.of_risk(text)
    if asked.get("figure") == "theta":
        each = _EACH.search(text)
        days = round(_CALENDAR[each["unit"][0].lower()], 2) if each else _span(text, _CALENDAR)
        return asked | _one("per_days", days)
    return _one("horizon_days", _horizon(text)) | asked


def _of_positions(text: str) -> Slots:
    """Return what of the positions is asked; for expiries, within how many days."""
    asked = desk_asked.of_positions(text)
    if asked.get("figure") != "expiry":
        return asked
    if day := _ISO_DAY.search(text):
        return asked | {"expiry": day[0]}
    if month := _IN_MONTH.search(text):
        return asked | {"expiry": month["month"].title()}
    if match := _THIS.search(text):
        return asked | {"days": round(_CALENDAR[match["unit"][0].lower()], 2)}
    return asked | _one("days", _span(text, _CALENDAR))


def _of_past_prices(text: str) -> Slots:
    """Return what of past closes is asked, and of which past: a "30 day volatility" is of 30."""
    asked = desk_asked.of_past_prices(text)
    if asked["asks"] in ("correlation", "beta"):
        return asked
    when, rest = period(text)
    window = _WINDOW.search(rest) if not when and asked["asks"] != "drawdown" else None
    asked |= when | ({"days": float(window["n"])} if window else {})
    return asked | (_of_cash(rest) if asked["asks"] == "sharpe" else {})


def _of_cash(text: str) -> Slots:
    """Return the risk-free rate as a fraction; one that may be percent or not is unread."""
    if (match := _CASH_RATE.search(text)) is None:
        return {}
    rate = float(match["n"] or match["before"])
    if rate and not (match["before"] or match["percent"]):
        return {"unread": f"{match[0]} (is it percent?)"}
    return {"rate": rate / 100}


def share(delta: float) -> float:
    """Return a delta as a fraction: traders say 30 for 0.30."""
    return delta / 100 if delta >= 1 else delta


def _one(name: str, value: Argument) -> Slots:
    return {} if value is None else {name: value}


def _span(text: str, unit_days: dict[str, float]) -> float | None:
    """Return the first span of time in the text; where there is none, what "tomorrow" says."""
    if match := _SPAN.search(text):
        said = match["n"].lower().rstrip(" \t\n-")
        count = _COUNT.get(said) or float(said)
        return round(count * unit_days[match["unit"][0].lower()], 2)
    if match := _DTE.search(text):
        return float(match["n"])
    if re.search(r"\b(?:tomorrow|overnight|daily)\b", text, re.IGNORECASE):
        return 1.0
    found = re.search(r"\b(?P<unit>week|month|year)ly\b", text, re.IGNORECASE)
    return unit_days[found["unit"][0].lower()] if found else None


def _horizon(text: str) -> float | None:
    """Return the trading days of a question on risk; "this week" is a week's."""
    if match := _THIS.search(text):
        return _TRADING[match["unit"][0].lower()]
    return 1.0 if _TODAY.search(text) else _span(text, _TRADING)


def _sold(text: str) -> Slots:
    return _sold_of(text)[0]


def _sold_of(text: str) -> tuple[Slots, str]:
    """Return the delta and the days of what is sold, and the text without them."""
    slots: Slots = {}
    if match := _DELTA.search(text):
        slots["delta"] = share(float(match["before"] or match["after"]))
        text = text[: match.start()] + " , " + text[match.end() :]
    slots |= _one("days", _span(text, _CALENDAR))
    if match := _SPAN.search(text) or _DTE.search(text):
        text = text[: match.start()] + " , " + text[match.end() :]
    return slots, text


def _backtest(text: str) -> Slots:
    given, rest = backtested.options(text)
    when, rest = period(rest)
    if not when:
        when, rest = period(_ONLY.sub(r"in \g<year>", rest))
    funds, rest = backtested.money(rest)
    sold, rest = _sold_of(rest)
    slots = sold | when | funds | given
    for name, pattern in _STRATEGIES:
        if re.search(pattern, text, re.IGNORECASE):
            slots["strategy"] = name
            break
    if _AT_THE_MONEY.search(rest):
        slots["at_the_money"] = True
    if _HELD.search(text):
        slots["hold"] = True
    return slots | _one("unread", _not_run(rest, slots))


def _not_run(rest: str, slots: Slots) -> str | None:
    """Say what a question on the past names that no backtest here keeps to."""
    said = []
    if _CALLS_ALONE.search(rest) and slots.get("strategy", "wheel") == "wheel":
        said.append("covered calls alone (the wheel sells puts until shares are assigned)")
    if not {"begin", "end", "last"} & slots.keys() and (match := _EVENT.search(rest)):
        said.append(f'"{match[0].strip()}" (name its days: from 2020-02-01 to 2020-04-30)')
    said += backtested.left(rest)
    return ", ".join(said) or None
