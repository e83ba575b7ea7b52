import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from engine.config import Config, ConfigError, Loaded, Origin, again, load, options, user_file
from engine.config.loading import project_text, trust
from engine.evidence import clean

ROOT = Path(__file__).parents[2]


class Places:
    """A project, a user's folder and an environment, to put settings into."""

    def __init__(self, folder: Path) -> None:
        self.project = folder / "project"
        self.project.mkdir()
        self.environ = {"XDG_CONFIG_HOME": str(folder / "config"), "HOME": str(folder)}
        self.theirs = self.project / "bolt.toml"
        self.mine = folder / "config" / "bolt-tui" / "config.toml"
        self.mine.parent.mkdir(parents=True)
        self.named = folder / "named.toml"

    def load(self, **flags: str) -> Loaded:
        named = self.named if self.named.exists() else None
        given = {name.replace("__", "."): text for name, text in flags.items()}
        return load(self.project, config_file=named, flags=given, environ=self.environ)


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(tmp_path)


def error_of(places: Places, **flags: str) -> str:
    with pytest.raises(ConfigError) as caught:
        places.load(**flags)
    return str(caught.value)


# ── which source wins ────────────────────────────────────────────────────────────────────────────


def test_without_any_source_all_is_default(places: Places) -> None:
    """Every option has its default and says so."""
    loaded = places.load()
    assert loaded.config == Config()
    assert set(loaded.origins) == {option.name for option in options()}
    assert {str(origin) for origin in loaded.origins.values()} == {"default"}


def test_the_nearer_source_wins(places: Places) -> None:
    """A flag wins over the environment, that over the project, that over the user, that over the
    default; each value says where it came from.
    """
    keys = ["max_rows", "timeout_s"]
    places.mine.write_text("[search]\nmax_rows = 1\n")
    assert taken(places) == [(1, f"{places.mine}:2"), (30.0, "default")]
    places.theirs.write_text("[search]\nmax_rows = 2\ntimeout_s = 2\n")
    assert taken(places) == [(2, f"{places.theirs}:2"), (2.0, f"{places.theirs}:3")]
    places.environ["BOLT_SEARCH_MAX_ROWS"] = "3"
    assert taken(places) == [(3, "BOLT_SEARCH_MAX_ROWS"), (2.0, f"{places.theirs}:3")]
    assert taken(places, search__max_rows="4") == [(4, "--set"), (2.0, f"{places.theirs}:3")]
    assert len(keys) == 2


def taken(places: Places, **flags: str) -> list[tuple[object, str]]:
    loaded = places.load(**flags)
    search = loaded.config.search
    return [
        (search.max_rows, str(loaded.origins["search.max_rows"])),
        (search.timeout_s, str(loaded.origins["search.timeout_s"])),
    ]


def test_a_named_file_stands_for_the_projects(places: Places) -> None:
    """With --config the project's own file isn't read, not even for errors; the user's still is."""
    places.mine.write_text("[search]\nmax_rows = 1\ntimeout_s = 1\n")
    places.theirs.write_text("this is no toml")
    places.named.write_text("[search]\nmax_rows = 5\n")
    assert taken(places) == [(5, f"{places.named}:2"), (1.0, f"{places.mine}:3")]


def test_sources_are_mixed_key_by_key(places: Places) -> None:
    """A section in one source takes nothing from the same section in another."""
    places.mine.write_text("[agents]\nmax = 1\n")
    places.theirs.write_text("[agents]\ntask_timeout_s = 9\n")
    agents = places.load().config.agents
    assert (agents.max, agents.task_timeout_s) == (1, 9.0)


# ── what a project may not set ───────────────────────────────────────────────────────────────────

USER_ONLY = {"probes": "macmon", "search": "ripgrep", "store": "folder"}


def test_what_names_programs_and_folders_is_the_users_own() -> None:
    """These keys, and all of who is told and how, are kept from a project; no others are."""
    kept = {(o.section, o.key) for o in options() if o.user_only}
    of_store = {("store", key) for key in ("concurrent_sessions", "keep_days", "max_gb")}
    others = {("pricing", "run_code"), ("existing_tools", "commands")}
    telling = {(o.section, o.key) for o in options() if o.section in ("alerts", "slack", "email")}
    assert kept == {*USER_ONLY.items(), *of_store, *others, *telling}


