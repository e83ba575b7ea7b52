"""What a question on one option says, and what is assumed aloud where it says nothing."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from engine.agents.option_terms import Terms, read
from engine.agents.tool import Call, Refused
from engine.evidence import Figure

EXAMPLE = 'for example: "price a put strike 20 spot 22 vol 55% 35 days rate 4.5%"'
_SEVERAL = re.compile(
    r"\b(straddle|strangle|iron\s+condor|condor|butterfly|vertical|calendar|diagonal|collar|"
    r"spread)s?\b",
    re.IGNORECASE,
)
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


def asked(call: Call, text: str, *, without: str = "") -> Asked:
    """Read the terms; `without` names one that this question doesn't need.

    Raises:
        Refused: they are of several options, contradictory, or incomplete.
    """
    if several := _SEVERAL.search(text):
        raise Refused(
            f"a {several[1].lower()} is several options, and this takes one",
            "ask for each of its legs; their prices and Greeks add up",
        )
    today = datetime.fromtimestamp(call.services.clock.wall_s(), UTC).astimezone().date()
    try:
        terms = read(text, today)
    except ValueError as error:
        raise Refused(str(error), EXAMPLE) from error
    if missing := [name for name in terms.missing() if name != without]:
        raise Refused(f"the query doesn't say: {', '.join(missing)}", EXAMPLE)
    rate, dividend_yield, said = _assumed(terms, call)
    return Asked(terms, rate, dividend_yield, said, bool(_EUROPEAN.search(text)))


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
