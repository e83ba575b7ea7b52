"""Every setting of the program: its type, bounds, default and meaning.

A key marked `user_only` can name a program to run or a folder to write to; a project's own file
may not set it.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

_USER_ONLY = {"user_only": True}


class Agents(Struct, frozen=True):
    """Who works on a query's tasks."""

    max: Annotated[
        int, Meta(ge=0, le=64, description="Agents at once; 0: the number of P cores, or else 8.")
    ] = 0
    task_timeout_s: Annotated[
        float, Meta(gt=0, le=3600, description="Longest time for one attempt at one task.")
    ] = 60.0


class Probes(Struct, frozen=True):
    """How often the machine is looked at."""

    host_interval_s: Annotated[
        float, Meta(ge=0.25, le=60, description="Between readings of CPU, memory, disk, network.")
    ] = 1.0
    gpu_interval_s: Annotated[
        float, Meta(ge=0.25, le=60, description="Between readings of the GPU.")
    ] = 2.0
    process_interval_s: Annotated[
        float, Meta(ge=1, le=60, description="Between process lists, while someone looks at them.")
    ] = 4.0
    macmon: Annotated[
        str,
        Meta(description="The macmon program (macOS); empty: PATH's.", extra=_USER_ONLY),
    ] = ""


class Search(Struct, frozen=True):
    """How text and code are searched."""

    ripgrep: Annotated[
        str,
        Meta(
            description="The rg program; empty: the one installed with bolt-tui, or PATH's.",
            extra=_USER_ONLY,
        ),
    ] = ""
    max_rows: Annotated[
        int, Meta(ge=1, le=100_000, description="Rows that an answer shows; all are counted.")
    ] = 200
    timeout_s: Annotated[float, Meta(gt=0, le=600, description="Longest time for one search.")] = (
        30.0
    )
    index: Annotated[
        bool, Meta(description="Keep an index of all text while the console is open.")
    ] = True
    index_mb: Annotated[
        int,
        Meta(ge=0, le=64_000, description="Most memory for it; 0: a tenth of all, at most 1 GB."),
    ] = 0
    follow: Annotated[
        bool,
        Meta(description="Let the system tell of changes; without it each search looks for them."),
    ] = True


class Pricing(Struct, frozen=True):
    """What a price takes when the query doesn't say (else it is assumed); may pricing code run."""

    rate: Annotated[
        float | None, Meta(ge=-0.5, le=2, description="Risk-free rate a year, continuous: 0.045.")
    ] = None
    dividend_yield: Annotated[
        float | None, Meta(ge=-0.5, le=2, description="Dividend yield a year, continuous.")
    ] = None
    run_code: Annotated[
        bool,
        Meta(
            description="Let a review of pricing code run the project's, apart and limited.",
            extra=_USER_ONLY,
        ),
    ] = False


class Market(Struct, frozen=True):
    """The book: where positions, quotes and prices are; a project's file names only files in it."""

    positions: Annotated[
        str, Meta(description="CSV, Parquet, or a DuckDB table as file.duckdb:schema.table.")
    ] = ""
    quotes: Annotated[str, Meta(description="Option chains and stock quotes; as positions.")] = ""
    prices: Annotated[str, Meta(description="Daily closes; as positions.")] = ""
    dividends: Annotated[str, Meta(description="Cash dividends; as positions.")] = ""
    trades: Annotated[
        str, Meta(description="What was bought, sold, assigned, expired or paid; as positions.")
    ] = ""
    columns: Annotated[
        dict[str, str],
        Meta(description='Columns by field, where not usual: { "positions.quantity" = "Qty" }.'),
    ] = field(default_factory=dict)
    ticker: Annotated[
        str, Meta(description="The stock of a price file without symbols, and of the wheel.")
    ] = ""
    account_value: Annotated[
        float | None,
        Meta(gt=0, description="The account's worth; limits in percent are measured against it."),
    ] = None
    volatility_days: Annotated[
        int, Meta(ge=5, le=2520, description="Daily returns that realised volatility is taken of.")
    ] = 60
    as_of: Annotated[str, Meta(description="The day to value at, as 2025-01-17; empty: today.")] = (
        ""
    )
    example: Annotated[
        bool, Meta(description="These files are an example; every answer from them says so.")
    ] = False


