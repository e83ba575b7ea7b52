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
_VALUES = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30,
    "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_VALUE = rf"(?:{'|'.join(sorted(_VALUES, key=len, reverse=True))})"
_SPOKEN = (
    rf"\b(?:half(?:\s+of)?\s+an?|an?|{_VALUE})(?:[\s-]+(?:and\s+)?(?:hundred|{_VALUE})){{0,6}}"
    r"\s+(?:thousand|grand|million)\b"
    rf"|\b(?:an?(?:\s+hundred)?|{_VALUE}(?:[\s-](?:hundred|{_VALUE})){{0,6}})"
    r"(?=\s+(?:dollars?|bucks?|cents?|euros?|k)\b)"
)
# Amounts are n, with a currency's sign d, in thousands k; what has no letter of its own is x.
_WORD = Pattern(
    rf"""
      (?:(?P<d>[$€£]|\b(?:usd|eur))\s*)? (?!401\s?k\b)
      (?P<n>[1-9]\d{{0,2}}(?:(?:[ ]\d{{3}})+|(?:['’]\d{{3}})+|(?:\.\d{{3}}){{2,}})
        |\d+(?:[,_]\d{{3}})*(?:\.\d+)?|\.\d+) (?![,_.]?\d)
      (?: \s*(?P<k>k|thousand|grand|m|mio|million)\b(?!\s*(?:share|contract))
        | (?=c\b) | (?!\w|-\d|[\s-]*{_UNIT}) )
    | (?P<N>{_SPOKEN})
    | (?P<z>(?:no|without(?:\s+any)?|zero|free\s+of)\s+(?:commissions?|fees?)\b
        |(?:commissions?|fees?)[\s-]*free\b|free\s+of\s+charge\b)
    | (?P<F>(?:commissions?|fees?|costs)\b)
    | (?P<A>(?:(?:initial|starting)\s+)?(?:capital|account(?:\s+size)?|portfolio|balance|money
        |investment|cash(?!.(?:secured|settled)))\b)
    | (?P<c>(?:dollars?|bucks?|usd|euros?|eur)\b|€)
    | (?P<q>c(?:ents?)?\b|¢)
    | (?P<e>(?:per|an?|each|/)\s*contract\b)
    | (?P<o>(?:per|an?|each|/)\s*(?:option|trade)\b|each(?=\s*(?:$|[,.;)]|and\b|with\b|on\b)))
    | (?P<h>(?:per|an?|each|/)\s*share\b)
    | (?P<v>(?:per|each)\b|/)
    | (?P<g>(?:premiums?|credits?|profits?|targets?|gains?|loss(?:es)?|stop|margin|collateral
        |strikes?|prices?|collect\w*|earn\w*|receiv\w*)\b)
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
_OWN = r"[eoh]?[lt]?[nd](?!c?A)(?![cq]?v)"  # after a fee, the amount that is its own
_NO_FEE = rf"(?![cq]?[eohv]|q|c?i?F(?!{_OWN}))"  # after no fee's amount: "50000 commission 1"
_NO_GAIN = r"(?<![gv])(?<!g[lt])"  # a premium of 50 dollars a contract is no fee, no account
_COMMISSION = (
    rf"[eoh]?F{_OWN}[cq]?[eoh]?",  # fees of 0.65 dollars a contract
    rf"[nd][cq]?[eoh]?i?F(?!{_OWN})",  # 1 dollar per contract in fees, 65 cents commission
    r"z",  # without commission
    rf"{_NO_GAIN}(?<!t)[nd][cq]?e",  # 1 dollar per contract
)
_CAPITAL = (
    rf"A[ltw]?a?[ndk]{_NO_FEE}c?",  # a capital of 20000 dollars
    r"[ndk]c?A",  # 25k account
    rf"[spw]a?[nd]{_NO_FEE}c",  # for 10000 dollars
    rf"{_NO_GAIN}[spw]?a?k{_NO_FEE}(?!c?g(?!A))c?",  # on 50k
    rf"[sw]a?d{_NO_FEE}",  # using $50,000
    rf"sa?n{_NO_FEE}(?=[ipswyl]|$)",  # starting with 10000 in puts
)
_SAID = Pattern(rf"(?P<commission>{'|'.join(_COMMISSION)})|(?P<capital>{'|'.join(_CAPITAL)})")
_TIMES = {"k": 1e3, "t": 1e3, "g": 1e3, "m": 1e6}
_SHARES = 100  # a contract
_POINTED = Pattern(r"[1-9]\d{0,2}\.\d{3}")  # 20.000, as much of Europe writes 20,000
_NUMBER = Pattern(
    r"(?<![\w.])(?:s&p\s*)?[-+]?\$?\d[\d.,_]*(?<![.,_])"
    r"(?:\s*%|\s*(?!(?:and|or|to|then)\b)[a-z]+\b)?",
    re.IGNORECASE,
)
# What is no number of digits, and as good as one: "no slippage", "half a million".
_UNNUMBERED = Pattern(
    r"\b(?:no|without(?:\s+any)?|zero|free\s+of)\s+(?:slippage|(?:bid.?ask\s+)?spreads?|tax(?:es)?"
    r"|(?:(?:trading|transaction)\s+)?costs?)\b"
    rf"|(?:{_SPOKEN})(?:\s+(?:dollars?|bucks?|cents?|euros?|k)\b)?"
    r"|(?<!\d\s)\b(?:[a-z]+\s+)?(?:hundred|thousand|grand|million)s?\b",
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
            slots[name] = _sum(name, taken)
            rest, end = f"{rest}{text[end : taken[0].start()]} , ", taken[-1].end()
    return slots, rest + text[end:]


def left(text: str) -> list[str]:
    """Return the options and numbers that nobody took, and sums and savings in words."""
    unknown = [match[0].strip() for match in _OPTION.finditer(text)]
    rest = _OPTION.sub(" ", text)
    found = [*_NUMBER.finditer(rest), *_UNNUMBERED.finditer(rest)]
    return [*unknown, *(match[0].strip() for match in found)]


def _letter(word: re.Match[str]) -> str:
    if word["N"]:
        return "k" if re.search(r"(?:thousand|grand|million)$", word["N"], re.IGNORECASE) else "n"
    if not word["n"]:
        return word.lastgroup or "x"
    if word["k"] and (word["d"] or word["k"].lower() != "m"):  # a bare "3m" may be three months
        return "k"
    return "d" if word["d"] else "n"


def _sum(name: str, taken: list[re.Match[str]]) -> float:
    """Return the words' amount: currency, of a commission a contract; none is 0."""
    word = next((one for one in taken if one["n"] or one["N"]), None)
    if word is None:
        return 0.0
    amount = _spoken(word["N"]) if word["N"] else _amount(word, pointed=name == "capital")
    if any(one["q"] for one in taken):
        amount /= 100
    return amount * _SHARES if any(one["h"] for one in taken) else amount


def _amount(word: re.Match[str], *, pointed: bool) -> float:
    said = word["n"]
    if said.count(".") > 1 or (pointed and not word["k"] and _POINTED.fullmatch(said)):
        said = said.replace(".", "")
    times = _TIMES[word["k"][0].lower()] if word["k"] else 1.0
    return float(re.sub(r"[,_ '’]", "", said)) * times


def _spoken(text: str) -> float:
    """Return what "two hundred and fifty thousand" or "half a million" is."""
    amount = 0.0
    for said in re.split(r"[\s-]+", text.lower()):
        if said == "hundred":
            amount = (amount or 1) * 100
        elif said in ("thousand", "grand", "million"):
            amount = (amount or 1) * _TIMES[said[0]]
        else:
            amount += 0.5 if said == "half" else _VALUES.get(said, 0)
    return amount or 1.0


def _value(option: Option, value: str | None) -> Argument:
    if option.kind == "flag":
        return True
    if value is None or option.kind == "word":
        return value
    return float(value) if re.fullmatch(r"\d+(?:\.\d+)?|\.\d+", value) else None
