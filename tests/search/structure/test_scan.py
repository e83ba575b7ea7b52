"""What a file defines and names, read from its tokens: as `ast` and `tokenize` read it."""

import ast
import io
import keyword
import marshal
import re
import sysconfig
import tokenize
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from engine.search.source import decode_source
from engine.search.structure.mask import mask
from engine.search.structure.names import count_names, normal
from engine.search.structure.scan import Structure, definitions_in, structure

STDLIB = Path(sysconfig.get_path("stdlib"))
SAMPLE = [
    path
    for number, path in enumerate(sorted(STDLIB.rglob("*.py")))
    if "site-packages" not in path.parts
    and (number % 12 == 0 or {"encoded_modules"} & set(path.parts))
]
Found = tuple[str, str, int, int]


def parsed(source: bytes | str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(source)


def by_ast(tree: ast.Module) -> list[Found]:
    return sorted(_defined(tree, "", "module"), key=lambda one: (one[2], one[0]))


def _defined(node: ast.AST, prefix: str, scope: str) -> Iterator[Found]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            is_class = isinstance(child, ast.ClassDef)
            kind = "class" if is_class else "method" if scope == "class" else "function"
            if isinstance(child, ast.AsyncFunctionDef):
                kind = f"async {kind}"
            end = child.end_lineno or 0
            yield prefix + normal(child.name), kind, child.lineno, end
            yield from _defined(
                child, f"{prefix}{normal(child.name)}.", "class" if is_class else "function"
            )
        elif not isinstance(child, ast.expr):
            if scope != "function":
                yield from _assigned(child, prefix, scope)
            yield from _defined(child, prefix, scope)


def _assigned(node: ast.AST, prefix: str, scope: str) -> Iterator[Found]:
    if not isinstance(node, ast.stmt):
        return
    if isinstance(node, ast.Assign):
        names = [name for target in node.targets for name in _names(target)]
    elif isinstance(node, ast.AnnAssign):
        names = list(_names(node.target))
    elif type(node).__name__ == "TypeAlias":  # from 3.12 on
        names = [name.id for name in ast.walk(node) if isinstance(name, ast.Name)][:1]
    else:
        return
    for name in names:
        kind = "constant" if name.isupper() else "variable"
        yield prefix + name, "attribute" if scope == "class" else kind, node.lineno, 0


def _names(target: ast.AST) -> Iterator[str]:
    if isinstance(target, ast.Name):
        yield normal(target.id)
    elif isinstance(target, ast.Tuple | ast.List):
        for part in target.elts:
            yield from _names(part)
    elif isinstance(target, ast.Starred):
        yield from _names(target.value)


def _plain_kind(name: str, kind: str) -> str:
    if kind != "type alias":
        return kind
    return "attribute" if "." in name else "constant" if name.isupper() else "variable"


def by_tokens(text: str) -> list[Found]:
    rows = [
        (one.name, one.kind, one.line, one.end_line if one.kind in _BLOCKS else 0)
        for one in definitions_in(mask(text).code)
    ]
    return sorted(rows, key=lambda one: (one[2], one[0]))


_BLOCKS = {"class", "function", "async function", "method", "async method"}


def names_by_tokenize(text: str) -> Counter[str]:
    """The NAME tokens, those in fields of f-strings too, keywords left out."""
    found: Counter[str] = Counter()
    conversion = False
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.NAME and not conversion:
            found[normal(token.string)] += 1
        elif token.type == tokenize.STRING and re.match(r"(?i)[rb]?f[rb]?['\"]", token.string):
            for field in ast.walk(parsed(token.string)):
                if isinstance(field, ast.FormattedValue):
                    found += _outermost(field)
        conversion = token.string == "!" and token.type == tokenize.OP
    return Counter({name: count for name, count in found.items() if not keyword.iskeyword(name)})


def _outermost(field: ast.FormattedValue) -> Counter[str]:
    # A string in a field is walked on its own.
    code = re.sub(r"(?i)\bf(?=['\"])", "", ast.unparse(field.value))
    tokens = tokenize.generate_tokens(io.StringIO(f"({code})").readline)
    return Counter(normal(token.string) for token in tokens if token.type == tokenize.NAME)


def test_the_standard_library_defines_what_ast_says() -> None:
    """In every sampled file, names, kinds, first and last lines of definitions are those of ast."""
    read = 0
    for path in SAMPLE:
        source = path.read_bytes()
        try:
            expected = by_ast(parsed(source))
        except (SyntaxError, ValueError, RecursionError):
            continue
        expected = [(*one[:3], one[3] if one[1] in _BLOCKS else 0) for one in expected]
        got = [
            (name, _plain_kind(name, kind), line, end)
            for name, kind, line, end in by_tokens(decode_source(source))
        ]
        assert got == expected, path
        read += len(expected)
    assert read > 2000


def test_the_standard_library_names_what_tokenize_says() -> None:
    """In every sampled file, the names in code are the NAME tokens, as often as they occur."""
    read = 0
    for path in SAMPLE:
        text = decode_source(path.read_bytes())
        try:
            parsed(text)
            expected = names_by_tokenize(text)
        except (SyntaxError, ValueError, RecursionError, tokenize.TokenError):
            continue
        assert count_names(mask(text).code) == expected, path
        read += len(expected)
    assert read > 5000


def test_what_strings_and_comments_hold_is_no_code() -> None:
    """The mask keeps offsets and line breaks and blanks strings, prefixes and comments."""
    text = "a = rb'x # y' # z\nb = '''p\nq'''\nc = (1,\\\n 2)\n"
    code = mask(text).code
    assert len(code) == len(text)
    blank = " " * 7
    assert code == f'a = "{blank}"    \nb = "   \r   "\nc = (1, \r 2)\n'


def test_fields_of_strings_are_code() -> None:
    """Names in fields, nested fields and nested strings are found; conversions are not."""
    text = (
        "f\"{a.b(c)!r:>{w}} {d['e']} {{n}} \\N{DASH}\" f'{x=}' rf\"\\N{y}\" "
        "f'''{\n z # n\n}'''\nf'{f'{deep}'}'"
    )
    assert set(count_names(mask(text).code)) == set("abcwdxyz") | {"deep"}


BROKEN = """\
import os
class Unclosed(Base:
    def method(self, x=(1, 2):
        call(
    def next_method(self): return '
def last():
    '''never closed
"""


def test_fields_without_end_are_taken_for_text() -> None:
    """Strings that open fields in fields, thousands deep, have a mask and hide no definition."""
    text = "x = f'{a[' \n" * 5000 + "def f(): ...\n"
    assert [one.name for one in definitions_in(mask(text).code)][-1] == "f"


def test_broken_files_have_definitions_too() -> None:
    """Unclosed brackets and strings hide no definition that begins a line."""
    names = [one.name for one in definitions_in(mask(BROKEN).code)]
    assert names == ["Unclosed", "Unclosed.method", "Unclosed.next_method", "last"]


def test_newer_syntax_is_read() -> None:
    """Type parameters, type statements and soft keywords need no interpreter of their time."""
    text = (
        "type Pair[T] = tuple[T, T]\nclass Box[T](Base[T], metaclass=M):\n    match: int = 1\n"
        "    async def get[U](self) -> U: ...\nmatch x:\n    case 1:\n        late = 2\n"
    )
    found = definitions_in(mask(text).code)
    assert [(one.name, one.kind, one.line, one.end_line) for one in found] == [
        ("Pair", "type alias", 1, 1),
        ("Box", "class", 2, 4),
        ("Box.match", "attribute", 3, 3),
        ("Box.get", "async method", 4, 4),
        ("late", "variable", 7, 7),
    ]
    assert found[1].bases == ("Base",)
    assert found[-1].branch == "case"


def test_decorators_and_branches_are_told() -> None:
    """A definition knows its decorators and the block that it depends on."""
    text = (
        "if TYPE_CHECKING:\n    try:\n        X: TypeAlias = int\n    finally: pass\nelse:\n"
        "    @typing.overload\n    @register('x')\n    @(lambda f: f)\n    def f(): ...\n"
    )
    alias, function = definitions_in(mask(text).code)
    assert (alias.kind, alias.branch) == ("type alias", "TYPE_CHECKING")
    assert function.decorators == ("typing.overload", "register", "?")
    assert (function.line, function.branch) == (9, "else")


def test_a_scan_is_made_of_plain_values() -> None:
    """The scan's value goes through marshal, and says what is used beyond being defined."""
    text = (
        '"""Doc."""\n__all__ = ["f", "pkg.mod:g"]\ndef f(): ...  # TODO\ndef g(): g()\nCONST = 1.e5'
    )
    value: Any = structure("a.py", text)
    found = Structure(*marshal.loads(marshal.dumps(value)))
    assert (found.names, found.strings) == (" g ", " f g mod pkg ")
    assert (found.lines, found.documented, found.todos) == (5, True, 1)
    assert not found.uses("f")


statements = st.recursive(
    st.sampled_from(
        ["pass", "x = 1", "a, (b, *c) = y", "x: int = [\n1]", "'''s\n'''", "f(\n)",
         "x = y = '#'", "# c", "l = lambda a, b=1: {b: a}"]
    ),
    lambda inner: st.builds(
        lambda head, body, tail: head + "\n" + _indented(body) + tail,
        st.sampled_from(
            ["def f(a,\n  b=':'):", "class C:", "class D(B,\n metaclass=M):", "@d(\n)\ndef g():",
             "async def h():", "if x:", "while y:", "with a as b:", "for i in (1,\n2):"]
        ),
        st.lists(inner, min_size=1, max_size=3),
        st.sampled_from(["", "\n", "\n# end", "\n    # deeper\n"]),
    ),
    max_leaves=8,
)  # fmt: skip


def _indented(body: list[str]) -> str:
    # A body of comments alone is none.
    lines = "\n".join(["pass", *body]).split("\n")
    inside = False
    result = []
    for line in lines:
        result.append(line if inside else f"    {line}")
        inside ^= line.count("'''") % 2 == 1
    return "\n".join(result)


@given(st.lists(statements, min_size=1, max_size=4).map("\n".join))
def test_generated_sources_define_what_ast_says(source: str) -> None:
    """Definitions of any nesting of blocks, brackets, strings and comments are those of ast."""
    expected = by_ast(parsed(source))
    expected = [(*one[:3], one[3] if one[1] in _BLOCKS else 0) for one in expected]
    assert by_tokens(source) == expected


@example("(}=")
@given(st.text(alphabet="fr'\"\\{}[]#\n x=()*,:!"))
def test_any_text_has_a_mask_of_its_length(text: str) -> None:
    """No text, however broken, moves an offset or a line."""
    code = mask(text).code
    assert len(code) == len(text)
    assert [at for at, char in enumerate(text) if char == "\n"] == [
        at for at, char in enumerate(code) if char in "\n\r"
    ]
    structure("a.py", text)
