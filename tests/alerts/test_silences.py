import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from engine.alerts import silences
from engine.alerts.errors import BadSilence, UnknownSilence
from engine.alerts.silence import LONGEST_S, Silence, matchers, silence, silenced
from engine.alerts.silences import Lasting

NOW_S = 1_760_000_000.25
RULES = ("high_memory", "low_success")
THERE = [{"rule": name, "severity": "critical", "desk": "a=b"} for name in RULES]


def made(name: str = "0000000a", for_s: float = 3600.0, **fit: str) -> Silence:
    return silence(name, fit or {"rule": "high_memory"}, NOW_S, for_s, by="me", reason="known")


def test_what_is_written_is_read(tmp_path: Path) -> None:
    """Any session sees what another wrote, up to the longest span, in a folder of its user's."""
    folder = tmp_path / "alerts" / "silences"
    assert silences.read(folder).silences == ()
    written = (made(), made("0000000b", LONGEST_S, severity="info", desk="a b"))
    for one in written:
        silences.add(folder, one)
    assert silences.read(folder) == silences.Found(written)
    assert folder.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("matchers", "for_s", "said"),
    [
        ({}, 60.0, "a silence of everything is not made"),
        ({"rule": "x"}, 0.0, "expected a silence for more than 0 s and at most 30 days"),
        ({"rule": "x"}, LONGEST_S + 1, "at most 30 days, found 2.592e+06 s"),
        ({"rule": "x"}, float("nan"), "at most 30 days, found nan s"),
        (
            {"Rule": "x"},
            60.0,
            'expected label=value with a label of letters a-z and _, found "Rule"',
        ),
        ({"rule": " "}, 60.0, "rule: expected a value of 1 to 200 characters, found 0"),
        ({"rule": "x" * 201}, 60.0, "rule: expected a value of 1 to 200 characters, found 201"),
        ({"a" * n: "x" for n in range(1, 30)}, 60.0, "expected 1 to 20 of rule=NAME"),
    ],
)
def test_a_silence_that_cannot_be_meant_is_refused(
    matchers: dict[str, str], for_s: float, said: str
) -> None:
    """It would mute everything, nothing, or for ever."""
    with pytest.raises(BadSilence) as caught:
        silence("0000000a", matchers, NOW_S, for_s)
    assert said in str(caught.value)


def test_names_and_labels_are_read_as_matchers() -> None:
    """A word alone is a rule and a silence of its own; labels have to fit in each."""
    found = matchers(["high_memory", "low_success", "desk=a=b"], THERE)
    assert found == [
        {"rule": "high_memory", "desk": "a=b"},
        {"rule": "low_success", "desk": "a=b"},
    ]
    assert matchers(["severity=critical", "desk=a=b"], THERE) == [
        {"severity": "critical", "desk": "a=b"}
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["high_memry"], 'there is no rule "high_memry"; did you mean "high_memory"?'),
        (["rule=zzz"], 'there is no rule "zzz"; expected one of high_memory, low_success'),
        (["high_memory", "rule=low_success"], 'expected "rule" once, as all have to fit'),
        (["high_memory", "high_memory"], 'expected "rule" once'),
        (["desk=a=b", "desk=c"], 'expected "desk" once'),
        (["desk=nope"], "no rule has desk=nope; there are: desk=a=b, severity=critical"),
        (["low_success", "severity=info"], "low_success does not have severity=info; there are"),
    ],
)
def test_a_wrong_matcher_is_named(words: list[str], said: str) -> None:
    """With the nearest rule, or why two don't go together."""
    with pytest.raises(BadSilence) as caught:
        matchers(words, THERE)
    assert said in str(caught.value)


def test_all_matchers_have_to_fit() -> None:
    """Rule and severity are labels, too; one that is missing fits nothing."""
    one = made(rule="hot", severity="critical", desk="a")
    assert one.fits("hot", "critical", {"desk": "a", "room": "b"})
    assert not one.fits("hot", "warning", {"desk": "a"})
    assert not one.fits("hot", "critical", {})
    long, short = made("0000000a", 60.0, rule="hot"), made("0000000b", 90.0, rule="hot")
    assert silenced([long, short], "hot", "info", {}) == short
    assert silenced([long, short], "cold", "info", {}) is None


def test_a_silence_is_ended_once(tmp_path: Path) -> None:
    """It stays in the folder with its end; ending it again, or an unknown one, is an error."""
    silences.add(tmp_path, made())
    ended = silences.end(tmp_path, "0000000a", NOW_S + 60)
    assert (ended.ended, ended.until_s) == (True, NOW_S + 60)
    assert silences.read(tmp_path).silences == (ended,)
    for name in ("0000000a", "../../x"):
        with pytest.raises(UnknownSilence, match="there is no silence"):
            silences.end(tmp_path, name, NOW_S + 61)