class Circuits(Struct, frozen=True):
    """When a capability that keeps failing is left alone, and for how long."""

    failure_threshold: Annotated[
        int, Meta(ge=1, le=100, description="Failures in a row that open a circuit.")
    ] = 5
    failure_rate: Annotated[
        float, Meta(gt=0, le=1, description="Share of failed calls in the window that opens it.")
    ] = 0.5
    slow_s: Annotated[
        float, Meta(gt=0, le=3600, description="A call that takes longer is slow.")
    ] = 10.0
    slow_rate: Annotated[
        float, Meta(gt=0, le=1, description="Share of slow calls in the window that opens it.")
    ] = 0.8
    minimum_calls: Annotated[
        int, Meta(ge=1, le=1000, description="Calls in the window before a rate counts.")
    ] = 10
    window_calls: Annotated[
        int, Meta(ge=1, le=10_000, description="Calls that the rates are taken of.")
    ] = 20
    window_s: Annotated[
        float, Meta(gt=0, le=3600, description="Calls older than this don't count.")
    ] = 60.0
    canaries: Annotated[
        int, Meta(ge=1, le=16, description="Tries at once of a half-open circuit.")
    ] = 1
    wait_s: Annotated[
        float, Meta(ge=0.1, le=3600, description="First wait before an open circuit is tried.")
    ] = 10.0
    max_wait_s: Annotated[
        float, Meta(ge=0.1, le=86400, description="Longest wait; each failed try doubles it.")
    ] = 60.0


class Rollout(Struct, frozen=True):
    """How much of the program is in use; presets of the plan."""

    phase: Annotated[
        Literal["", "foundation", "limited", "full"],
        Meta(
            description="foundation: machine only, 15 GB, one console; limited: no index; "
            "full: 12 GB, 6 agents, 3 consoles; empty: everything, by the other settings.",
        ),
    ] = ""


class Memory(Struct, frozen=True):
    """What this program and its children may hold."""

    max_memory_gb: Annotated[
        float | None,
        Meta(gt=0, le=4096, description="Budget; not set: half of the machine's memory."),
    ] = None
    shed_at: Annotated[
        float, Meta(gt=0, le=1, description="Share of the budget from which caches are shed.")
    ] = 0.8
    refuse_at: Annotated[
        float, Meta(gt=0, le=1, description="Share from which heavy tasks are refused.")
    ] = 0.95


class ExistingTools(Struct, frozen=True):
    """Your own commands, for when the engine can't answer: argument lists, no shell."""

    commands: Annotated[
        dict[str, list[str]],
        Meta(
            description='By kind of query: { search = ["git", "grep", "-n", "{query}"] }.',
            extra=_USER_ONLY,
        ),
    ] = field(default_factory=dict)
    timeout_s: Annotated[float, Meta(gt=0, le=600, description="Longest time for one command.")] = (
        30.0
    )
    max_output_kb: Annotated[
        int, Meta(ge=1, le=65_536, description="Output beyond this is cut.")
    ] = 1024


class Store(Struct, frozen=True):
    """Where queries, answers and samples are kept."""

    folder: Annotated[
        str,
        Meta(description="The store; empty: the user's state folder.", extra=_USER_ONLY),
    ] = ""
    flush_interval_s: Annotated[
        float, Meta(ge=0.01, le=60, description="Longest time before a fact is on its way to disk.")
    ] = 1.0
    max_leases: Annotated[int, Meta(ge=1, le=64, description="DuckDB cursors at once.")] = 4
    durability: Annotated[
        Literal["os", "disk"],
        Meta(description="os: survives the program's death; disk: a power cut too, and is slower."),
    ] = "os"
    concurrent_sessions: Annotated[
        int,
        Meta(ge=1, le=64, description="Consoles that may be open on one store.", extra=_USER_ONLY),
    ] = 3
    keep_days: Annotated[
        int, Meta(ge=1, le=36_500, description="Days of history that are kept.", extra=_USER_ONLY)
    ] = 90
    max_gb: Annotated[
        float,
        Meta(
            gt=0,
            le=10_000,
            description="Most disk for history; the oldest days go first.",
            extra=_USER_ONLY,
        ),
    ] = 5.0


