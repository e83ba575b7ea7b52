"""The chances of one option: to touch its strike, to end in the money, to earn for either side."""

import re

import anyio

from engine.agents.option_premium import premium_in
from engine.agents.tool import Call, Refused
from engine.agents.tools.options.asked import Asked, asked, figure
from engine.evidence import Evidence, Figures

_EXAMPLE = 'for example: "probability of profit of a 20 put sold at 0.61 spot 22 vol 55% 35 days"'
_SOURCE = "lognormal spot, risk-neutral drift, float64 on the CPU"
# "touching 20", "below 20": a level is the strike of the question.
_LEVEL = re.compile(
    r"\b(?:touch(?:es|ing)?|reach(?:es|ing)?|hit(?:s|ting)?|below|under|above|over)\s+"
    r"(?:the\s+)?\$?(?=\.?\d)(?!\s*[\d.]+\s*(?:%|d\b|days|weeks|months))",
    re.IGNORECASE,
)
_FALLS = re.compile(r"\b(?:below|under)\b", re.IGNORECASE)
_RISES = re.compile(r"\b(?:above|over)\b", re.IGNORECASE)


async def chances(call: Call) -> Evidence:
    """Return the chances; without a price the option's own model value is what it sold for."""
    text = call.text("terms")
    premium, rest = premium_in(text)
    found = await asked(call, _LEVEL.sub(" strike ", rest), held=True)
    kind = found.terms.kind or _side(text, found)
    return await anyio.to_thread.run_sync(_worked_out, found, kind, premium)


def _side(text: str, found: Asked) -> str:
    if _FALLS.search(text):
        return "put"
    if _RISES.search(text):
        return "call"
    return "put" if (found.terms.strike or 0.0) <= (found.terms.spot or 0.0) else "call"


def _worked_out(found: Asked, kind: str, premium: float | None) -> Evidence:
    from engine.kernels import american, probabilities
    from engine.kernels.errors import InvalidArgument

    terms = found.terms
    spot, strike, volatility = terms.spot or 0.0, terms.strike or 0.0, terms.volatility or 0.0
    drift = found.rate - found.dividend_yield
    said = [*found.assumptions, f"drift {drift:.2%} a year, rate less yield: as prices contain it"]
    try:
        if premium is None:
            market = (found.rate, found.dividend_yield)
            value = american.price(kind, spot, strike, found.years, volatility, *market)
            premium = float(value.price)
            said.append(f"profit: from the American model price, {premium:.4f} a share")
        shape = (found.years, volatility, drift)
        ends = float(probabilities.in_the_money(kind, spot, strike, *shape))
        touches = float(probabilities.touch(spot, strike, *shape))
        earns = float(probabilities.profit(kind, "short", spot, strike, premium, *shape))
    except InvalidArgument as error:
        raise Refused(str(error), _EXAMPLE) from error
    said.append("touch: watched at every moment; at closes only it is less often")
    rows = (
        (f"ends in the money ({kind})", ends),
        (f"touches {strike:g} before", touches),
        ("profit for who sold", earns),
        ("profit for who bought", 1.0 - earns),
    )
    items = tuple(figure(name, value, "of 1", _SOURCE) for name, value in rows)
    return Evidence(
        verdict=f"the {kind} ({found.contract}) ends in the money with {ends:.1%}, the stock "
        f"touches {strike:g} before with {touches:.1%}, and who sold it at {premium:.2f} earns "
        f"with {earns:.1%}",
        sections=(Figures("Chances", items),),
        weight=3,
        assumptions=tuple(said),
    )
