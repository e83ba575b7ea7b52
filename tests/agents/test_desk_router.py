"""Questions to the trading desk in words: intent, slots, and what is left to the code."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.agents.desk.terms import desk_slots, share
from engine.agents.desk.vocabulary import DESK_INTENTS
from engine.evidence import Argument

from .desk_phrases import DESK, MORE_DESK, THIRD_DESK
from .test_router import Project, project
from .trader_phrases import OF_CODE, OF_OTHERS, PAST_RETURNS, TRADER

__all__ = ["project"]

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("text", "intents", "slots"), [*DESK, *MORE_DESK, *THIRD_DESK, *TRADER, *PAST_RETURNS]
)
async def test_a_question_to_the_desk_is_understood(
    project: Project, text: str, intents: str, slots: dict[str, Argument]
) -> None:
    """Each is one question, of an intent that fits, with the numbers that it names."""
    understood = await project.one(text)
    assert understood.intent in intents.split("|")
    assert {name: understood.slots.get(name) for name in slots} == slots


@pytest.mark.parametrize("text", [*OF_CODE, *OF_OTHERS])
async def test_what_only_sounds_like_the_desk_is_left_to_the_others(
    project: Project, text: str
) -> None:
    """Code that does what a desk does, and words with another meaning, are not the desk's."""
    assert {one.intent for one in await project.all(text)}.isdisjoint(DESK_INTENTS)


@pytest.mark.parametrize("text", OF_CODE)
async def test_a_question_about_the_desks_code_is_understood(project: Project, text: str) -> None:
    """It is one that the code answers, not one that nobody understands."""
    assert (await project.one(text)).intent != "unknown"


@pytest.mark.parametrize(
    ("text", "lacking"),
    [
        ("when does U report earnings", "earnings"),
        ("IV rank of U", "implied volatility"),
        ("news on U", "news"),
        ("will unity go up next week", "prices"),
        ("buy 100 shares of U", "orders"),
    ],
)
async def test_what_no_tool_answers_is_refused_by_name(
    project: Project, text: str, lacking: str
) -> None:
    """The refusal says what it would take, rather than that nothing was understood."""
    understood = await project.one(text)
    assert understood.intent == "unknown"
    assert lacking in str(understood.slots["lacking"])


@pytest.mark.parametrize("around", ["{}", "please {}", "hey, {}?", "{} right now", "can you {}"])
@pytest.mark.parametrize(
    "text",
    ["stress test my book", "which put should I sell at 30 delta", "backtest the wheel", "limits"],
)
async def test_politeness_changes_no_number(project: Project, text: str, around: str) -> None:
    """Intent and numbers are the same however the question is wrapped."""
    plain, polite = await project.one(text), await project.one(around.format(text))
    assert polite.intent == plain.intent
    for slot in ("delta", "days", "strategy", "spot_move"):
        assert polite.slots.get(slot) == plain.slots.get(slot)


@pytest.mark.parametrize("text", ["WHICH PUT SHOULD I SELL", "SHOULD I ROLL", "MY VAR", "CSP"])
async def test_a_shouted_word_is_no_ticker(project: Project, text: str) -> None:
    """In a question of capitals only, nothing tells a ticker from a word."""
    assert "ticker" not in (await project.one(text)).slots


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("what if U drops 10%", {"spot_move": -0.1}),
        ("what if U is up 10%", {"spot_move": 0.1}),
        ("a -5% gap", {"spot_move": -0.05}),
        ("a +5% gap down", {"spot_move": 0.05}),
        ("what if unity goes to 15", {"spot_level": 15.0}),
        ("vol down 5 points", {"volatility_points": -5.0}),
        ("spot -10%, vol +20", {"spot_move": -0.1, "volatility_points": 20.0}),
        ("10 points of vol lower", {"volatility_points": -10.0}),
        ("stress test", {}),
    ],
)
def test_moves_are_read_with_their_sign(text: str, slots: dict[str, Argument]) -> None:
    """The sign is the number's own, or the word's that says where it goes."""
    assert desk_slots("stress", text) == slots


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("backtest from 2020 to 2023", {"begin": "2020-01-01", "end": "2023-12-31"}),
        ("backtest 2020-2023", {"begin": "2020-01-01", "end": "2023-12-31"}),
        ("backtest from 2020-03-01 to 2021-06-30", {"begin": "2020-03-01", "end": "2021-06-30"}),
        ("backtest since 2021-02-30", {}),
        ("backtest until 2019", {"end": "2019-12-31"}),
        ("backtest for 2024", {"begin": "2024-01-01", "end": "2024-12-31"}),
        ("backtest held to expiry atm", {"hold": True, "at_the_money": True}),
        ("backtest .3 delta 5 weeks", {"delta": 0.3, "days": 35.0}),
    ],
)
def test_the_past_is_read_in_days(text: str, slots: dict[str, Argument]) -> None:
    """Years stand for their first and last day; a day that doesn't exist is none."""
    assert desk_slots("backtest", text) == slots


def test_a_delta_is_a_fraction_however_it_is_said() -> None:
    """30 and 0.30 are the same delta."""
    assert share(30.0) == share(0.3) == 0.3


@given(st.text(max_size=80), st.sampled_from(sorted(DESK_INTENTS)))
def test_any_text_gives_slots(text: str, intent: str) -> None:
    """No text makes the reader fail, and every slot has a value."""
    assert all(value is not None for value in desk_slots(intent, text).values())