class Alerts(Struct, frozen=True):
    """When it tells you, and how often; rules stand in [alerts.rules.NAME]."""

    enabled: Annotated[
        bool, Meta(description="Evaluate the rules while a session stays open.", extra=_USER_ONLY)
    ] = True
    interval_s: Annotated[
        float, Meta(ge=1, le=3600, description="Between evaluations.", extra=_USER_ONLY)
    ] = 15.0
    repeat_s: Annotated[
        float,
        Meta(
            ge=60,
            le=2_592_000,
            description="What still fires is told again after so long.",
            extra=_USER_ONLY,
        ),
    ] = 14_400.0
    send_resolved: Annotated[
        bool, Meta(description="Tell also when it is over.", extra=_USER_ONLY)
    ] = True
    give_up_s: Annotated[
        float,
        Meta(
            ge=60,
            le=2_592_000,
            description="A message that no channel takes for so long is given up.",
            extra=_USER_ONLY,
        ),
    ] = 86_400.0
    rules: Annotated[
        dict[str, dict[str, object]],
        Meta(
            description='Your own, or other values for a default one: { low_success = { for = "5m" '
            "} }; see: bolt-tui alerts rules.",
            extra=_USER_ONLY,
        ),
    ] = field(default_factory=dict)


class Slack(Struct, frozen=True):
    """A Slack webhook; its address is a secret, so only where to find it stands here."""

    webhook_env: Annotated[
        str, Meta(description="The variable that has the address.", extra=_USER_ONLY)
    ] = "SLACK_WEBHOOK_URL"
    webhook_command: Annotated[
        list[str],
        Meta(
            description='The command that prints it: ["security", "find-generic-password", "-w", '
            '"-s", "bolt-slack"].',
            extra=_USER_ONLY,
        ),
    ] = field(default_factory=list)
    timeout_s: Annotated[
        float, Meta(gt=0, le=300, description="Longest time for one message.", extra=_USER_ONLY)
    ] = 10.0


class Email(Struct, frozen=True):
    """A mail server that takes messages, and whom they go to."""

    host: Annotated[
        str, Meta(description="The server; empty: no mail is sent.", extra=_USER_ONLY)
    ] = ""
    port: Annotated[int, Meta(ge=1, le=65_535, description="Its port.", extra=_USER_ONLY)] = 587
    security: Annotated[
        Literal["starttls", "tls", "none"],
        Meta(description="none: only for a server on this machine.", extra=_USER_ONLY),
    ] = "starttls"
    sender: Annotated[str, Meta(description="From whom.", extra=_USER_ONLY)] = ""
    to: Annotated[list[str], Meta(description="To whom.", extra=_USER_ONLY)] = field(
        default_factory=list
    )
    user: Annotated[str, Meta(description="Who logs in; empty: nobody does.", extra=_USER_ONLY)] = (
        ""
    )
    password_env: Annotated[
        str, Meta(description="The variable that has the password.", extra=_USER_ONLY)
    ] = "SMTP_PASSWORD"
    password_command: Annotated[
        list[str], Meta(description="The command that prints it.", extra=_USER_ONLY)
    ] = field(default_factory=list)
    timeout_s: Annotated[
        float, Meta(gt=0, le=300, description="Longest time for one message.", extra=_USER_ONLY)
    ] = 20.0


class Console(Struct, frozen=True):
    """The screen."""

    theme: Annotated[
        Literal["", "dark", "light"],
        Meta(description="dark or light; empty: the one chosen last, at first dark."),
    ] = ""
    fps: Annotated[int, Meta(ge=1, le=30, description="Most redraws a second.")] = 10
    keys: Annotated[
        dict[str, str], Meta(description='Other keys for actions: { quit = "ctrl+d" }.')
    ] = field(default_factory=dict)


class Config(Struct, frozen=True):
    """Every setting of the program."""

    agents: Agents = Agents()
    probes: Probes = Probes()
    search: Search = Search()
    pricing: Pricing = Pricing()
    market: Market = Market()
    circuits: Circuits = Circuits()
    rollout: Rollout = Rollout()
    memory: Memory = Memory()
    existing_tools: ExistingTools = ExistingTools()
    store: Store = Store()
    alerts: Alerts = Alerts()
    slack: Slack = Slack()
    email: Email = Email()
    console: Console = Console()
