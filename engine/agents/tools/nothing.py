"""Plain words where there is no tool: what is missing, and what can be asked instead."""

from engine.agents.commands import COMMANDS
from engine.agents.tool import Call, NotUnderstood, Refused, Unavailable
from engine.evidence import Evidence, Finding, Findings, Table

EXAMPLES = (
    "system status",
    "analyze src/module.py",
    "who imports package.module?",
    "find all uses of some_function",
    "where is the delta limit enforced",
    "import cycles",
    "price a put strike 20 spot 22 vol 55% 35 days",
    "risk metrics for my positions",
    "what if U drops 10%",
    "which put should I sell at 30 delta in 35 days",
    "should I roll",
    "backtest the wheel",
    "review options pricing models",
    "monitor for 30 seconds",
)
_INSTEAD = "ask for example: " + ", ".join(f'"{example}"' for example in EXAMPLES)

_REASONS = {
    **dict.fromkeys(
        ("importers", "imports", "impact", "import_path"),
        (
            "the query names no file, folder or module to look at",
            'name it: "who imports package.module?", "what breaks if I change src/module.py"',
        ),
    ),
    **dict.fromkeys(
        ("definitions", "references", "callers", "calls", "tests_of"),
        (
            "the query names no file and no name to look at",
            'name it: "who calls price_option", "tests of src/module.py"',
        ),
    ),
}


async def nothing(call: Call) -> Evidence:
    """Say why this can't be answered."""
    if lacking := call.text("lacking"):
        raise NotUnderstood(f"no tool here {lacking}", _INSTEAD)
    intent = call.text("intent")
    cause, remedy = _REASONS.get(intent, ("the query was not understood", _INSTEAD))
    raise NotUnderstood(cause, remedy)


async def missing(call: Call) -> Evidence:
    """Say that a file doesn't exist, with the nearest names that do."""
    named, nearest = call.text("missing"), call.texts("nearest")
    if ".." in named.split("/"):
        raise Refused(f"{named} is outside the project", "name a path inside it")
    if not nearest:
        return Evidence(f"There is no {named} in the project, and nothing like it", found=False)
    items = tuple(Finding(path, None, "written alike") for path in nearest)
    return Evidence(
        verdict=f"There is no {named} in the project; nearest is {nearest[0]}",
        sections=(Findings("Nearest names", items, len(items)),),
        found=False,
    )


async def from_above(_: Call) -> Evidence:
    """Say that this engine was not handed what it takes."""
    raise Unavailable(
        "this engine was opened without its checks",
        "ask the program, or hand them to Engine.open as `tools`",
    )


async def help_(_: Call) -> Evidence:
    """List what can be asked."""
    commands = tuple((command.usage, command.help) for command in COMMANDS.values())
    words = tuple((f'"{example}"', "") for example in EXAMPLES)
    return Evidence(
        verdict="Ask in plain words, or with an exact command",
        sections=(
            Table("Commands", ("command", "what it answers"), commands),
            Table("In words, for example", ("query", ""), words),
        ),
    )
