"""The outbox: what is put stays put, goes out in order, waits, and is given up in the end."""

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest
from msgspec.structs import replace

from engine.alerts import shelf
from engine.alerts.delivery import Folders
from engine.alerts.message_file import MessageFile, create, name_of
from engine.alerts.outbox import Outbox
from engine.alerts.progress import Head, Intent, Outcome
from engine.alerts.undelivered import OutboxError
from engine.clock import ManualClock
from engine.events import AlertDelivered
from tests.alerts.delivering import Channels, message, names, round_of, slack_only
from tests.alerts.fake_slack import FakeSlack, fake_slack

pytestmark = pytest.mark.anyio
ABSENT: Channels = {"slack": "no webhook", "email": "no host"}
DAY_S = 86_400.0


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with fake_slack() as receiver:
        yield receiver


def put(outbox: Outbox, *messages: str, alert: str = "a1") -> None:
    for name in messages:
        assert outbox.put(message(name, alert=alert), ["slack"]) == 1


def path_of(folder: Path, name: str = "m1") -> Path:
    return folder / "outbox" / name_of(name, "slack")


async def test_an_id_is_put_once_for_each_channel_also_after_it_was_sent(
    tmp_path: Path, slack: FakeSlack
) -> None:
    """Whoever tells of the same happening again changes nothing, in whichever session."""
    outbox, other = Outbox(tmp_path), Outbox(tmp_path)
    assert outbox.put(message(), ["slack", "email"]) == 2
    assert other.put(message(), ["slack", "email"]) == 0
    await round_of(outbox, slack_only(slack))
    assert other.put(message(), ["slack", "email"]) == 0
    assert slack.ids == ["m1"]
    assert outbox.counts() == (1, 0, 0)


async def test_messages_of_one_alert_go_in_the_order_in_which_they_were_put(
    tmp_path: Path, slack: FakeSlack
) -> None:
    """A message that fails holds back those behind it of its alert, and none of another's."""
    outbox = Outbox(tmp_path)
    put(outbox, "z1", "a2")
    put(outbox, "b1", alert="a2")
    slack.script.append("400")
    await round_of(outbox, slack_only(slack))
    assert slack.ids == ["z1", "b1"]
    await anyio.sleep(2.0)
    told, due = await round_of(outbox, slack_only(slack))
    assert slack.ids == ["z1", "b1", "z1", "a2"]
    assert [(one.message, one.state, one.attempt) for one in told] == [
        ("z1", "sent", 2),
        ("a2", "sent", 1),
    ]
    assert due is None


async def test_a_channel_that_takes_nothing_is_tried_with_one_message(
    tmp_path: Path, slack: FakeSlack
) -> None:
    """The others wait for it, without an attempt of their own."""
    outbox = Outbox(tmp_path)
    for number in range(3):
        put(outbox, f"m{number}", alert=f"a{number}")
    slack.script.append("503")
    told, due = await round_of(outbox, slack_only(slack))
    assert [one.message for one in told] == ["m0"]
    assert outbox.counts() == (3, 1, 0)
    assert due is not None
    await anyio.sleep(due)
    await round_of(outbox, slack_only(slack))
    assert slack.ids == ["m0", "m0", "m1", "m2"]


async def test_an_unsure_one_goes_out_once_more_and_then_no_more(
    tmp_path: Path, slack: FakeSlack
) -> None:
    """Two that nobody answered are all that a receiver gets of one id."""
    outbox = Outbox(tmp_path)
    put(outbox, "m1")
    slack.script += ["lost", "lost"]
    first, due = await round_of(outbox, slack_only(slack))
    assert due is not None
    await anyio.sleep(due)
    second, due = await round_of(outbox, slack_only(slack))
    assert [one.state for one in (*first, *second)] == ["unsure", "given_up"]
    assert "it went out twice" in second[0].cause
    assert (slack.ids, due, outbox.counts()) == (["m1", "m1"], None, (0, 0, 1))


async def test_a_test_message_is_tried_once_and_not_held_back(
    tmp_path: Path, slack: FakeSlack
) -> None:
    """Who asked for it hears at once what the receiver said; `only` leaves the others alone."""
    outbox = Outbox(tmp_path)
    put(outbox, "m1")
    slack.script += ["500", "500"]
    await round_of(outbox, slack_only(slack))
    outbox.put(message("t1", alert="test", kind="test"), ["slack"])
    told, _ = await round_of(outbox, slack_only(slack), only="t1")
    assert [(one.message, one.state) for one in told] == [("t1", "given_up")]
    became = outbox.became("t1")["slack"]
    assert became is not None
    assert "answered 500" in became.cause
    assert names(tmp_path / "outbox") == ["m1.slack.jsonl"]