@pytest.mark.parametrize(("section", "key"), USER_ONLY.items())
def test_a_projects_claim_on_the_users_keys_is_ignored_aloud(
    places: Places, section: str, key: str
) -> None:
    """The value is not taken, the user's stands, and a notice names file and line."""
    places.mine.write_text(f'[{section}]\n{key} = "/mine"\n')
    places.theirs.write_text(f'# hello\n[{section}]\n{key} = "/evil"\n')
    loaded = places.load()
    assert getattr(getattr(loaded.config, section), key) == "/mine"
    assert loaded.origins[f"{section}.{key}"] == Origin(str(places.mine), 2)
    assert [str(one) for one in loaded.ignored] == [
        f"{places.theirs}:3: {section}.{key} is ignored: "
        "only its user may set it, and the project isn't trusted; see: bolt-tui trust"
    ]


@pytest.mark.parametrize(("section", "key"), USER_ONLY.items())
def test_a_file_that_the_user_named_may_set_them(places: Places, section: str, key: str) -> None:
    """From --config, the environment and a flag they are taken without a word."""
    places.named.write_text(f'[{section}]\n{key} = "/named"\n')
    loaded = places.load()
    assert (getattr(getattr(loaded.config, section), key), loaded.ignored) == ("/named", ())
    places.environ[f"BOLT_{section}_{key}".upper()] = "/variable"
    assert getattr(getattr(places.load().config, section), key) == "/variable"
    loaded = places.load(**{f"{section}__{key}": "/flag"})
    assert getattr(getattr(loaded.config, section), key) == "/flag"


# ── files that are no files ──────────────────────────────────────────────────────────────────────


def test_a_missing_named_file_is_an_error(tmp_path: Path) -> None:
    """A file that the user named must be there."""
    path = tmp_path / "gone.toml"
    with pytest.raises(ConfigError, match=rf"^{path}: there is no such file$"):
        load(tmp_path, config_file=path, environ={"XDG_CONFIG_HOME": str(tmp_path)})
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="there is no such file"):
        load(tmp_path, config_file=tmp_path / "file" / "x", environ={"XDG_CONFIG_HOME": "/none"})


@pytest.mark.parametrize("which", ["mine", "theirs", "named"])
def test_a_folder_in_place_of_a_file_is_an_error(places: Places, which: str) -> None:
    """A folder by the file's name is not passed over."""
    path: Path = getattr(places, which)
    path.mkdir()
    assert error_of(places) == f"{path}: this is a folder, expected a TOML file"


def test_a_dangling_link_is_no_file(places: Places) -> None:
    """A link to nowhere counts as no file at all."""
    places.theirs.symlink_to("nowhere")
    assert places.load().config == Config()


SOMEBODY = """
import os, sys
from pathlib import Path
from engine.config import ConfigError, load
os.setgid(65534); os.setuid(65534)
try:
    load(Path(sys.argv[1]), environ={"XDG_CONFIG_HOME": sys.argv[2]})
except ConfigError as error:
    print(error)
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody without rights")
def test_a_file_that_may_not_be_read_is_an_error() -> None:
    """A file or a folder without the right to read is named, with the system's reason."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "bolt.toml").touch(mode=0o600)
        closed = folder / "closed"
        closed.mkdir(mode=0o700)
        said = [
            subprocess.run(
                [sys.executable, "-c", SOMEBODY, *arguments],
                cwd=ROOT,
                capture_output=True,
                text=True,
                check=True,
                timeout=60,
            ).stdout.strip()
            for arguments in ([name, "/none"], [name, str(closed)])
        ]
    assert said == [
        f"{folder}/bolt.toml: can't be read: permission denied",
        f"{closed}/bolt-tui/config.toml: can't be read: permission denied",
    ]


# ── environment and flags ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("variable", "text", "said"),
    [
        (
            "BOLT_AGENTS_MAX",
            "six",
            'expected a whole number at least 0 and at most 64, found "six"',
        ),
        ("BOLT_AGENTS_MAX", "", 'expected a whole number at least 0 and at most 64, found ""'),
        (
            "BOLT_AGENTS_MAX",
            "2.0",
            'expected a whole number at least 0 and at most 64, found "2.0"',
        ),
        ("BOLT_AGENTS_MAX", "99", "expected a whole number at least 0 and at most 64, found 99"),
        ("BOLT_SEARCH_TIMEOUT_S", "nan", "expected a number above 0 and at most 600, found nan"),
        ("BOLT_SEARCH_TIMEOUT_S", "1e999", "expected a number above 0 and at most 600, found inf"),
        (
            "BOLT_CONSOLE_THEME",
            "litgh",
            'expected one of "", "dark", "light", found "litgh"; did you mean "light"?',
        ),
        (
            "BOLT_CONSOLE_KEYS",
            "quit=q",
            'expected a table of texts, as in { name = "text" }, found "quit=q"',
        ),
        (
            "BOLT_EMAIL_TO",
            '["a@b.c", 1]',
            'expected a list of texts, as in ["text", "text"] or text,text, found "["a@b.c", 1]"',
        ),
        (
            "BOLT_EMAIL_TO",
            '["a@b.c"]\nb = 1',
            'expected a list of texts, as in ["text", "text"] or text,text, '
            'found "["a@b.c"]\ufffdb = 1"',
        ),
    ],
)
def test_a_bad_variable_is_named(places: Places, variable: str, text: str, said: str) -> None:
    """A variable that can't be used is an error with its name."""
    places.environ[variable] = text
    assert error_of(places) == f"{variable}: {said}"


