"""What a question on the past sets in words: account, commission, and what nobody takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.agents.desk import backtested
from engine.agents.desk.terms import desk_slots
from engine.agents.planner import plan
from engine.agents.slots import extract, masked
from engine.evidence import Argument, Understanding


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("backtest the wheel from 2025-01-02 to 2026-10-30 --hold", {"hold": True}),
        ("backtest the wheel --hold --atm", {"hold": True, "at_the_money": True}),
        ("backtest the wheel held to expiry", {"hold": True}),
        ("the wheel --factor 1.2 --skew=0.1", {"volatility_factor": 1.2, "skew": 0.1}),
        ("with 50000 dollars and commission 1", {"capital": 50_000.0, "commission": 1.0}),
        ("with $50,000 and $1 commission per contract", {"capital": 50_000.0, "commission": 1.0}),
        ("on a 25k account, fees of 0.65 a contract", {"capital": 25_000.0, "commission": 0.65}),
        ("with 50k and 65 cents commission", {"capital": 50_000.0, "commission": 0.65}),
        ("fees of 65¢ a contract on 9000 usd", {"capital": 9_000.0, "commission": 0.65}),
        ("with a capital of 20000, without commission", {"capital": 20_000.0, "commission": 0.0}),
        ("starting with 10000 in 2023", {"capital": 10_000.0, "begin": "2023-01-01"}),
        ("selling 25 delta puts with 50k since 2020", {"capital": 50_000.0, "delta": 0.25}),
        ("against buy-and-hold", {"hold": None}),
        ("wheel in 2023, profit target of 50%", {"unread": "50%"}),
        ("the wheel --foo 3 since 2020", {"unread": "--foo 3"}),
        ("wheel with 30 days to expiry from 2020 to 2023", {"days": 30.0, "unread": None}),
    ],
)
def test_what_a_backtest_is_told_is_taken_or_named_as_not_taken(
    text: str, slots: dict[str, Argument]
) -> None:
    """Each number and option fills its slot; one that fills none is unread."""
    found = desk_slots("backtest", text)
    assert {name: found.get(name) for name in slots} == slots


def test_the_plan_hands_account_and_commission_on_and_says_what_is_not_kept_to() -> None:
    """Capital and commission are arguments of the tool; an unread number is an assumption."""
    slots = desk_slots("backtest", "the wheel with $9000, commission 2, target 40%")
    planned = plan([Understanding("the text", "said", "backtest", slots)])
    assert planned.tasks[0].arguments == {"capital": 9_000.0, "commission": 2.0}
    assert planned.assumptions == ("not kept to: 40%",)


def test_a_validation_says_which_rules_of_the_question_it_does_not_keep_to() -> None:
    """The published index has rules of its own."""
    slots: dict[str, Argument] = {"strategy": "validate", "delta": 0.3, "hold": True}
    said = plan([Understanding("the text", "said", "backtest", slots)]).assumptions
    assert said == (
        "a validation keeps to the published index's own rules: not kept to is delta, hold",
    )


def spelled(amount: int) -> st.SearchStrategy[str]:
    """Return the ways to write an amount of whole hundreds."""
    thousands = f"{amount / 1000:g}"
    plain = (str(amount), f"{amount:,}", f"{amount:.2f}", f"{amount:_}")
    european = [f"{amount:,}".replace(",", mark) for mark in (".", " ", "'")]
    return st.sampled_from(
        [*plain, *european, f"{thousands}k", f"{thousands} thousand", f"{thousands}K"]
    )


_ACCOUNTS = (
    "with {} dollars", "with ${}", "on a {} account", "a capital of {}", "capital=${}",
    "starting with {}", "invested {} euros", "given a balance of {} usd",
    "{} bucks initial capital", "with an account size of {}",
)  # fmt: skip
_FEES = (
    "commission {}", "with a commission of ${}", "fees of {} a contract", "fees: {} per option",
    "${} per contract commission", "${}/contract fees", "{} dollars in fees", "{} commission",
)  # fmt: skip
_OTHERS = (
    "since 2020-03-01", "from 2019 to 2021", "in 2023", "over the last 3 years", "last 90 days",
    "a profit target of 50%", "puts at 0.3 delta", "selling 25 delta", "35 DTE",
    "45 days to expiry", "the 22 puts", "strike 20", "30 cash-secured puts", "10% out of the money",
    "with 5 contracts",
)  # fmt: skip


@given(st.data())
def test_a_sentence_of_account_fees_and_other_numbers_is_read_in_any_order(
    data: st.DataObject,
) -> None:
    """However the two are spelled; a date, percent, delta or strike is neither and stays."""
    capital = data.draw(st.integers(1, 90_000)) * 100
    commission = data.draw(st.integers(0, 999)) / 100
    account = data.draw(st.sampled_from(_ACCOUNTS)).format(data.draw(spelled(capital)))
    written = data.draw(st.sampled_from([f"{commission:.2f}", f"{commission:g}"]))
    fee = data.draw(st.sampled_from(_FEES)).format(written)
    if commission == 0 and data.draw(st.booleans()):
        fee = data.draw(st.sampled_from(["without any fees", "no commission", "zero fees"]))
    others = data.draw(st.lists(st.sampled_from(_OTHERS), max_size=3, unique=True))
    parts = data.draw(st.permutations([account, fee, *others]))
    between = data.draw(st.sampled_from([", ", " and "]))
    slots, rest = backtested.money(f"backtest the wheel{between}{between.join(parts)}")
    assert slots == {"capital": pytest.approx(capital), "commission": commission}
    assert [one for one in parts if one in rest] == [one for one in parts if one in others]
    assert len(backtested.left(rest)) == len(backtested.left(between.join(others)))


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("capital 50000 commission 1", {"capital": 50_000.0, "commission": 1.0}),
        ("50000 capital 1 commission", {"capital": 50_000.0, "commission": 1.0}),
        ("with $1 commission $50000 capital", {"capital": 50_000.0, "commission": 1.0}),
        ("with $50,000 commission 1", {"capital": 50_000.0, "commission": 1.0}),
        ("invest 10000 into the wheel", {"capital": 10_000.0}),
        ("invest $500 each month", {}),
        ("start with 100 shares", {}),
        ("with $20 puts", {}),
        ("commission 1,50", {}),
        ("on 20k, not on a 50k account", {"capital": 20_000.0}),
    ],
)
def test_what_no_sign_parts_goes_to_the_word_it_stands_by(
    text: str, slots: dict[str, Argument]
) -> None:
    """Without a comma a fee takes the amount behind it, unless that is the account's."""
    assert backtested.money(text)[0] == slots


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("with commission 0.0065 per share", {"commission": 0.65}),
        ("with 20.000 euros", {"capital": 20_000.0}),
        ("with €20.000", {"capital": 20_000.0}),
        ("with 1.000.000 dollars", {"capital": 1_000_000.0}),
        ("with 20 000 dollars", {"capital": 20_000.0}),
        ("capital 60'000", {"capital": 60_000.0}),
        ("commission 1.250", {"commission": 1.25}),
        ("50k and 1 dollar per contract", {"capital": 50_000.0, "commission": 1.0}),
        ("50 cents a contract", {"commission": 0.5}),
        ("1.5 dollars each contract", {"commission": 1.5}),
        ("with 0.65/contract", {"commission": 0.65}),
        ("fees of 65c", {"commission": 0.65}),
        ("over 2023, 25k", {"begin": "2023-01-01", "end": "2023-12-31", "capital": 25_000.0}),
        ("2025 only", {"begin": "2025-01-01", "end": "2025-12-31"}),
        ("commission-free", {"commission": 0.0}),
        ("fee free", {"commission": 0.0}),
        ("free of charge", {"commission": 0.0}),
        ("with ten thousand dollars", {"capital": 10_000.0}),
        ("with two hundred and fifty thousand dollars", {"capital": 250_000.0}),
        ("with half a million", {"capital": 500_000.0}),
        ("one dollar a contract", {"commission": 1.0}),
        ("no slippage", {"unread": "no slippage"}),
        ("commission 1 per month", {"unread": "1 per"}),
        ("a premium of 50 dollars per contract", {"unread": "50 dollars"}),
        ("risk 500 per trade", {"unread": "500 per"}),
        ("on 10k shares", {"unread": "10k"}),
        ("the 25c, 50k", {"unread": "25c", "capital": 50_000.0}),
        ("profit target of 5k", {"unread": "5k"}),
        ("at a dollar a contract", {"unread": "a dollar"}),
        ("after my 5k loss", {"unread": "5k"}),
        ("3 puts per 10k", {"unread": "3 puts, 10k"}),
        ("on a 50k margin account", {"capital": 50_000.0}),
        ("with USD 25,000", {"capital": 25_000.0}),
        ("with half of a million", {"capital": 500_000.0}),
        ("with a few thousand", {"unread": "few thousand"}),
        ("per share commission of 0.01", {"commission": 1.0}),
        ("without trading costs", {"unread": "without trading costs"}),
        ("2020 to 2022 only", {"begin": "2020-01-01", "end": "2022-12-31"}),
        ("a hundred dollars of it", {"unread": "a hundred dollars"}),
    ],
)
def test_money_is_read_as_people_write_it_or_named_as_not_taken(
    text: str, slots: dict[str, Argument]
) -> None:
    """Nothing else of the sentence is filled, and nothing of it is passed over."""
    found = desk_slots("backtest", f"backtest the wheel {text}")
    assert found == slots | {"strategy": "wheel"}