async def test_a_muted_message_waits_until_it_is_not(tmp_path: Path, slack: FakeSlack) -> None:
    """Silence is asked about right before sending."""
    outbox = Outbox(tmp_path)
    put(outbox, "m1")
    due = await outbox.deliver(slack_only(slack), lambda _: None, lambda _: True)
    assert (slack.ids, due) == ([], 15.0)
    await round_of(outbox, slack_only(slack))
    assert slack.ids == ["m1"]


async def test_what_never_went_out_can_be_withdrawn(tmp_path: Path, slack: FakeSlack) -> None:
    """An alert that was over before anybody could hear of it is not told of afterwards."""
    outbox = Outbox(tmp_path)
    put(outbox, "m1", "m2")
    put(outbox, "m3", alert="a2")
    assert outbox.withdraw("a1", "it was over before its silence was") == 2
    told, _ = await round_of(outbox, slack_only(slack))
    assert slack.ids == ["m3"]
    assert [one.cause for one in told[:2]] == ["it was over before its silence was"] * 2


async def test_what_may_have_arrived_is_not_withdrawn(tmp_path: Path, slack: FakeSlack) -> None:
    """It goes its way, since its receiver may know of it."""
    outbox = Outbox(tmp_path)
    put(outbox, "m1")
    slack.script.append("lost")
    await round_of(outbox, slack_only(slack))
    assert outbox.withdraw("a1", "over") == 0


async def test_without_its_channel_a_message_waits_and_is_given_up_in_the_end(
    tmp_path: Path,
) -> None:
    """A day later it says why; a clock that is set forward a day meanwhile moves nothing."""
    clock = ManualClock()
    outbox = Outbox(tmp_path, clock=clock)
    put(outbox, "m1")
    assert (await round_of(outbox, ABSENT)) == ([], DAY_S)
    clock.set_wall(clock.wall_s() + DAY_S)
    assert (await round_of(outbox, ABSENT)) == ([], DAY_S)
    clock.advance(DAY_S)
    told, due = await round_of(outbox, ABSENT)
    assert [(one.state, one.cause) for one in told] == [
        ("given_up", "it waited for too long for a channel: no webhook")
    ]
    assert due is None


@pytest.mark.parametrize("jump_s", [-DAY_S, DAY_S])
async def test_a_clock_that_is_set_changes_no_wait_of_a_running_session(
    tmp_path: Path, slack: FakeSlack, jump_s: float
) -> None:
    """A wait that was begun is as long as it was said to be."""
    clock = ManualClock(wall_s=1_795_000_000.0)
    outbox = Outbox(tmp_path, clock=clock)
    put(outbox, "m1")
    failed = Outcome(1, clock.wall_s(), "failed", "refused", 100.0, whole=True)
    add(path_of(tmp_path), failed)
    assert (await round_of(outbox, slack_only(slack))) == ([], 100.0)
    clock.advance(40.0)
    clock.set_wall(clock.wall_s() + jump_s)
    assert (await round_of(outbox, slack_only(slack))) == ([], 60.0)
    clock.advance(60.0)
    await round_of(outbox, slack_only(slack))
    assert slack.ids == ["m1"]


async def test_a_torn_line_counts_as_not_written(tmp_path: Path, slack: FakeSlack) -> None:
    """A write that was cut off leaves the message as it was before, and the file readable."""
    outbox = Outbox(tmp_path)
    put(outbox, "m1")
    add(path_of(tmp_path), Intent(1, 1.0))
    whole = path_of(tmp_path).read_bytes()
    path_of(tmp_path).write_bytes(whole[:-9])
    told, _ = await round_of(outbox, slack_only(slack))
    assert [(one.state, one.attempt) for one in told] == [("sent", 1)]


async def test_a_damaged_message_goes_aside_and_blocks_nobody(
    tmp_path: Path, slack: FakeSlack
) -> None:
    """It is told where it lies now; the others go out."""
    said: list[str] = []
    outbox = Outbox(tmp_path, say=said.append)
    put(outbox, "m1", "m2")
    path = path_of(tmp_path)
    path.write_bytes(path.read_bytes().replace(b"memory", b"m\xffmory", 1))
    await round_of(outbox, slack_only(slack))
    assert slack.ids == ["m2"]
    assert names(tmp_path / "damaged") == ["m1.slack.jsonl"]
    assert len(said) == 1
    assert "m1.slack.jsonl is no message any more" in said[0]


