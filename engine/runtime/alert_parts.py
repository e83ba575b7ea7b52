"""What the alerts of one long session are put together from."""

import os
from typing import Final

from engine.agents.services import Services
from engine.alerts.lock import AlertLock
from engine.alerts.notices import Origin
from engine.evidence import clean
from engine.file_lock import Owner
from engine.runtime.alert_delivery import AlertDelivery, host
from engine.runtime.alert_evaluation import Evaluation
from engine.runtime.alert_relay import AlertRelay
from engine.runtime.alert_rules import RuleFiles
from engine.runtime.alert_ruling import Ruling
from engine.runtime.alert_silences import SilenceWatch
from engine.runtime.alerting import Alerting
from engine.runtime.followers import SAID
from engine.runtime.metrics_feed import MetricsFeed
from engine.standing import Standing
from engine.store.sessions.endings import Endings

FOLDER: Final = "alerts"
SILENCES: Final = "silences"
_RECENT_S: Final = 60.0  # what was said a little before this session came is handed on too


def alerting(services: Services, standing: Standing) -> Alerting:
    """Return the alerts of a session with these parts; made before anything is published.

    Raises:
        ConfigError: a rule can't be used; the sentence names it and its file.
    """
    config, bus, clock = services.settings.config, services.bus, services.clock
    folder, now_s = services.store / FOLDER, clock.wall_s()
    project = clean(str(services.project))
    lock = AlertLock(folder, Owner(services.session, os.getpid(), project))
    silences = SilenceWatch(folder / SILENCES, clock)
    rules = RuleFiles(services.settings)
    words = Endings(services.store, now_s - _RECENT_S, SAID)
    evaluation = Evaluation(
        folder,
        rules.rules,
        Origin(project, host()),
        services.session,
        send_resolved=config.alerts.send_resolved,
    )
    return Alerting(
        bus,
        clock,
        standing,
        lock=lock,
        feed=MetricsFeed(services.store, bus, clock),
        relay=AlertRelay(folder, lock, words, bus, clock, standing),
        silences=silences,
        ruling=Ruling(rules, evaluation, bus, clock),
        evaluation=evaluation,
        delivery=AlertDelivery(
            folder,
            config,
            services.environ,
            bus,
            services.board,
            clock,
            lambda: silences.lasting,
        ),
        open_past=services.open_past,
        enabled=config.alerts.enabled,
    )
