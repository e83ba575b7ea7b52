"""The settings as text: a commented file to begin with, and a listing with each value's origin."""

from engine.config.options import Option, Value, options, sections


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


def shown(value: Value) -> str:
    """Return a value as TOML writes it."""
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{" + ", ".join(f" {k} = {shown(v)}" for k, v in value.items()) + " }"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return f"{value}"


def _entry(option: Option) -> list[str]:
    who = " Only in your own settings, never in a project's." if option.user_only else ""
    example = shown(option.default) if option.default is not None else ""
    return [
        f"# {option.doc} ({option.expected}){who}",
        f"# {option.key} = {example}".rstrip(),
    ]