def test_texts_of_variables_and_flags_are_read_as_their_type(places: Places) -> None:
    """Numbers and choices in text have the schema's types."""
    places.environ["BOLT_AGENTS_MAX"] = "7"
    config = places.load(search__timeout_s="2", console__theme="dark", pricing__rate="-0.01").config
    assert (config.agents.max, config.search.timeout_s) == (7, 2.0)
    assert (config.console.theme, config.pricing.rate) == ("dark", -0.01)


@pytest.mark.parametrize(
    ("text", "to"),
    [
        ('["a@b.c"]', ["a@b.c"]),
        (' ["a@b.c", "d, e"] ', ["a@b.c", "d, e"]),
        ("a@b.c", ["a@b.c"]),
        ("a@b.c, d@e.f,", ["a@b.c", "d@e.f"]),
        ("[]", []),
        ("", []),
    ],
)
def test_a_list_is_toml_or_texts_between_commas(places: Places, text: str, to: list[str]) -> None:
    """From a flag and from a variable alike."""
    assert places.load(email__to=text).config.email.to == to
    places.environ["BOLT_EMAIL_TO"] = text
    assert places.load().config.email.to == to


def test_a_table_is_written_as_in_a_file(places: Places) -> None:
    """Of texts, of lists and of tables."""
    config = places.load(
        console__keys='{ quit = "ctrl+d" }',
        existing_tools__commands='{ search = ["rg", "{query}"] }',
        alerts__rules='{ low_success = { for = "5m" } }',
    ).config
    assert config.console.keys == {"quit": "ctrl+d"}
    assert config.existing_tools.commands == {"search": ["rg", "{query}"]}
    assert config.alerts.rules == {"low_success": {"for": "5m"}}


@given(st.lists(st.text()))
def test_a_list_that_toml_writes_is_read_back(texts: list[str]) -> None:
    """Whatever stands in its texts; written by another library."""
    option = next(one for one in options() if one.name == "email.to")
    text = tomli_w.dumps({"to": texts}).removeprefix("to = ")
    assert option.parse(text) == texts


@pytest.mark.parametrize(
    ("variable", "hint"),
    [
        ("BOLT_AGENTS_MAXIMUM", '; did you mean "BOLT_AGENTS_MAX"?'),
        ("BOLT_AGENT_MAX", '; did you mean "BOLT_AGENTS_MAX"?'),
        ("BOLT_SEARCH_TIMEOUT", '; did you mean "BOLT_SEARCH_TIMEOUT_S"?'),
    ],
)
def test_a_misspelled_variable_is_noticed(places: Places, variable: str, hint: str) -> None:
    """A variable that is ours but for its spelling is told, with the nearest that there is."""
    places.environ[variable] = "3"
    loaded = places.load()
    assert loaded.config == Config()
    assert [str(one) for one in loaded.ignored] == [
        f"environment: {variable} is ignored: there is no such setting{hint}"
    ]


def test_variables_of_other_programs_are_their_own_business(places: Places) -> None:
    """What merely begins alike is not mentioned."""
    places.environ |= {"BOLT_": "", "BOLT_HOME": "x", "BOLT_DRIVER": "neo4j", "BOLTS": "", "B": ""}
    assert places.load().ignored == ()


def test_an_unknown_flag_names_the_nearest_setting(places: Places) -> None:
    """A setting that doesn't exist can't be set."""
    assert error_of(places, agents__maxx="3") == (
        'unknown setting "agents.maxx"; did you mean "agents.max"?'
    )
    assert error_of(places, health__deadline_s="3") == 'unknown setting "health.deadline_s"'
    assert error_of(places, zzz="3") == 'unknown setting "zzz"'
    assert error_of(places, agents__max="x").startswith("--set agents.max: expected a whole number")


def test_the_users_file_is_where_the_system_wants_it(tmp_path: Path) -> None:
    """XDG_CONFIG_HOME wins; without it the platform's folder is taken."""
    assert user_file({"XDG_CONFIG_HOME": "/c"}) == Path("/c/bolt-tui/config.toml")
    assert user_file({}).parts[-2:] == ("bolt-tui", "config.toml")


