"""Names that are taken from a module which has them from another one."""

from engine.search.graph.reexports import taken_through
from tests.search.graph.small import binds_of, graph_of

FILES = {
    "pkg/__init__.py": "from .impl import Name as Other\nfrom .sub import *\n",
    "pkg/impl.py": "Name = Unused = 1\n",
    "pkg/sub/__init__.py": "from pkg.sub.deep import shown, _hidden\n",
    "pkg/sub/deep.py": "shown = _hidden = 1\n",
    "by_name.py": "from pkg import Other\n",
    "by_star.py": "from pkg import *\n",
    "not_it.py": "from pkg import Unused, Name, _hidden\n",
    "deep_down.py": "from pkg import shown as s, Other\n",
    "in_turn.py": "from by_name import Other\n",
    "late.py": "def f():\n    from pkg.impl import Name\n",
    "after_late.py": "from late import Name\n",
}


def through(target: str) -> list[tuple[str, str, int, tuple[str, ...]]]:
    graph = graph_of(FILES)
    return [
        (one.edge.importer, one.passed.importer, one.passed.line, one.names)
        for one in taken_through(target, graph.importers, binds_of(FILES))
    ]


def test_new_names_are_followed_and_others_are_not() -> None:
    """Only what the package calls the module's names counts, over as many modules as it takes."""
    assert through("pkg/impl.py") == [
        ("by_name.py", "pkg/__init__.py", 1, ("Other",)),
        ("by_star.py", "pkg/__init__.py", 1, ("*",)),
        ("deep_down.py", "pkg/__init__.py", 1, ("Other",)),
        ("in_turn.py", "by_name.py", 1, ("Other",)),
    ]


def test_stars_pass_on_what_is_not_hidden() -> None:
    """A name goes through two packages; one with an underscore stops at the star."""
    assert through("pkg/sub/deep.py") == [
        ("by_star.py", "pkg/__init__.py", 2, ("*",)),
        ("deep_down.py", "pkg/__init__.py", 2, ("shown",)),
        ("pkg/__init__.py", "pkg/sub/__init__.py", 1, ("*",)),
    ]
