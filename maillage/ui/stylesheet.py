"""One stylesheet out of many small ones."""

import re
from collections.abc import Callable
from pathlib import PurePosixPath

IMPORT = re.compile(r'@import url\("(?P<path>[^"]+)"\);\s*')
SOURCE_MAP = re.compile(r"/\*# sourceMappingURL=.*?\*/")


def one_stylesheet(read: Callable[[str], str], name: str) -> str:
    """The text of the static file `name` with the files that it imports in place, in order.

    `read(name)` gives a static file's text. Addresses inside an imported file must be relative to the folder of
    `name`: those of our files beside it are; a package's file must hold none but `data:` ones.
    """
    folder = PurePosixPath(name).parent

    def imported(match: re.Match[str]) -> str:
        parts: list[str] = []
        for part in (folder / match["path"]).parts:
            parts = parts[:-1] if part == ".." else [*parts, part]
        return SOURCE_MAP.sub("", read("/".join(parts))) + "\n"

    return IMPORT.sub(imported, read(name))