def test_a_document_nested_too_deeply_is_an_error(places: Places) -> None:
    """A hostile file ends in a sentence, not in a traceback."""
    places.theirs.write_text("x = " + "[" * 100_000)
    assert error_of(places) == (f"{places.theirs}: this is not valid TOML: it is nested too deeply")


# ── anything at all ──────────────────────────────────────────────────────────────────────────────

LEAVES = (
    st.booleans()
    | st.integers(-(2**80), 2**80)
    | st.floats()
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=10)
    | st.dates()
    | st.datetimes()
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)
SECTIONS = st.sampled_from([option.section for option in options()])
KEYS = st.sampled_from([option.key for option in options()])
NEARLY = st.dictionaries(
    SECTIONS | st.text(max_size=5),
    VALUES | st.dictionaries(KEYS | st.text(max_size=5), VALUES, max_size=3),
    max_size=3,
)


def outcome_of(data: bytes) -> Loaded | ConfigError:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "bolt.toml"
        path.write_bytes(data)
        try:
            return load(Path(name), environ={"XDG_CONFIG_HOME": name})
        except ConfigError as error:
            refused = error
        said = str(refused)
        assert said.startswith(str(path))
        assert said == clean(said)
        return refused


@given(NEARLY)
def test_any_document_loads_or_is_refused_in_words(document: dict[str, object]) -> None:
    """Arbitrary TOML gives settings or a ConfigError that names the file, and nothing else."""
    try:
        data = tomli_w.dumps(document).encode()
    except (ValueError, UnicodeEncodeError):
        return
    outcome_of(data)


@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda t: t.encode("utf-8", "replace")))
def test_any_bytes_load_or_are_refused_in_words(data: bytes) -> None:
    """So does a file of arbitrary bytes."""
    outcome_of(data)


@given(
    st.lists(
        st.sampled_from(
            [
                "[agents]",
                "[console.keys]",
                "[[agents]]",
                "agents.",
                "max",
                "=",
                "3",
                '"x"',
                "{",
                "}",
                "[",
                "]",
                "\n",
                "\r\n",
                " ",
                "#",
                "'",
                '"""',
                "\\",
                "\x00",
                "nan",
                "1e999",
                "0x",
                "-",
                ",",
                "2026-02-30",
            ]
        ),
        max_size=14,
    )
)
def test_any_scraps_of_toml_load_or_are_refused_in_words(scraps: list[str]) -> None:
    """So do the pieces of a document in any order."""
    outcome_of("".join(scraps).encode())


# ── read again ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("which", ["mine", "theirs"])
def test_a_change_of_a_file_is_noticed_and_read(places: Places, which: str) -> None:
    """Whether it is written, replaced or removed; what lies still is no change."""
    file: Path = getattr(places, which)
    first = places.load()
    assert first.sources is not None
    assert first.sources.stamp_now() == first.sources.stamp
    file.write_text("[agents]\nmax = 3\n")
    assert first.sources.stamp_now() != first.sources.stamp
    second = again(first)
    assert second.config.agents.max == 3
    assert second.sources is not None
    other = file.with_suffix(".new")
    other.write_text("[agents]\nmax = 4\n")
    other.replace(file)
    assert second.sources.stamp_now() != second.sources.stamp
    assert again(second).config.agents.max == 4
    file.unlink()
    assert again(second).config.agents.max == first.config.agents.max


def test_what_was_given_beside_the_files_is_given_again(places: Places) -> None:
    """Flags, the variables as they were, and the file that was named."""
    places.named.write_text("[agents]\nmax = 2\n[store]\nkeep_days = 8\n")
    places.environ |= {"BOLT_STORE_MAX_GB": "3", "BOLT_SLACK_SECRET": "hush"}
    first = places.load(agents__max="5")
    assert "hush" not in repr(first)
    places.environ["BOLT_STORE_MAX_GB"] = "4"
    places.named.write_text("[agents]\nmax = 1\n[store]\nkeep_days = 9\n")
    config = again(first).config
    assert (config.agents.max, config.store.max_gb, config.store.keep_days) == (5, 3.0, 9)


def test_the_users_word_on_a_project_is_one_of_the_files(places: Places) -> None:
    """That a project is trusted changes what its file may set."""
    places.theirs.write_text("[alerts]\ninterval_s = 7\n")
    first = places.load()
    assert first.sources is not None
    trust(places.environ).add(places.project, project_text(places.project), 0.0)
    assert first.sources.stamp_now() != first.sources.stamp
    assert (first.config.alerts.interval_s, again(first).config.alerts.interval_s) == (15.0, 7.0)


def test_settings_put_together_by_hand_stay_as_they_are(places: Places) -> None:
    """There is nothing to read again."""
    made = Loaded(Config(), {})
    assert again(made) is made
