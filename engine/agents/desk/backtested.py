"""What a question on the past sets beside its rules: the account, the commission, the options.

"with 50000 dollars and commission 1"   capital 50000, commission 1
"the wheel in 2023 --hold --factor 1.2"  hold, volatility_factor 1.2
"with a profit target of 50%"            unread: "50%"

Money is read by a grammar of letters: each word has one (`_WORD`), so "on a 25k account, fees of
$1" is "pakAyFld". The rules are patterns of letters, tried from left to right.
"""

import re

from engine.agents.command_table import COMMANDS, Option
from engine.agents.pattern import Pattern
from engine.evidence import Argument

Slots = dict[str, Argument]
Read = tuple[Slots, str]

_OPTIONS = {name: option for option in COMMANDS["backtest"].options for name in option.names}
_OPTION = Pattern(r"(?<!\S)(?P<name>--[a-z][\w-]*)(?:(?:=|\s+)(?P<value>(?!--)[^\s,;]+))?")

_UNIT = (
    r"(?:%|percent|pct|delta|δ|d\b|day|dte|week|month|year|strike|point|put|call|contract|option|"
    r"share|trade|time|otm\b|itm\b)"
)
# Amounts are n, with a dollar sign d, in thousands k; what has no letter of its own is x.
_WORD = Pattern(
    rf"""
      (?:(?P<d>\$)\s*)? (?P<n>\d+(?:[,_]\d{{3}})*(?:\.\d+)?|\.\d+) (?![,_.]?\d)
      (?: \s*(?P<k>k|thousand|m|mio|million)\b | (?!\w|-\d|[\s-]*{_UNIT}) )
    | (?P<z>(?:no|without(?:\s+any)?|zero|free\s+of)\s+(?:commissions?|fees?)\b)
    | (?P<F>(?:commissions?|fees?|costs)\b)
    | (?P<A>(?:(?:initial|starting)\s+)?(?:capital|account(?:\s+size)?|portfolio|balance|money
        |investment|cash(?!.(?:secured|settled)))\b)
    | (?P<c>(?:dollars?|bucks?|usd|euros?|eur)\b)
    | (?P<q>cents?\b|¢)
    | (?P<e>(?:per|an?|each|/)\s*(?:contract|option|trade)\b|(?:per|each)\b)
    | (?P<s>(?:start\w*\s+(?:with|from|at)|invest\w*)\b)
    | (?P<w>(?:with|using)\b)
    | (?P<p>(?:on|from|for|given)\b)
    | (?P<l>(?:of|is|are)\b|[=:])
    | (?P<a>an?\b)
    | (?P<i>in\b(?!.the.money))
    | (?P<y>(?:and|to|into|since|until|over|while)\b|[,.;?!)])
    | (?:at|in|out.of).the.money | (?P<t>at\b) | \w[\w.'-]*(?:,\d+)*%? | \S
    """,
    re.IGNORECASE | re.VERBOSE,
)
_OWN = r"e?[lt]?[nd](?!c?A)"  # after a fee, the amount that is its own
_NO_FEE = rf"(?![cq]?e|q|c?i?F(?!{_OWN}))"  # after an amount that is no fee's: "50000 commission 1"
_COMMISSION = (
    rf"F{_OWN}[cq]?e?",  # fees of 0.65 dollars a contract
    rf"[nd][cq]?e?i?F(?!{_OWN})",  # 1 dollar per contract in fees, 65 cents commission
    r"z",  # without commission
)
_CAPITAL = (
    rf"A[ltw]?a?[ndk]{_NO_FEE}c?",  # a capital of 20000 dollars
    r"[ndk]c?A",  # 25k account
    rf"[spw]a?[nd]{_NO_FEE}c",  # for 10000 dollars
    rf"[spw]a?k{_NO_FEE}c?",  # on 50k
    rf"[sw]a?d{_NO_FEE}",  # using $50,000
    rf"sa?n{_NO_FEE}(?=[ipswyl]|$)",  # starting with 10000 in puts
)
_SAID = Pattern(rf"(?P<commission>{'|'.join(_COMMISSION)})|(?P<capital>{'|'.join(_CAPITAL)})")
_TIMES = {"k": 1e3, "t": 1e3, "m": 1e6}
_NUMBER = Pattern(
    r"(?<![\w.])(?:s&p\s*)?[-+]?\$?\d[\d.,_]*(?<![.,_])"
    r"(?:\s*%|\s*(?!(?:and|or|to|then)\b)[a-z]+\b)?",
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
    """Return the capital and the commission a contract, and the text without them.

    Of several, the first is taken and the others stay in the text.
    """
    words = list(_WORD.finditer(text))
    slots: Slots = {}
    rest, end = "", 0
    for said in _SAID.finditer("".join(map(_letter, words))):
        taken = words[said.start() : said.end()]
        name = str(said.lastgroup)
        if name not in slots:
            amount = next((_amount(word) for word in taken if word["n"]), 0.0)
            slots[name] = amount / 100 if any(word["q"] for word in taken) else amount
            rest, end = f"{rest}{text[end : taken[0].start()]} , ", taken[-1].end()
    return slots, rest + text[end:]


def left(text: str) -> list[str]:
    """Return the options and numbers that nobody took."""
    unknown = [match[0].strip() for match in _OPTION.finditer(text)]
    rest = _OPTION.sub(" ", text)
    return [*unknown, *(match[0].strip() for match in _NUMBER.finditer(rest))]


def _letter(word: re.Match[str]) -> str:
    if not word["n"]:
        return word.lastgroup or "x"
    if word["k"] and (word["d"] or word["k"].lower() != "m"):  # a bare "3m" may be three months
        return "k"
    return "d" if word["d"] else "n"


def _amount(word: re.Match[str]) -> float:
    times = _TIMES[word["k"][0].lower()] if word["k"] else 1.0
    return float(word["n"].replace(",", "").replace("_", "")) * times


def _value(option: Option, value: str | None) -> Argument:
    if option.kind == "flag":
        return True
    if value is None or option.kind == "word":
        return value
    return float(value) if re.fullmatch(r"\d+(?:\.\d+)?|\.\d+", value) else None
