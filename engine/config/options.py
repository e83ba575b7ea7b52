"""The schema as a list of options, and the check of one value against one of them.

ConfigError    which file, line and key; what was expected, what was found, the nearest key
"""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from math import inf, isnan
from types import UnionType
from typing import Annotated, Literal, get_args, get_origin, get_type_hints

from msgspec import NODEFAULT, Meta
from msgspec.structs import fields

from engine.config.schema import Config
from engine.evidence import clean

_TABLES: dict[type, str] = {
    str: "a table of texts",
    list: "a table of lists of texts, none of them empty",
    dict: "a table of tables",
}
_FORMS: dict[type, str] = {
    str: '{ name = "text" }',
    list: '{ name = ["text", "text"] }',
    dict: '{ name = { key = "value" } }',
}
_WHOLE = 10**18  # above it a number is shown in words, and is out of any bounds
Table = dict[str, str] | dict[str, list[str]] | dict[str, dict[str, object]]
Value = bool | int | float | str | list[str] | Table | None


class ConfigError(Exception):
    """A setting can't be used; the sentence says where, what was expected and what was found."""

    def __init__(self, sentence: str) -> None:
        super().__init__(clean(sentence))  # it quotes files that anyone may have written


@dataclass(frozen=True, slots=True)
class Option:
    """One key of one section."""

    section: str
    key: str
    kind: type
    default: Value
    doc: str
    user_only: bool = False
    optional: bool = False
    holds: type = str  # what a table's values are: texts, lists of texts, or tables
    choices: tuple[str, ...] = ()
    ge: float | None = None
    gt: float | None = None
    le: float | None = None

    @property
    def name(self) -> str:
        return f"{self.section}.{self.key}"

    @property
    def variable(self) -> str:
        return f"BOLT_{self.section}_{self.key}".upper()

    @property
    def expected(self) -> str:
        """What a value must be, in words."""
        if self.choices:
            return "one of " + ", ".join(f'"{choice}"' for choice in self.choices)
        word = {int: "a whole number", float: "a number", str: "a text", list: "a list of texts"}
        word[dict] = _TABLES[self.holds]
        bounds = [
            f"{sign} {bound:g}"
            for sign, bound in (("above", self.gt), ("at least", self.ge), ("at most", self.le))
            if bound is not None
        ]
        return " ".join([word.get(self.kind, "true or false"), " and ".join(bounds)]).strip()

    def check(self, value: object) -> Value:
        """Return the value as the schema has it.

        Raises:
            ConfigError: it has another type or lies out of bounds; the sentence has no place yet.
        """
        given = value
        if self.kind is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value) if abs(value) < _WHOLE else inf
        fits = isinstance(value, self.kind) and (self.kind is bool or not isinstance(value, bool))
        if fits and isinstance(value, dict):
            fits = all(self._fits_in_table(item) for item in value.values())
        if fits and isinstance(value, list):
            fits = all(isinstance(item, str) for item in value)
        if fits and isinstance(value, int | float) and not isinstance(value, bool):
            fits = (
                not isnan(value)
                and (self.ge is None or value >= self.ge)
                and (self.gt is None or value > self.gt)
                and (self.le is None or value <= self.le)
            )
        if fits and self.choices:
            fits = value in self.choices
        if not fits or not isinstance(value, bool | int | float | str | list | dict):
            hint = nearest(value, self.choices) if isinstance(value, str) else ""
            raise ConfigError(f"expected {self.expected}, found {found(given)}{hint}")
        return value

    def _fits_in_table(self, item: object) -> bool:
        if self.holds is not list:
            return isinstance(item, self.holds)
        return isinstance(item, list) and bool(item) and all(isinstance(one, str) for one in item)

    def parse(self, text: str) -> Value:
        """Read a value from the text of an environment variable or a flag.

        Lists and tables are written as in a file; a list may also be texts between commas.

        Raises:
            ConfigError: as `check`, with the form of a list or a table.
        """
        if self.kind is str:
            return self.check(text)
        if self.kind is bool and text.lower() in ("true", "false", "1", "0"):
            return text.lower() in ("true", "1")
        if self.kind in (list, dict):
            return self._composed(text.strip())
        if self.kind in (int, float):
            try:
                return self.check(self.kind(text))
            except ValueError:
                pass  # said below, with the text as it was found
        raise ConfigError(f"expected {self.expected}, found {found(text)}")

    def _composed(self, text: str) -> Value:
        """Read a list or a table."""
        if self.kind is list and not text.startswith("["):
            return self.check([one.strip() for one in text.split(",") if one.strip()])
        import tomllib  # start-up: 3 ms, for a variable or flag that is a list

        form = '["text", "text"] or text,text' if self.kind is list else _FORMS[self.holds]
        try:
            document = tomllib.loads(f"value = {text}")
            if document.keys() == {"value"}:  # no second line with more
                return self.check(document["value"])
        except (ConfigError, ValueError, RecursionError):
            pass  # said below, with the text as it was found
        raise ConfigError(f"expected {self.expected}, as in {form}, found {found(text)}")


@cache
def options() -> tuple[Option, ...]:
    """Return every option, in the order of the schema."""
    return tuple(_option(name, key) for name, _, section in sections() for key in _keys(section))


def sections() -> Iterable[tuple[str, str, type]]:
    """Yield each section's name, sentence and struct."""
    for section in fields(Config):
        kind = type(section.default)
        yield section.name, (kind.__doc__ or "").strip(), kind


def find(section: str, key: str) -> Option | None:
    return next((o for o in options() if o.section == section and o.key == key), None)


def nearest(name: str, valid: Iterable[str], alike: float = 0.5) -> str:
    """Return `; did you mean X?`, or nothing where nothing is near."""
    match = difflib.get_close_matches(name, list(valid), n=1, cutoff=alike)
    return f'; did you mean "{match[0]}"?' if match else ""


def _keys(section: type) -> list[tuple[type, str, object, object]]:
    hints = get_type_hints(section, include_extras=True)
    rows = []
    for item in fields(section):
        default = item.default if item.default is not NODEFAULT else item.default_factory()
        rows.append((section, item.name, hints[item.name], default))
    return rows


def _option(section: str, row: tuple[type, str, object, object]) -> Option:
    _, key, hint, default = row
    assert get_origin(hint) is Annotated
    bare, meta = get_args(hint)[:2]
    assert isinstance(meta, Meta)
    optional = isinstance(bare, UnionType)
    if optional:
        bare = get_args(bare)[0]
    choices = get_args(bare) if get_origin(bare) is Literal else ()
    kind = str if choices else get_origin(bare) or bare
    inner = get_args(bare)[-1] if kind is dict else str
    return Option(
        section=section,
        key=key,
        kind=kind,
        default=default if isinstance(default, bool | int | float | str | list | dict) else None,
        doc=meta.description or "",
        user_only=isinstance(meta.extra, Mapping) and bool(meta.extra.get("user_only")),
        optional=optional,
        holds=(get_origin(inner) or inner) if kind is dict else str,
        choices=choices,
        ge=meta.ge,
        gt=meta.gt,
        le=meta.le,
    )


def found(value: object) -> str:
    """Return a value as an error shows it: short, and in the words of TOML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and abs(value) >= _WHOLE:
        return "a huge number"
    if isinstance(value, int | float):
        return f"{value}"
    if isinstance(value, str):
        return f'"{value}"' if len(value) <= 60 else f'"{value[:57]}…"'
    if isinstance(value, dict):
        return "a table"
    return "a list" if isinstance(value, list) else f"a {type(value).__name__}"
