"""What a question on one option says, and what is assumed aloud where it says nothing."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime

from engine.agents.option_terms import Terms, read
from engine.agents.tool import Call, Refused
from engine.agents.tools.options.from_book import filled
from engine.evidence import Figure

EXAMPLE = 'for example: "price a put strike 20 spot 22 vol 55% 35 days rate 4.5%"'
_SEVERAL = re.compile(
    r"\b(straddle|strangle|iron\s+condor|condor|butterfly|vertical|calendar|diagonal|collar|"
    r"spread)s?\b",
    re.IGNORECASE,
)
_OWN = re.compile(r"\b(?:my|our)\b", re.IGNORECASE)
_EUROPEAN = re.compile(r"\b(?:european?|black.?scholes|bsm?)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Asked:
    """An option in numbers; rate and yield as asked, configured, or 0 and said so."""

    terms: Terms
    rate: float
    dividend_yield: float
    assumptions: tuple[str, ...]
    european: bool

    @property
    def years(self) -> float:
        return (self.terms.days or 0.0) / 365

    @property
    def contract(self) -> str:
        """Return strike, days and spot in words."""
        terms = self.terms
        return f"strike {terms.strike:g}, {terms.days:g} days, spot {terms.spot:g}"


async def asked(call: Call, text: str, *, without: str = "", held: bool = False) -> Asked:
    """Read the terms; `without` names one that this question doesn't need.

    What is not said of an option of the own book (`held`, or "my") is taken from there.

    Raises:
        Refused: they are of several options, contradictory, or incomplete.
    """
    if several := _SEVERAL.search(text):
        raise Refused(
            f"a {several[1].lower()} is several options, and this takes one",
            "ask for each of its legs; their prices and Greeks add up",
        )
    try:
        terms = read(text, _today(call))
    except ValueError as error:
        raise Refused(str(error), EXAMPLE) from error
    if _missing(terms, without) and (held or _OWN.search(text)):
        terms = await filled(call, terms, text) or terms
    if missing := _missing(terms, without):
        raise Refused(f"the query doesn't say: {', '.join(missing)}", EXAMPLE)
    rate, dividend_yield, said = _assumed(terms, call)
    return Asked(terms, rate, dividend_yield, said, bool(_EUROPEAN.search(text)))


def _missing(terms: Terms, without: str) -> list[str]:
    return [name for name in terms.missing() if name != without]


def _today(call: Call) -> date:
    """Return the day that the project values at, or else today."""
    as_of = call.services.settings.config.market.as_of
    try:
        if as_of:
            return date.fromisoformat(as_of)
    except ValueError as error:
        raise Refused(f'[market] as_of is "{as_of}"', "set a day as 2025-01-17") from error
    return datetime.fromtimestamp(call.services.clock.wall_s(), UTC).astimezone().date()


def _assumed(terms: Terms, call: Call) -> tuple[float, float, tuple[str, ...]]:
    """Return rate and dividend yield, and every assumption that the figures rest on."""
    pricing = call.services.settings.config.pricing
    said = list(terms.readings)
    values = []
    for name, given, configured in (
        ("rate", terms.rate, pricing.rate),
        ("dividend yield", terms.dividend_yield, pricing.dividend_yield),
    ):
        if given is not None:
            values.append(given)
        elif configured is not None:
            values.append(configured)
            said.append(f"{name} {configured:.2%} from the configuration")
        else:
            values.append(0.0)
            said.append(f"{name} 0 %: neither query nor configuration says another")
    said.append("time ACT/365; rate and yield continuous; one contract is 100 shares")
    return values[0], values[1], tuple(said)


def figure(name: str, value: float, unit: str, source: str) -> Figure:
    """Return a figure of eight digits."""
    return Figure(name, float(f"{value:.8g}"), unit, source)
