"""Whether settings and alert rules can be used, as whoever watches would use them now."""

from engine.alerts.rules import in_force
from engine.checks.health.parts.look import Ground, Seen
from engine.config import ConfigError, again

_NAMED = 3


def settings(ground: Ground) -> Seen:
    """Read every file and rule: a wrong one keeps the next monitor and console from starting.

    As the files are now: the session that asks may have read others.
    """
    try:
        loaded = again(ground.settings)
        rules = in_force(loaded)
    except ConfigError as error:
        remedy = "correct it: no monitor and no console starts before"
        return Seen("critical", str(error), remedy)
    figures = {"rules": float(len(rules)), "ignored": float(len(loaded.ignored))}
    if ignored := loaded.ignored:
        more = f"; and {len(ignored) - _NAMED} more" if len(ignored) > _NAMED else ""
        said = "; ".join(map(str, ignored[:_NAMED]))
        return Seen("warning", f"{said}{more}", "bolt-tui config show lists what holds", figures)
    return Seen("ok", f"all are in force, {len(rules)} alert rules with them", figures=figures)
