"""bolt.toml: what can be set, by whom, and precise errors.

A value comes from the first of: a command-line flag, the environment (`BOLT_SECTION_KEY`), the file
named by `--config` or else the project's `bolt.toml`, the user's `config.toml`, the default.

A repository that was just opened is data: its `bolt.toml` may set only what is harmless. A key
marked `user_only` in it is ignored with a notice; from a file that the user named it is taken.
"""

from engine.config.loading import Loaded, again, load, user_file
from engine.config.options import ConfigError, Option, options
from engine.config.origin import Ignored, Origin
from engine.config.schema import Config, ExistingTools

__all__ = [
    "Config",
    "ConfigError",
    "ExistingTools",
    "Ignored",
    "Loaded",
    "Option",
    "Origin",
    "again",
    "load",
    "options",
    "user_file",
]
