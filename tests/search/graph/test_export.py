"""Pictures of the graph: whatever files are called, the text stays whole."""

import json
import re

from hypothesis import given
from hypothesis import strategies as st

from engine.search.graph.edges import Edge
from engine.search.graph.export import as_json, dot, mermaid
from engine.search.graph.picture import Line, Picture, around, folded, whole
from engine.search.graph.tree import outline, tree
from engine.search.printable import printable
from tests.search.graph.small import graph_of

NAMES = st.lists(st.text(min_size=1, max_size=12), min_size=2, max_size=5, unique=True)
# A quoted string of the DOT language, in which a quote and a backslash are escaped.
DOT_NODE = re.compile(r'    "((?:[^"\\]|\\["\\])*)";')
DOT_ARROW = re.compile(r'    "((?:[^"\\]|\\["\\])*)" -> "((?:[^"\\]|\\["\\])*)"( \[[^\]]*\])?;')
MERMAID_NODE = re.compile(r'    (n\d+)\["([^"<>`\n]*)"\]')


def star(names: list[str]) -> Picture:
    return Picture(tuple(names), tuple(Line(names[0], end, 1, "local") for end in names[1:]))


def unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def decoded(text: str) -> str:
    named = {"quot": '"', "lt": "<", "gt": ">", "35": "#", "96": "`"}
    return re.sub(r"#(\w+);", lambda match: named[match[1]], text)


@given(NAMES)
def test_dot_keeps_every_name(names: list[str]) -> None:
    """Each line is a node or an arrow of the language, and reads back as the printable name."""
    _, _, _, *lines, end = dot(star(names)).splitlines()
    assert end == "}"
    nodes = [match for line in lines if (match := DOT_NODE.fullmatch(line))]
    arrows = [match for line in lines if (match := DOT_ARROW.fullmatch(line))]
    assert len(nodes) + len(arrows) == len(lines)
    assert [unquoted(match[1]) for match in nodes] == [printable(name) for name in names]
    assert [unquoted(match[2]) for match in arrows] == [printable(name) for name in names[1:]]


@given(NAMES)
def test_mermaid_keeps_every_name(names: list[str]) -> None:
    """Ids are plain, labels hold nothing that ends them, and read back as the printable name."""
    head, *lines = mermaid(star(names)).splitlines()
    assert head == "flowchart LR"
    nodes = [MERMAID_NODE.fullmatch(line) for line in lines[: len(names)]]
    assert [decoded(match[2]) for match in nodes if match] == [printable(name) for name in names]
    assert lines[len(names) :] == [f"    n0 -.-> n{at}" for at in range(1, len(names))]


@given(NAMES)
def test_json_keeps_the_very_names(names: list[str]) -> None:
    """Programs get the paths as they are, halves of surrogate pairs too."""
    value = json.loads(as_json(star(names)))
    assert value["nodes"] == names
    assert [edge["to"] for edge in value["edges"]] == names[1:]


FILES = {
    "a.py": "import b, c\n",
    "b.py": "import c\ndef f(): import a\n",
    "c.py": "import d\n",
    "d.py": "",
    "pkg/__init__.py": "import a\n",
    "pkg/e.py": "from pkg import x\nimport d\n",
}


def test_a_tree_cuts_cycles_and_marks_what_was_shown() -> None:
    """Nothing is opened twice, and a limit tells how much it cut off."""
    view = graph_of(FILES).view("runtime", parents=False)
    text, cut = tree(view, "a.py", 5, 100)
    assert text == (
        "a.py\n"
        "├─ b.py  (line 1)\n"
        "│  ├─ a.py  (line 2, local, cycle: stands above)\n"
        "│  └─ c.py  (line 1)\n"
        "│     └─ d.py  (line 1)\n"
        "└─ c.py  (line 1, shown above)\n"
    )
    assert cut == 0
    text, cut = tree(view, "a.py", 5, 2)
    assert (text.count("\n"), cut) == (3, 3)
    assert tree(view, "a.py", 1, 100)[0].count("\n") == 3


def test_a_picture_is_drawn_around_a_file() -> None:
    """Both directions are shown up to the depth; a limit keeps what is nearest."""
    graph = graph_of(FILES)
    ways = graph.view("all", parents=False), graph.reverse("all", parents=False)
    near = around(*ways, "c.py", 1, 100)
    assert set(near.nodes) == {"a.py", "b.py", "c.py", "d.py"}
    assert {(line.start, line.end) for line in near.lines} == {
        *(("a.py", "b.py"), ("a.py", "c.py"), ("b.py", "a.py"), ("b.py", "c.py")),
        ("c.py", "d.py"),
    }
    cut = around(*ways, "c.py", 1, 3)
    assert all("c.py" in (line.start, line.end) for line in cut.lines)
    assert cut.left_out == 2


def test_folders_are_folded() -> None:
    """Imports between folders are counted, those within one are not shown."""
    edges = [
        *(Edge("x/a.py", 1, "y/b.py", "runtime"), Edge("x/a.py", 2, "y/c.py", "local")),
        *(Edge("x/a.py", 3, "x/d.py", "runtime"), Edge("m.py", 1, "x/a.py", "runtime")),
    ]
    picture = folded(edges, 10)
    assert picture.lines == (Line("x", "y", 2, ""), Line(".", "x", 1, ""))
    assert outline(picture) == ".\n└─ x  (1 import)\nx\n└─ y  (2 imports)\n"
    assert mermaid(picture).count("-->|2|") == 1
    assert dot(picture).count('label="2"') == 1
    assert folded(edges, 1).left_out == 1
    assert "1 more arrows" in dot(whole(edges, 3))
