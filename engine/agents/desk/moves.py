"""What a what-if question moves: spot, volatility, the rate, and how many days pass.

"what if U drops 10%, vol up 20"       spot_move -0.1, volatility_points 20
"what if U falls 2 dollars in a week"  spot_amount -2, pass_days 7
"U goes to 18 and vol doubles"         spot_level 18, volatility_times 2
"vol to 80% and rates rise 100 bp"     volatility_level 0.8, rate_points 1

Each reader takes its words out of the text, so that no number is read twice: first the rate, then
volatility, then time, and what is left is the stock's. A number that nobody takes is told as unread.
"""

# ruff: noqa: E501 - a pattern is read as one piece

import re
from collections.abc import Callable

from engine.agents.pattern import Pattern
from engine.evidence import Argument

Slots = dict[str, Argument]

_DOWN = (
    r"(?:drop|fall|fell|crash|tank|plung|sink|declin|los|down|lower|slump|"
    r"crush|collaps|decreas|cut|slash|tumbl|slid|minus|less|hal(?:f|v))\w*"
)
_UP = r"(?:rall|ris|rose|climb|jump|surg|gain|up|higher|increas|spik|plus|add|hik|soar|doubl|tripl)\w*"
_SIGN = r"(?P<sign>[-+−])?\s*"
_N = r"(?P<n>\d+(?:\.\d+)?|\.\d+)(?![\d.]*\d)"
_OF_VOL, _OF_RATE = (
    r"(?:implied\s+vol\w*|vol(?:atility|s)?|iv)",
    r"(?:(?:interest|risk.?free)\s+rates?|rates?)",
)
_OTHERS = rf"(?:{_OF_VOL}|{_OF_RATE}|u|unity|spot|stock|underlying|shares?)"
# What stands between a subject and its number, without another subject.
_HOW = rf"(?P<how>(?:(?!\b{_OTHERS}\b)[^,;\d])*?)"
_UNIT = r"\s*(?P<unit>%|percent\b|pct\b|bps?\b|basis\s+points?\b|points?\b|pts?\b|vols?\b)?"
# A level is named by what stands before its number.
_TO = re.compile(r"(?:\b(?:to|at|of|is|reach\w*|hits?|becomes?)|=)\s*$", re.IGNORECASE)

_RATE = tuple(
    Pattern(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?P<before>\b(?:cut|hik|rais|lower|slash|drop)\w*\s+(?:the\s+|its\s+)?)?\b{_OF_RATE}\b{_HOW}{_SIGN}{_N}{_UNIT}",
        rf"{_SIGN}{_N}{_UNIT}\s+(?P<how>(?:\w+\s+){{0,2}}?(?:in\s+|of\s+|on\s+)?(?:the\s+)?{_OF_RATE}\b(?:\s+\w+)?)",
    )
)
_VOLATILITY = tuple(
    Pattern(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b{_OF_VOL}\b(?:\s+of\s+(?:the\s+)?{_OTHERS}\b)?{_HOW}{_SIGN}{_N}{_UNIT}(?P<after>\s+(?:higher|lower|up|down)\b)?",
        rf"{_SIGN}{_N}\s*(?P<unit>%|percent|pct|points?|pts?)?\s*(?P<how>(?:of\s+|in\s+)?{_OF_VOL}(?:\s+\w+)?|(?<=s\s)(?:higher|lower|up|down)\b)",
    )
)
_TIMES = {"doubl": 2.0, "tripl": 3.0, "halv": 0.5}
_MULTIPLE = r"\s+(?:\w+\s+)?(?P<times>doubl|tripl|halv)(?:es?|ed|ing)\b"
_VOLATILITY_TIMES = Pattern(rf"\b{_OF_VOL}{_MULTIPLE}", re.IGNORECASE)
_SPOT_TIMES = Pattern(rf"\w+{_MULTIPLE}", re.IGNORECASE)

