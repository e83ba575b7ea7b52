"""What the words of a broker's export say was done: `STO`, `Buy to Close`, `OASGN`, `Sold`.

The words of the action and of the columns beside it are taken together, whatever their order.
Words of two kinds (bought and sold, assigned and expired) contradict each other and are refused.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from engine.market.reading.cells import BadCell

Verb = Literal["trade", "assigned", "exercised", "expired", "dividend", "split"]
Side = Literal["", "buy", "sell"]
Effect = Literal["", "open", "close"]

EXPECTED: Final = (
    "an action such as buy, sell, STO, BTC, buy to open, assigned, exercised, expired, dividend "
    "or split"
)
_VERBS: Final[Mapping[Verb, frozenset[str]]] = {
    "assigned": frozenset("assigned assignment assign oasgn".split()),
    "exercised": frozenset("exercised exercise oexcs".split()),
    "expired": frozenset("expired expiration expire expires oexp".split()),
    "dividend": frozenset("dividend dividends div cdiv".split()),
    "split": frozenset("split splits spl".split()),
}
_SIDES: Final[Mapping[Side, frozenset[str]]] = {
    "buy": frozenset("buy bought bto btc bot purchase purchased reinvest reinvestment".split()),
    "sell": frozenset("sell sold sto stc sld sale".split()),
}
_EFFECTS: Final[Mapping[Effect, frozenset[str]]] = {
    "open": frozenset("open opening opened bto sto".split()),
    "close": frozenset("close closing closed btc stc cover".split()),
}
_CODES: Final = {"a": "assigned", "ex": "exercised", "ep": "expired"}
_NO_TRADE: Final = frozenset(
    "deposit deposited withdrawal withdraw wire journal journaled interest transfer transferred "
    "moneylink ach cash fund funds fee tax withholding adjustment credit debit sweep acats".split()
)


@dataclass(frozen=True, slots=True)
class Action:
    """What was done.

    Attributes:
        side: of a trade, which; of shares that an option delivered, too; else empty.
        effect: whether it says that it opens or closes; a short sale opens.
    """

    verb: Verb
    side: Side = ""
    effect: Effect = ""


def action(said: frozenset[str]) -> Action | None:
    """Return what the words say was done; None: nothing that is a trade, such as a deposit.

    Raises:
        BadCell: nothing that is known, or two things at once.
    """
    verbs = [verb for verb, words in _VERBS.items() if words & said]
    sides = [side for side, words in _SIDES.items() if words & said]
    effects = [effect for effect, words in _EFFECTS.items() if words & said]
    for found in (verbs, sides, effects):
        if len(found) > 1:
            raise BadCell(f"one action, not {_listed(found)} at once")
    side: Side = sides[0] if sides else ""
    effect: Effect = effects[0] if effects else ""
    if side == "sell" and "short" in said and not effect:
        effect = "open"
    if verbs:
        return Action(verbs[0], side, effect)
    if side:
        return Action("trade", side, effect)
    if _NO_TRADE & said:
        return None
    raise BadCell(EXPECTED)


def ended(codes: frozenset[str]) -> frozenset[str]:
    """Return the words for the codes by which Interactive Brokers says how an option ended."""
    return frozenset(_CODES[code] for code in codes if code in _CODES)


def _listed(found: Iterable[str]) -> str:
    return " and ".join(found)
