"""Snapshots of screens as SVG files that differ in one line where one letter differs."""

import re

from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from syrupy.types import PropertyFilter, PropertyMatcher, SerializableData, SerializedData

_ID = re.compile(r"terminal-\d+-")  # a checksum of the whole screen, in every line


class StableSvg(SingleFileSnapshotExtension):
    """One `.svg` a screen, without the ids that change with every letter."""

    file_extension = "svg"
    _write_mode = WriteMode.TEXT

    def serialize(
        self,
        data: SerializableData,
        *,
        exclude: PropertyFilter | None = None,
        include: PropertyFilter | None = None,
        matcher: PropertyMatcher | None = None,
    ) -> SerializedData:
        return _ID.sub("terminal-", str(data))