_COUNTS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10,
}  # fmt: skip
_PASSES = Pattern(
    rf"\b(?:in|over|within|after|during|across|by|for)\s+(?:the\s+next\s+|next\s+|the\s+)?(?P<n>\d+|{'|'.join(_COUNTS)})?\s*-?\s*"
    r"(?P<trading>trading\s+|business\s+)?(?P<unit>d|w|m)(?:ays?|(?:ee)?ks?|onths?|os?)?\b(?!\s*(?:%|\d))|\b(?P<tomorrow>tomorrow|overnight)\b",
    re.IGNORECASE,
)
# "20 days pass", "a week goes by"
_GOES_BY = Pattern(
    rf"\b(?P<n>\d+|{'|'.join(_COUNTS)})\s*-?\s*(?P<trading>trading\s+|business\s+)?(?:more\s+)?(?P<unit>d|w|m)(?:ays?|(?:ee)?ks?|onths?|os?)?\s+"
    r"(?:pass(?:es|ed)?|go(?:es)?\s+by|elapse[sd]?|later|from\s+now|of\s+(?:time\s+)?decay)\b(?P<tomorrow>(?!))?",
    re.IGNORECASE,
)
_DAYS = {"d": 1.0, "w": 7.0, "m": 365 / 12}
_CALENDAR_PER_TRADING = 7 / 5

_SPOT = Pattern(rf"{_SIGN}{_N}\s*(?:%|percent\b|pct\b)", re.IGNORECASE)
_NO_AMOUNT = r"(?!\s*(?:%|percent|pct|days?|d\b|weeks?|months?|shares?|contracts?|puts?|calls?|[pc]\b|delta))"
_LEVEL = Pattern(
    r"(?:\b(?:to|at|goes|go|going|trades?|hits?|hit|reach\w*|is|was|were|opens?|closes?|below|above|under)|=)\s*\$?"
    rf"{_N}{_NO_AMOUNT}(?!\s*(?:dollars?|bucks?)\s+(?:{_DOWN}|{_UP}))",
    re.IGNORECASE,
)
_MONEY = r"(?:dollars?|bucks?|usd|points?|pts?)"
_AMOUNT = Pattern(
    rf"\b(?:{_DOWN}|{_UP}|moves?|by|gaps?|changes?)\s+(?:by\s+|another\s+)?{_SIGN}\$?\s*{_N}{_NO_AMOUNT}|"
    rf"{_SIGN.replace('sign', 'sign2')}\$\s*{_N.replace('<n>', '<n2>')}\s+(?:{_DOWN}|{_UP}|move|gap)|"
    rf"{_SIGN.replace('sign', 'sign3')}\$?{_N.replace('<n>', '<n3>')}\s*-?\s*{_MONEY}\b",
    re.IGNORECASE,
)
_NUMBER = Pattern(r"(?<![\w.])[-+]?\$?\d[\d.,]*\s*(?:%|[a-z]+\b)?", re.IGNORECASE)
_AT_EXPIRY = Pattern(
    r"\b(?:at|by|until|on)\s+(?:the\s+)?expir\w+|(?<!before it )\bexpires?\b(?=\s*(?:,|$))",
    re.IGNORECASE,
)
_OF_SPOT = {"spot_move", "spot_level", "spot_amount"}
_POINTS_FROM = 20.0  # a bare number from here on is basis points: nobody asks for 20 % more rate

Read = tuple[Slots, str]


def moves(text: str) -> Slots:
    """Return what moves and, as `unread`, what was said of the move and is not understood."""
    slots: Slots = {}
    readers: tuple[Callable[[str], Read], ...] = (_rate, _volatility, _time, _spot)
    for reader in readers:
        found, text = reader(text)
        slots |= found
    if slots:
        left = [match[0].strip() for match in _NUMBER.finditer(text)]
        if (match := _AT_EXPIRY.search(text)) and slots.keys() <= _OF_SPOT:
            slots["at_expiry"] = True
        elif match:
            left.append(match[0])
        if left:
            slots["unread"] = ", ".join(left)
    elif _says_a_move(text):
        slots["unread"] = text.strip()
    return slots


