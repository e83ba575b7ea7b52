"""One evaluator's rounds on a real folder and a real outbox, also where they can't be written."""

from dataclasses import replace
from pathlib import Path

from engine.alerts import standing_file, values
from engine.alerts.expression import parse
from engine.alerts.known import KNOWN
from engine.alerts.notices import Origin
from engine.alerts.outbox import Outbox
from engine.alerts.progress import ChannelName
from engine.alerts.rules import Rule
from engine.alerts.silence import Silence, silence
from engine.clock import ManualClock
from engine.events import AlertFiring, AlertResolved
from engine.metrics import Reading
from engine.runtime.alert_evaluation import OUTBOX, STANDING, Evaluated, Evaluation, Moment

RULE = Rule(name="hot", expr=parse("cpu_ratio > 0.9", KNOWN), repeat_s=60.0, summary="{value}")

CHANNELS: tuple[ChannelName, ...] = ("slack",)


class Scene:
    """An evaluator with one rule, on the alerts' folder of a store."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.clock = folder, ManualClock()
        self.outbox = Outbox(folder)
        self.silences: tuple[Silence, ...] = ()
        self.restart()

    def restart(self) -> tuple[AlertFiring, ...]:
        """Let another session take over."""
        origin = Origin("/desk", "host")
        self.evaluation = Evaluation(self.folder, [RULE], origin, "s1", send_resolved=True)
        return self.evaluation.begin()[0]

    def round(self, cpu: float, *, alone: bool = False) -> Evaluated:
        self.clock.advance(15.0)
        return self.evaluation.evaluate(
            {"cpu_ratio": Reading(cpu, "ratio", "hand")},
            self.silences,
            CHANNELS,
            None if alone else self.outbox,
            Moment(self.clock.monotonic_s(), self.clock.wall_s()),
        )


def test_left_behind_and_put(tmp_path: Path) -> None:
    """What fires is left behind, put once, and gone on with by the next evaluator."""
    scene = Scene(tmp_path / "alerts")
    done = scene.round(0.95)
    assert (done.put, done.problems) == (True, {})
    assert scene.outbox.counts()[0] == 1
    (left,) = standing_file.read(scene.folder).alerts.values()
    assert left.sent == 1
    (again,) = scene.restart()
    assert again.alert == left.alert
    assert not scene.round(0.95).put
    assert scene.outbox.counts()[0] == 1


def test_what_is_over_before_its_silence_is_not_sent_after_it(tmp_path: Path) -> None:
    """A message that waited is withdrawn where its alert ended while it was silenced."""
    scene = Scene(tmp_path / "alerts")
    scene.round(0.95)
    scene.silences = (silence("0000000a", {"rule": "hot"}, scene.clock.wall_s(), 3600.0),)
    scene.round(0.95)
    assert scene.outbox.counts().waiting == 1
    scene.round(0.5)
    assert scene.outbox.counts().waiting == 0


def test_what_each_rule_saw(tmp_path: Path) -> None:
    """Each round leaves what the rules saw, for whoever asks."""
    scene = Scene(tmp_path / "alerts")
    scene.round(0.5)
    found = values.read(scene.folder)
    assert found is not None
    (one,) = found.values
    assert (one.rule, one.holds, one.seen) == ("hot", False, "cpu_ratio = 0.50")
    (scene.folder / "values.json").write_bytes(b"\xff")
    assert values.read(scene.folder) is None


def test_outbox_that_takes_nothing(tmp_path: Path) -> None:
    """What could not be put is a problem in words, and is put once it can be."""
    scene = Scene(tmp_path / "alerts")
    (scene.folder / "outbox").write_bytes(b"a file in its place")
    assert OUTBOX in scene.round(0.95).problems
    assert "outbox" in scene.round(0.95).problems[OUTBOX]
    (scene.folder / "outbox").unlink()
    assert scene.round(0.95).problems == {}
    assert scene.outbox.counts()[0] == 1


def test_standing_that_can_not_be_written(tmp_path: Path) -> None:
    """It is a problem in words; the alert is told and put all the same."""
    scene = Scene(tmp_path / "alerts")
    (scene.folder / "standing.json").mkdir()
    done = scene.round(0.95)
    assert str(scene.folder) in done.problems[STANDING]
    assert [type(one) for one in done.events] == [AlertFiring]
    assert done.put


def test_without_an_outbox(tmp_path: Path) -> None:
    """Where nobody can have the lock it is evaluated and nothing is put."""
    scene = Scene(tmp_path / "alerts")
    done = scene.round(0.95, alone=True)
    assert [type(one) for one in done.events] == [AlertFiring]
    assert not done.put
    assert scene.outbox.counts()[0] == 0


def test_quiet_writes_nothing(tmp_path: Path) -> None:
    """While nothing stands the file is written once, not at each round."""
    scene = Scene(tmp_path / "alerts")
    scene.round(0.5)
    before = (scene.folder / "standing.json").stat().st_mtime_ns
    scene.round(0.5)
    assert (scene.folder / "standing.json").stat().st_mtime_ns == before


def test_other_rules_between_two_rounds(tmp_path: Path) -> None:
    """The next one goes by them, and leaves their digests and what is wrong with newer ones."""
    scene = Scene(tmp_path / "alerts")
    scene.round(0.95)
    other = replace(RULE, name="other")
    scene.evaluation.change([RULE, other], "", send_resolved=True)
    assert [event.rule for event in scene.round(0.95).events] == ["other"]
    scene.evaluation.change([other], "it can't be read", send_resolved=False)
    done = scene.round(0.95)
    assert [(type(one), one.rule) for one in done.events] == [(AlertResolved, "hot")]
    assert not done.put
    found = values.read(scene.folder)
    assert found is not None
    assert [(one.rule, one.digest) for one in found.values] == [("other", other.digest)]
    assert found.problem == "it can't be read"
