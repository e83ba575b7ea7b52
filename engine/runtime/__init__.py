"""The engine as a whole: `Engine.open` and what it is put together from."""

from engine.project import resolve
from engine.runtime.engine import Engine
from engine.runtime.query_text import checked

__all__ = ["Engine", "checked", "resolve"]
