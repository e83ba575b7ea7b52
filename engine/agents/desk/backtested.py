"""What a question on the past sets beside its rules: the account, the commission, the options.

"with 50000 dollars and commission 1"   capital 50000, commission 1
"the wheel in 2023 --hold --factor 1.2"  hold, volatility_factor 1.2
"with a profit target of 50%"            unread: "50%"
"""

import re

from engine.agents.command_table import COMMANDS, Option
from engine.agents.pattern import Pattern
from engine.evidence import Argument

Slots = dict[str, Argument]
Read = tuple[Slots, str]

_OPTIONS = {name: option for option in COMMANDS["backtest"].options for name in option.names}
_OPTION = Pattern(r"(?<!\S)(?P<name>--[a-z][\w-]*)(?:(?:=|\s+)(?P<value>(?!--)[^\s,;]+))?")
_AMOUNT = (
    r"\$?\s*(?P<{0}>\d[\d,_]*(?:\.\d+)?|\.\d+)\s*(?P<{0}_in>k\b|thousand\b|m\b|mio\b|million\b)?"
)
_MONEY = r"(?:dollars?|bucks?|usd|euros?|eur)"
_ACCOUNT = (
    r"(?:initial\s+|starting\s+)?(?:capital|account(?:\s+size)?|cash|portfolio|balance|money)"
)
_CAPITAL = Pattern(
    rf"\b{_ACCOUNT}\s*(?:of|is|at|=|:|with)?\s*{_AMOUNT.format('of')}(?:\s*{_MONEY}\b)?|"
    rf"\b(?:with|on|from|start\w*\s+(?:with|from|at)|invest\w*|using|given|for)\s+(?:an?\s+)?{_AMOUNT.format('with')}"
    rf"(?:\s*{_MONEY}\b(?!\s+(?:per|an?|each|commission)\b)(?:\s+{_ACCOUNT}\b)?|\s+{_ACCOUNT}\b)|"
    rf"\b(?:start\w*\s+(?:with|from|at)|invest\w*)\s+(?:an?\s+)?{_AMOUNT.format('start')}(?!\s*[%\w])|"
    rf"\b(?:with|start\w*\s+(?:with|from|at)|invest\w*|using)\s+(?:an?\s+)?(?:\$\s*(?P<bare>\d[\d,_]*(?:\.\d+)?)(?P<bare_in>k\b|m\b)?|(?P<short>\d+(?:\.\d+)?)(?P<short_in>k\b))"
    r"(?!\s*(?:commission|fees?|a\b|per\b|each\b))",
    re.IGNORECASE,
)
_FEE = r"(?:commissions?|fees?)"
_EACH = r"(?:\s*(?:dollars?|bucks?|usd))?(?:\s*(?:per|an?|each|/)\s*(?:contract|option|trade))?"
_COMMISSION = Pattern(
    rf"\b(?:{_FEE}|costs)(?:\s+(?:per|a)\s+contract)?\s*(?:of|is|are|at|=|:)?\s*\$?\s*(?P<after>\d+(?:\.\d+)?|\.\d+)(?!\s*%|[\d.]*\d){_EACH}|"
    rf"\$?(?<![\d.])(?P<before>\d+(?:\.\d+)?|\.\d+){_EACH}\s+(?:in\s+)?{_FEE}\b|"
    rf"\b(?P<none>(?:no|without(?:\s+any)?|zero|free\s+of)\s+{_FEE})\b",
    re.IGNORECASE,
)
_TIMES = {"k": 1e3, "t": 1e3, "m": 1e6}
_NUMBER = Pattern(
    r"(?<![\w.])(?:s&p\s*)?[-+]?\$?\d[\d.,_]*(?<![.,_])(?:\s*%|\s*(?!(?:and|or|to|then)\b)[a-z]+\b)?",
    re.IGNORECASE,
)


def options(text: str) -> Read:
    """Return what is given as for `:backtest`, and the text without it; what isn't one stays."""
    slots: Slots = {}

    def taken(match: re.Match[str]) -> str:
        option = _OPTIONS.get(match["name"])
        value = None if option is None else _value(option, match["value"])
        if option is None or value is None:
            return match[0]
        slots[option.slot] = value
        kept = match[0][len(match["name"]) :] if option.kind == "flag" else " , "
        return f" , {kept}"

    return slots, _OPTION.sub(taken, text)


def money(text: str) -> Read:
    """Return the capital and the commission a contract, and the text without them."""
    slots: Slots = {}
    if match := _COMMISSION.search(text):
        said = match["after"] or match["before"]
        slots["commission"] = 0.0 if match["none"] else float(said)
        text = _without(text, match)
    if match := _CAPITAL.search(text):
        name = next(one for one in ("of", "with", "start", "bare", "short") if match[one])
        times = _TIMES.get((match[f"{name}_in"] or " ")[0].lower(), 1.0)
        slots["capital"] = float(match[name].replace(",", "").replace("_", "")) * times
        text = _without(text, match)
    return slots, text


def left(text: str) -> list[str]:
    """Return the options and numbers that nobody took."""
    unknown = [match[0].strip() for match in _OPTION.finditer(text)]
    rest = _OPTION.sub(" ", text)
    return [*unknown, *(match[0].strip() for match in _NUMBER.finditer(rest))]


def _value(option: Option, value: str | None) -> Argument:
    if option.kind == "flag":
        return True
    if value is None or option.kind == "word":
        return value
    return float(value) if re.fullmatch(r"\d+(?:\.\d+)?|\.\d+", value) else None


def _without(text: str, match: re.Match[str]) -> str:
    return f"{text[: match.start()]} , {text[match.end() :]}"