async def test_what_is_wrong_is_known_for_as_long_as_it_lasts(
    tmp_path: Path, slack: FakeSlack
) -> None:
    """A file that can't be opened is named after each round, until it can."""
    outbox = Outbox(tmp_path)
    put(outbox, "m1")
    (tmp_path / "outbox" / "m2.slack.jsonl").mkdir()
    for _ in range(2):
        await round_of(outbox, slack_only(slack))
        (wrong,) = outbox.wrong
        assert wrong == "m2.slack.jsonl in the outbox can't be read or written: Is a directory"
    (tmp_path / "outbox" / "m2.slack.jsonl").rmdir()
    await round_of(outbox, slack_only(slack))
    assert (outbox.wrong, slack.ids) == ((), ["m1"])


async def test_what_is_done_but_not_moved_is_told_and_moved_and_not_sent(
    tmp_path: Path, slack: FakeSlack
) -> None:
    """A session that died after the receiver's yes was written down costs no duplicate."""
    put(Outbox(tmp_path), "m1")
    add(path_of(tmp_path), Intent(1, 1.0))
    add(path_of(tmp_path), Outcome(1, 2.0, "sent"))
    told, due = await round_of(Outbox(tmp_path), slack_only(slack))
    assert [(one.state, one.attempt) for one in told] == [("sent", 1)]
    assert (slack.connections, due, names(tmp_path / "sent")) == (0, None, ["m1.slack.jsonl"])


async def test_what_was_put_once_more_while_it_moved_away_is_not_sent_anew(
    tmp_path: Path, slack: FakeSlack
) -> None:
    """Another session may look for an id just before it is done, and put it just after."""
    outbox = Outbox(tmp_path)
    put(outbox, "m1")
    again = path_of(tmp_path).read_bytes()
    await round_of(outbox, slack_only(slack))
    path_of(tmp_path).write_bytes(again)
    assert (await round_of(outbox, slack_only(slack))) == ([], None)
    assert (slack.ids, names(tmp_path / "outbox")) == (["m1"], [])


async def test_what_another_is_sending_is_left_alone(tmp_path: Path, slack: FakeSlack) -> None:
    """Whoever does not get a message's lock goes on with the next alert."""
    outbox = Outbox(tmp_path)
    put(outbox, "m1")
    put(outbox, "m2", alert="a2")
    file = MessageFile.held(path_of(tmp_path))
    assert file is not None
    with file:
        await round_of(outbox, slack_only(slack))
        assert slack.ids == ["m2"]
    await round_of(outbox, slack_only(slack))
    assert slack.ids == ["m2", "m1"]


async def test_three_at_once_deliver_each_message_once(tmp_path: Path, slack: FakeSlack) -> None:
    """Several sessions on one outbox, and each receiver's yes is the only one."""
    put(Outbox(tmp_path), "m1", "m2")
    put(Outbox(tmp_path), "m3", alert="a2")
    told: list[AlertDelivered] = []

    async def session() -> None:
        outbox = Outbox(tmp_path)
        due: float | None = 0.0
        while due is not None:
            await anyio.sleep(min(due, 0.05))
            due = await outbox.deliver(slack_only(slack), told.append, lambda _: False)

    async with anyio.create_task_group() as group:
        for _ in range(3):
            group.start_soon(session)
    assert sorted(slack.ids) == ["m1", "m2", "m3"]
    assert sorted(one.message for one in told) == ["m1", "m2", "m3"]
    assert {one.state for one in told} == {"sent"}


async def test_a_full_outbox_lets_the_oldest_repeated_one_go_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, slack: FakeSlack
) -> None:
    """What is not repeated stays; with nothing to let go, the new one is refused."""
    monkeypatch.setattr(shelf, "MOST_WAITING", 3)
    outbox = Outbox(tmp_path)
    put(outbox, "m1")
    for name in ("r1", "r2"):
        outbox.put(message(name, alert=name, kind="repeated"), ["slack"])
    put(outbox, "m2")
    put(outbox, "m3")
    with pytest.raises(OutboxError, match="3 messages wait"):
        outbox.put(message("m4"), ["slack"])
    told, _ = await round_of(outbox, slack_only(slack))
    given_up = [one for one in told if one.state == "given_up"]
    assert [one.message for one in given_up] == ["r1", "r2"]
    assert all("the outbox was full" in one.cause for one in given_up)
    assert slack.ids == ["m1", "m2", "m3"]


