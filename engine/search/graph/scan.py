"""The imports of one Python file, as values that go from process to process."""

from zlib import crc32

from engine.search.dynamic_imports import DynamicImports, dynamic_imports
from engine.search.imports import Import, ImportKind, scan_imports

# Line, module, names, level, kind and new names of an `Import`.
Row = tuple[int, str, tuple[str, ...], int, ImportKind, tuple[str, ...]]
# A checksum of the text, so that what else was read of it can be known to be out of date, its
# imports, and how many calls import what is known at run time only.
Scanned = tuple[int, tuple[Row, ...], int]


def imports(path: str, text: str) -> Scanned:
    """Return the imports of a Python file by line; of a stub all are for type checkers only."""
    stub = path.endswith(".pyi")
    checksum = crc32(text.encode("utf-8", "surrogatepass"))
    stated = scan_imports(text)
    called = DynamicImports() if stub else dynamic_imports(path, text, stated)
    rows = tuple(
        (
            one.line,
            one.module,
            one.names,
            one.level,
            "type_checking" if stub else one.kind,
            one.called,
        )
        for one in sorted((*stated, *called.imports), key=lambda one: one.line)
    )
    return checksum, rows, called.computed


def as_import(row: Row) -> Import:
    return Import(*row)
