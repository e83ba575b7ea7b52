"""Each document of `valid/` and `invalid/` is a user's own file; beside it stands what it gives."""

import json
from pathlib import Path

import pytest

from engine.config import Config, ConfigError, load

HERE = Path(__file__).parent
VALID = sorted((HERE / "valid").glob("*.toml"))
INVALID = sorted((HERE / "invalid").glob("*.toml"))


def test_there_are_documents() -> None:
    """An empty folder would pass all of the other tests."""
    assert len(VALID) > 15
    assert len(INVALID) > 30


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_a_valid_document_gives_its_values_and_their_lines(path: Path, tmp_path: Path) -> None:
    """Exactly the keys that the document sets have its values, each with the line it stands on."""
    loaded = load(tmp_path, config_file=path, environ={"XDG_CONFIG_HOME": str(tmp_path)})
    expected = json.loads(path.with_suffix(".json").read_text())
    read = {
        name: [getattr(getattr(loaded.config, section), key), origin.line]
        for name, origin in loaded.origins.items()
        if origin.place == str(path)
        for section, _, key in [name.partition(".")]
    }
    assert read == expected
    for name, (value, _) in expected.items():
        section, _, key = name.partition(".")
        assert type(value) is type(getattr(getattr(loaded.config, section), key))
    if not expected:
        assert loaded.config == Config()
    assert loaded.ignored == ()


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_an_invalid_document_gives_its_sentence(path: Path, tmp_path: Path) -> None:
    """The error says file, line and key, what was expected, what was found and what is near."""
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, config_file=path, environ={"XDG_CONFIG_HOME": str(tmp_path)})
    expected = path.with_suffix(".error").read_text().rstrip("\n")
    assert str(caught.value) == expected.replace("{file}", str(path))
