"""One stylesheet out of many small ones, less the rules of Bootstrap that no page uses."""

import re
from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath

import tinycss2
from tinycss2.ast import AtRule, Node, QualifiedRule

IMPORT = re.compile(r'@import url\("(?P<path>[^"]+)"\);\s*')
SOURCE_MAP = re.compile(r"/\*# sourceMappingURL=.*?\*/")
CLASS = re.compile(r"\.(-?[A-Za-z_][\w-]*)")
WORD = re.compile(r"[A-Za-z_][\w-]*")
GROUPS = {"media", "supports"}


def one_stylesheet(read: Callable[[str], str], name: str, used: set[str]) -> str:
    """The text of the static file `name` with the files that it imports in place, in order.

    `read(name)` gives a static file's text. Addresses inside an imported file must be relative to the folder of
    `name`: those of our files beside it are; a package's file must hold none but `data:` ones. Of a package's
    file, only what the classes `used` need is kept.
    """
    folder = PurePosixPath(name).parent

    def imported(match: re.Match[str]) -> str:
        parts: list[str] = []
        for part in (folder / match["path"]).parts:
            parts = parts[:-1] if part == ".." else [*parts, part]
        text = SOURCE_MAP.sub("", read("/".join(parts)))
        return (pruned(text, used) if parts[0] == "vendor" else text) + "\n"

    return IMPORT.sub(imported, read(name))


def words_in(folder: Path) -> set[str]:
    """Every word of the templates, code and scripts under `folder`: among them, every class that a page may use."""
    found: set[str] = set()
    for path in folder.rglob("*"):
        if path.suffix in {".html", ".py", ".js"} and "tests" not in path.parts:
            found.update(WORD.findall(path.read_text()))
    return found


def pruned(css: str, used: set[str]) -> str:
    """`css` without the selectors that name a class not `used`, nor the rules left empty."""
    return "".join(_kept(tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True), used))


def _kept(rules: Iterable[Node], used: set[str]) -> Iterable[str]:
    for rule in rules:
        if isinstance(rule, QualifiedRule):
            selectors = [
                one for one in _selectors(tinycss2.serialize(rule.prelude)) if set(CLASS.findall(one)) <= used
            ]
            if selectors:
                yield f"{','.join(selectors)}{{{tinycss2.serialize(rule.content)}}}"
        elif isinstance(rule, AtRule) and rule.lower_at_keyword in GROUPS:
            inside = "".join(_kept(tinycss2.parse_rule_list(rule.content, True, True), used))
            if inside:
                yield f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}{{{inside}}}"
        else:
            yield rule.serialize()


def _selectors(prelude: str) -> list[str]:
    """The selectors of a list, split at the commas outside brackets."""
    parts, depth, start = [], 0, 0
    for at, character in enumerate(prelude):
        depth += (character in "([") - (character in ")]")
        if character == "," and depth == 0:
            parts.append(prelude[start:at].strip())
            start = at + 1
    return [*parts, prelude[start:].strip()]