def test_an_unknown_silence_has_the_nearest_one(tmp_path: Path) -> None:
    """A slip of the finger is named."""
    silences.add(tmp_path, made())
    with pytest.raises(UnknownSilence, match='did you mean "0000000a"'):
        silences.end(tmp_path, "0000000b", NOW_S)


def test_old_silences_are_removed_after_a_day(tmp_path: Path) -> None:
    """What ended within the day can still be seen."""
    silences.add(tmp_path, made("0000000a", 60.0))
    silences.add(tmp_path, made("0000000b", 7200.0))
    assert silences.tidy(tmp_path, NOW_S + 86_400 + 61) == 1
    assert [one.id for one in silences.read(tmp_path).silences] == ["0000000b"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "this is no silence, it mutes nobody"),
        (b"\xff\xfe", "this is no silence, it mutes nobody"),
        (b"[" * 50_000, "this is no silence, it mutes nobody"),
        (b" " * 70_000, "expected at most 65536 bytes"),
        (b'{"id":"0000000c","matchers":{},"starts_s":1,"until_s":9}', "of everything is not made"),
        (b'{"id":"0000000d","matchers":{"a":"b"},"starts_s":1,"until_s":9}', 'expected the id "0'),
        (b'{"id":"0000000c","matchers":{"a":"b"},"starts_s":1,"until_s":9e9}', "at most 30 days"),
        (b'{"id":"0000000c","matchers":{"a":"b"},"starts_s":9e16,"until_s":9e16}', "a calendar"),
        (b'{"id":"0000000c","matchers":{"a":1},"starts_s":1,"until_s":9}', "Expected `str`"),
    ],
)
def test_a_damaged_file_mutes_nobody(tmp_path: Path, content: bytes, said: str) -> None:
    """It is told and passed over, the others count."""
    silences.add(tmp_path, made())
    (tmp_path / "0000000c.json").write_bytes(content)
    found = silences.read(tmp_path)
    assert [one.id for one in found.silences] == ["0000000a"]
    assert found.damaged[0].startswith("0000000c.json: ")
    assert said in found.damaged[0]


def test_a_pipe_in_the_folder_holds_nobody(tmp_path: Path) -> None:
    """What is no file is told; so is one that can't be opened."""
    os.mkfifo(tmp_path / "0000000c.json")
    (tmp_path / "0000000d.json").symlink_to(tmp_path / "0000000d.json")
    found = silences.read(tmp_path)
    assert "found something else" in found.damaged[0]
    assert "0000000d.json: can't be read, it mutes nobody" in found.damaged[1]


@given(st.lists(st.tuples(st.floats(0, 900), st.floats(-5, 5)), min_size=1, max_size=30))
def test_a_clock_that_is_set_moves_no_silence(steps: list[tuple[float, float]]) -> None:
    """Seen once, it lasts its hour by the monotonic clock."""
    lasting, one, mono_s, moved_s = Lasting(), made(), 100.0, 0.0
    for wait_s, days in steps:
        found = lasting.now([one], mono_s, NOW_S + (mono_s - 100.0) + moved_s)
        assert bool(found) is (mono_s < 100.0 + 3600.0)
        mono_s += wait_s
        moved_s += days * 86_400


def test_a_silence_never_lasts_longer_than_it_was_made_for() -> None:
    """A session that begins after the clock was set back a day sees an hour, not a day."""
    lasting = Lasting()
    assert lasting.now([made()], 0.0, NOW_S - 86_400)
    assert lasting.now([made()], 3599.0, NOW_S - 82_801)
    assert not lasting.now([made()], 3600.0, NOW_S - 82_800)


def test_an_ended_silence_lasts_no_longer() -> None:
    """The evaluator that had seen it last takes its end over."""
    lasting = Lasting()
    assert lasting.now([made()], 0.0, NOW_S)
    assert not lasting.now([replace(made(), ended=True, until_s=NOW_S + 5)], 5.0, NOW_S + 5)


def test_a_silence_is_told_as_an_event() -> None:
    """Everything that its maker said is in it."""
    event = silences.told(made())
    assert (event.silence, event.matchers, event.ended) == (
        "0000000a",
        {"rule": "high_memory"},
        False,
    )
    assert (event.starts_s, event.until_s) == (NOW_S, NOW_S + 3600)
    assert (event.by, event.reason) == ("me", "known")