def direction(text: str, match: re.Match[str]) -> float:
    """Return the sign of a move: its own, or that of the nearest word; without any it falls."""
    found = match.groupdict()
    if sign := found.get("sign") or found.get("sign2") or found.get("sign3"):
        return 1.0 if sign == "+" else -1.0
    middle = (match.start() + match.end()) / 2
    near = [
        (abs(found.start() - middle), sign)
        for words, sign in ((_DOWN, -1.0), (_UP, 1.0))
        for found in re.finditer(rf"\b{words}", text, re.IGNORECASE)
    ]
    return min(near)[1] if near else -1.0


def _says_a_move(text: str) -> bool:
    """Whether a number or a subject of its own was named with no move that is understood."""
    subject = rf"\b(?:what\s+if|if|suppose)\b.*\b(?:{_OF_VOL}|{_OF_RATE})\b.*\b(?:{_DOWN}|{_UP}|chang\w*|mov\w*)"
    return bool(_NUMBER.search(text) or re.search(subject, text, re.IGNORECASE))


def _rate(text: str) -> Read:
    for pattern in _RATE:
        if (match := pattern.search(text)) is None:
            continue
        unit = (match["unit"] or "").lower()
        how = (match.groupdict().get("before") or "") + match["how"]
        value = float(match["n"])
        small = unit.startswith("b") or (not unit and value >= _POINTS_FROM)
        points = value / 100 if small else value
        if _TO.search(how) and not match["sign"] and not small:
            return {"rate_level": round(points / 100, 8)}, _without(text, match)
        return {"rate_points": points * _sign(match, how)}, _without(text, match)
    return {}, text


def _volatility(text: str) -> Read:
    if match := _VOLATILITY_TIMES.search(text):
        return {"volatility_times": _TIMES[match["times"].lower()]}, _without(text, match)
    for pattern in _VOLATILITY:
        if (match := pattern.search(text)) is None:
            continue
        how = match["how"] + (match.groupdict().get("after") or "")
        value = float(match["n"])
        if _is_level(match, how):
            return {"volatility_level": value / 100}, _without(text, match)
        return {"volatility_points": value * _sign(match, how)}, _without(text, match)
    return {}, text


def _is_level(match: re.Match[str], how: str) -> bool:
    """Whether volatility goes to this number: "to 80", or a bare "vol 80%"."""
    unit = (match["unit"] or "").lower()
    if match["sign"] or (unit.startswith("p") and not unit.startswith(("per", "pct"))):
        return False
    if _TO.search(match["how"]):
        return True
    bare = not re.search(rf"\b(?:{_DOWN}|{_UP}|by|chang\w*|mov\w*|shift\w*)\b", how, re.IGNORECASE)
    return bare and bool(unit) and not unit.startswith("v")


def _sign(match: re.Match[str], how: str) -> float:
    if match["sign"]:
        return 1.0 if match["sign"] == "+" else -1.0
    return -1.0 if re.search(rf"\b{_DOWN}", how, re.IGNORECASE) else 1.0


def _time(text: str) -> Read:
    if (match := _PASSES.search(text) or _GOES_BY.search(text)) is None:
        return {}, text
    if match["tomorrow"]:
        return {"pass_days": 1.0}, _without(text, match)
    said = (match["n"] or "a").lower()
    count = _COUNTS[said] if said in _COUNTS else int(said)
    days = count * _DAYS[match["unit"].lower()]
    if match["trading"]:
        days *= _CALENDAR_PER_TRADING
    return {"pass_days": round(days, 2)}, _without(text, match)


def _spot(text: str) -> Read:
    if match := _SPOT.search(text):
        move = float(match["n"]) / 100 * direction(text, match)
        return {"spot_move": move}, _without(text, match)
    if match := _LEVEL.search(text):
        return {"spot_level": float(match["n"])}, _without(text, match)
    if match := _AMOUNT.search(text):
        amount = float(match["n"] or match["n2"] or match["n3"])
        return {"spot_amount": amount * direction(text, match)}, _without(text, match)
    if match := _SPOT_TIMES.search(text):
        return {"spot_move": _TIMES[match["times"].lower()] - 1.0}, _without(text, match)
    return {}, text


def _without(text: str, match: re.Match[str]) -> str:
    return f"{text[: match.start()]} , {text[match.end() :]}"
