"""The imports of one Python file, as values that go from process to process."""

from zlib import crc32

from engine.search.imports import Import, ImportKind, scan_imports

# Line, module, names, level, kind and new names of an `Import`.
Row = tuple[int, str, tuple[str, ...], int, ImportKind, tuple[str, ...]]
# A checksum of the text, so that what else was read of it can be known to be out of date, and its
# imports.
Scanned = tuple[int, tuple[Row, ...]]


def imports(path: str, text: str) -> Scanned:
    """Return the imports of a Python file; those of a stub are all for type checkers only."""
    stub = path.endswith(".pyi")
    checksum = crc32(text.encode("utf-8", "surrogatepass"))
    return checksum, tuple(
        (
            one.line,
            one.module,
            one.names,
            one.level,
            "type_checking" if stub else one.kind,
            one.called,
        )
        for one in scan_imports(text)
    )


def as_import(row: Row) -> Import:
    return Import(*row)
