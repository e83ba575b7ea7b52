"""An understanding in words: what a query was taken to mean."""

from engine.agents.code_vocabulary import CODE_INTENTS
from engine.agents.vocabulary import SAID
from engine.evidence import Argument

Slots = dict[str, Argument]

_VIEWS = (
    "wheel_analysis options_analysis risk_analysis performance_analysis code_analysis "
    "file_analysis git_history backtest"
).split()
# The intents that are about a file, a folder or a name of code.
CODE = frozenset({*CODE_INTENTS, *_VIEWS}) - {"code_question"}
_ABOUT_TICKER = frozenset(
    "options_analysis risk_analysis wheel_analysis wheel_candidates backtest stress "
    "payoff smile past_prices".split()
)
_FIRST = {
    "debug": ", likely faults first",
    "optimize": ", what costs most first",
    "refactor": ", what to tidy first",
}
# What a question to the desk says beside its subject.
_SAID_OF = (
    ("strategy", " of {}"),
    ("figure", ", the {}"),
    ("asks", ", the {}"),
    ("against", " against {}"),
    ("kind", ", {}s"),
    ("strike", " at {:g}"),
    ("level", ", at {:.2%}"),
    ("horizon_days", " over {:g} trading days"),
    ("per_days", " over {:g} days"),
    ("spot_move", ", spot {:+.0%}"),
    ("spot_level", ", spot at {:g}"),
    ("spot_amount", ", spot {:+g} a share"),
    ("volatility_points", ", volatility {:+g} points"),
    ("volatility_level", ", volatility at {:.0%}"),
    ("volatility_times", ", volatility times {:g}"),
    ("rate_points", ", rate {:+g} points"),
    ("rate_level", ", rate at {:.2%}"),
    ("at_expiry", ", at expiry"),
    ("pass_days", ", after {:g} days"),
    ("delta", ", delta {:g}"),
    ("days", ", {:g} days"),
    ("begin", ", from {}"),
    ("end", ", to {}"),
    ("last", ", over {}"),
    ("hold", ", held to expiry"),
    ("at_the_money", ", at the money"),
    ("capital", ", capital {:,.0f}"),
    ("commission", ", commission {:g} a contract"),
    ("volatility_factor", ", volatility times {:g}"),
    ("skew", ", skew {:g}"),
    ("expiry", ", expiry {}"),
    ("capability", " of {}"),
    ("failed", ", those that failed"),
    ("slow", ", slowest first"),
    ("about", ' to "{}"'),
    ("away", " since the last console was left"),
    ("when", ", {}"),
)
_FOLLOWED = frozenset({"importers"})  # "who imports x", not "of x"


_NAMING = ("file", "folder", "missing", "module", "symbol")


def understood_as(intent: str, slots: Slots) -> str:
    """Return the intent and what it is about, as one reads it aloud."""
    if "lacking" in slots:
        return "a question that no tool here answers"
    words = SAID.get(intent, intent.replace("_", " ")) + _about(intent, slots)
    if intent in _ABOUT_TICKER and slots.get("ticker"):
        words += f" for {slots['ticker']}"
    if metrics := slots.get("metrics"):
        words += f" of {', '.join(metrics)}" if isinstance(metrics, tuple) else ""
    words += "".join(said.format(slots[name]) for name, said in _SAID_OF if name in slots)
    if intent == "monitor" and "duration_s" in slots:
        words += f" for {slots['duration_s']:g} s"
    if form := slots.get("format"):
        words += f" as {form}"
    if slots.get("transitive"):
        words += ", directly or not"
    return words + _FIRST.get(str(slots.get("focus")), "")


def _about(intent: str, slots: Slots) -> str:
    if intent == "text_search" and "pattern" not in slots and "missing" not in slots:
        return ""
    if intent == "text_search":
        return f" for {_sought(slots)}{_where(slots)}"
    if intent == "code_question":
        return f': "{slots.get("question")}"{_where(slots)}'
    if sought := slots.get("sought"):
        return f" of {sought} by {slots.get('file')}"
    about = next((slots[name] for name in _NAMING if slots.get(name)), None)
    if intent == "import_path":
        return f": from {about} to {slots.get('to')}" if about else ""
    if about is None or intent not in CODE:
        return ""
    return f" {about}" if intent in _FOLLOWED else f" of {about}"


def _where(slots: Slots) -> str:
    paths = slots.get("paths")
    return f" in {', '.join(paths)}" if isinstance(paths, tuple) and paths else ""


def _sought(slots: Slots) -> str:
    if label := slots.get("label"):
        return str(label)
    if words := slots.get("words"):
        return f'"{words}", in any joining{" and case" if slots.get("ignore_case") else ""}'
    how = " (regex)" if slots.get("regex") else " (whole word)" if slots.get("word") else ""
    return f"{slots.get('pattern')}{how}"
