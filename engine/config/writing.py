"""The settings as text: a commented file to begin with, and a listing with each value's origin."""

import json
import re

from engine.config.options import Option, options, sections


def template() -> str:
    """Return a bolt.toml in which every setting stands with its meaning and default, unset."""
    lines = ["# Settings of bolt-tui. Each line that is commented out shows the default.", ""]
    for name, sentence, _ in sections():
        lines += [f"# {sentence}", f"[{name}]"]
        for option in options():
            if option.section == name:
                lines += _entry(option)
        lines.append("")
    return "\n".join(lines)


def shown(value: object) -> str:
    """Return a value as TOML writes it."""
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        items = ", ".join(f"{_key(name)} = {shown(item)}" for name, item in value.items())
        return f"{{ {items} }}" if items else "{}"
    if isinstance(value, list):
        return f"[{', '.join(shown(item) for item in value)}]"
    return _quoted(value) if isinstance(value, str) else f"{value}"


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _quoted(name)


def _quoted(text: str) -> str:
    # JSON's escapes are TOML's, but for DEL.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _entry(option: Option) -> list[str]:
    who = " Only in your own settings, or a project's that you trust." if option.user_only else ""
    unset = option.default is None
    return [
        f"# {option.doc} ({option.expected}){who}",
        f"# {option.key} is not set." if unset else f"# {option.key} = {shown(option.default)}",
    ]