async def test_what_was_done_is_kept_seven_days(tmp_path: Path, slack: FakeSlack) -> None:
    """After that its id is forgotten."""
    outbox = Outbox(tmp_path)
    put(outbox, "m1", "m2")
    await round_of(outbox, slack_only(slack))
    sent = tmp_path / "sent"
    long_ago = (sent / "m1.slack.jsonl").stat().st_mtime - 7.1 * DAY_S
    os.utime(sent / "m1.slack.jsonl", (long_ago, long_ago))
    await round_of(Outbox(tmp_path), slack_only(slack))
    assert names(sent) == ["m2.slack.jsonl"]


async def test_a_round_without_an_outbox_does_and_makes_nothing(tmp_path: Path) -> None:
    """Nothing was ever put: there is nothing to do."""
    assert (await round_of(Outbox(tmp_path / "alerts"), ABSENT)) == ([], None)
    assert not (tmp_path / "alerts").exists()


def test_a_place_that_cant_be_written_is_told_with_what_to_do(tmp_path: Path) -> None:
    """The sentence names rule, folder, cause and remedy."""
    (tmp_path / "alerts").write_text("a file where the folder should be")
    with pytest.raises(OutboxError, match=r"alert high_memory: .*/alerts/outbox: "):
        Outbox(tmp_path / "alerts").put(message(), ["slack"])


@pytest.mark.parametrize("name", ["", "../m1", "m 1", "m1\n", "x" * 81])
def test_an_id_that_is_no_files_name_is_refused(tmp_path: Path, name: str) -> None:
    """No id leads out of the folder."""
    with pytest.raises(OutboxError, match="no id of a message"):
        Outbox(tmp_path).put(message(name), ["slack"])


def test_on_a_full_disk_what_was_put_stays_and_the_new_one_is_told(tmp_path: Path) -> None:
    """/dev/full stands in for the disk: the write fails, and the folder is as it was."""
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full here")
    outbox = Outbox(tmp_path)
    put(outbox, "m1")
    place = tmp_path / "outbox" / f".m2.slack.jsonl.{os.getpid()}.tmp"
    place.symlink_to("/dev/full")
    with pytest.raises(OutboxError, match="no space left on device; free some space"):
        outbox.put(message("m2"), ["slack"])
    assert names(tmp_path / "outbox") == ["m1.slack.jsonl"]


def test_a_file_that_moves_while_it_is_locked_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever opened it just before another one was done with it has nothing to send."""
    put(Outbox(tmp_path), "m1")
    lock = fcntl.flock

    def late(file: int, how: int) -> None:
        path_of(tmp_path).rename(tmp_path / "sent" / "m1.slack.jsonl")
        lock(file, how)

    monkeypatch.setattr(fcntl, "flock", late)
    assert MessageFile.held(path_of(tmp_path)) is None


def test_the_same_file_is_created_once(tmp_path: Path) -> None:
    """Two sessions that put the same id at the same moment make one file, whole."""
    folders = Folders.of(tmp_path)
    folders.make()
    heads = [Head(message(), "slack", order, 1.0) for order in (1, 2)]
    assert [create(folders.outbox, head) for head in heads] == [True, False]
    file = MessageFile.held(path_of(tmp_path))
    assert file is not None
    with file:
        assert file.read()[0] == heads[0]


def add(path: Path, record: Intent | Outcome) -> None:
    file = MessageFile.held(path)
    assert file is not None
    with file:
        file.append(record)


async def test_a_repetition_takes_the_place_of_the_one_that_waits(
    tmp_path: Path, slack: FakeSlack
) -> None:
    """Only the newest goes out, none once the end is told, and that is no failure."""
    outbox = Outbox(tmp_path)
    assert outbox.put(message("m1"), ["slack"]) == 1
    for name in ("m2", "m3"):
        assert outbox.put(replace(message(name), kind="repeated"), ["slack"]) == 1
    assert outbox.counts() == (2, 0, 0)
    assert outbox.put(replace(message("m4"), kind="resolved"), ["slack"]) == 1
    await round_of(outbox, slack_only(slack))
    assert slack.ids == ["m1", "m4"]
    assert outbox.counts() == (0, 0, 0)


async def test_a_test_counts_in_no_figure(tmp_path: Path) -> None:
    """Whoever asked for it was told what came of it."""
    with fake_slack("503") as slack:
        outbox = Outbox(tmp_path)
        outbox.put(replace(message("m1"), kind="test"), ["slack"])
        assert outbox.counts() == (0, 0, 0)
        await round_of(outbox, slack_only(slack))
    assert outbox.counts() == (0, 0, 0)
    assert [one.so_far.final for one in outbox.lying()] == [True]
