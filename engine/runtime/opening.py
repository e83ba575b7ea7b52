"""How a session is opened: for whom, with what from above, and with which environment."""

import os
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct, field

from engine.agents.tool import Tool


class Opening(Struct, frozen=True):
    """`live` is a console, `watch` a service, neither a single run.

    Attributes:
        record: a new file that the session is also written to.
        tools: by name, from above the engine.
        environ: what the session's parts know of the environment; secrets stand only here.
    """

    live: bool = False
    watch: bool = False
    record: Path | None = None
    tools: Mapping[str, Tool] = field(default_factory=dict)
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
