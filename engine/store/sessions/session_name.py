"""What a session is called: a name that sorts by its start and is nobody else's."""

import os
import secrets
from datetime import UTC, datetime

from engine.clock import Clock


def session_name(clock: Clock) -> str:
    """Return the name of a session of this process that begins now."""
    start = datetime.fromtimestamp(clock.wall_s(), UTC)
    return f"{start:%Y%m%dT%H%M%S}-{os.getpid()}-{secrets.token_hex(2)}"
