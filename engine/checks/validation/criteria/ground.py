"""What a measurement is taken on: the user's project, settings and store, and a scratch folder."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from engine.clock import Clock, SystemClock
from engine.config import Loaded
from engine.store.folder import store_folder


@dataclass(frozen=True, slots=True)
class Ground:
    """`words` are the options of the command line by which the program gets the same settings.

    Whatever a measurement writes goes into `scratch`; `told` hears what is being done.
    """

    project: Path
    loaded: Loaded
    scratch: Path
    full: bool = False
    words: tuple[str, ...] = ()
    clock: Clock = field(default_factory=SystemClock)
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    told: Callable[[str], None] = lambda _: None

    @property
    def store(self) -> Path:
        """The user's own store: read, and never written by a measurement."""
        return store_folder(self.loaded.config.store.folder, self.environ)

    def surroundings(self, *first: Path) -> dict[str, str]:
        """Return an environment in which this very program is found, after the folders `first`.

        Secrets are not in it: no measurement sends anything.
        """
        here = str(Path(__file__).parents[4])
        paths = (*map(str, first), here, self.environ.get("PYTHONPATH", ""))
        config = self.loaded.config
        secrets = (config.slack.webhook_env, config.email.password_env)
        kept = {name: value for name, value in self.environ.items() if name not in secrets}
        return kept | {"PYTHONPATH": os.pathsep.join(filter(None, paths))}