@pytest.mark.parametrize("text", ["with 0.65/contract", "$1.50/trade fees", "65c/option, 12k EUR"])
def test_a_price_of_a_contract_is_no_path_and_a_currency_no_stock(text: str) -> None:
    """What money is written with names neither a file nor a ticker."""
    assert extract(f"backtest the wheel {text}") == {}
    assert "<file>" not in masked(text)


@pytest.mark.parametrize(
    ("text", "arguments", "said"),
    [
        ("sharpe ratio of AAPL with a risk free rate of 2%", {"rate": 0.02}, ()),
        ("sharpe ratio of AAPL at 3 percent risk-free", {"rate": 0.03}, ()),
        ("sharpe ratio of AAPL, risk-free rate 0", {"rate": 0.0}, ()),
        (
            "sharpe ratio of AAPL with risk free 0.02",
            {},
            ("not kept to: risk free 0.02 (is it percent?)",),
        ),
        ("0 day volatility of AAPL", {"days": 0.0}, ()),
    ],
)
def test_a_sharpe_ratios_rate_is_taken_or_named_as_not_taken(
    text: str, arguments: dict[str, Argument], said: tuple[str, ...]
) -> None:
    """The tool gets the rate of the question, 0 too."""
    slots = extract(text) | desk_slots("past_prices", text)
    planned = plan([Understanding(text, "said", "past_prices", slots)])
    assert planned.tasks[0].arguments == {"ticker": "AAPL"} | arguments
    assert planned.assumptions == said
