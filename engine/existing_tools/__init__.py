"""The last level: the user's own commands, and the system's rg, grep and ps.

They answer where this program can't. Needs the settings and nothing else of the engine, so that it
works where nothing else does. Commands are argument lists and run without a shell, in the project,
in a session of their own, with a closed stdin, limits on time and output, and no pager.

    ToolFailed       no existing tool gave anything; the sentence says which, why, and what to do
    └── NoTool       none is set for this kind of question, and the system has none
"""

from engine.existing_tools.output import NoTool, ToolFailed, Wanted
from engine.existing_tools.plain_reading import read
from engine.existing_tools.toolbox import ExistingToolbox

__all__ = ["ExistingToolbox", "NoTool", "ToolFailed", "Wanted", "read"]
