"""What to keep, remove and add to go from one text to the other, in a bounded time.

difflib compares each word with each of its repetitions: a text that says two words a thousand times would hold a server for
minutes, and anyone may propose such a text.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from difflib import SequenceMatcher

Opcode = tuple[
    str, int, int, int, int
]  # as difflib's: kind, from and to in the old parts, from and to in the new ones
Line = tuple[str, ...]
MOST = (
    40_000  # pairs of equal parts to look at: two thousand words of plain French; a second when nothing helps
)


def opcodes(old: Sequence[str], new: Sequence[str], *, key: Callable[[str], str] = str) -> list[Opcode]:
    """How to go from the parts of one text to those of the other (words, spaces, lines), in order; equal is what has the same `key`.

    A long text is compared by its lines first, then by the words of the lines that differ; what would still take too long is
    replaced as a whole.
    """
    one, other = [key(part) for part in old], [key(part) for part in new]
    head = 0
    while head < min(len(old), len(new)) and one[head] == other[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and one[-1 - tail] == other[-1 - tail]:
        tail += 1
    a, b = len(old) - tail, len(new) - tail
    found: list[Opcode] = [("equal", 0, head, 0, head)] if head else []
    if _pairs(one[head:a], other[head:b]) <= MOST:
        found += _shifted(
            SequenceMatcher(None, one[head:a], other[head:b], autojunk=False).get_opcodes(), head, head
        )
    else:
        found += _shifted(_by_lines(_lines(old[head:a], key), _lines(new[head:b], key)), head, head)
    return [*found, ("equal", a, len(old), b, len(new))] if tail else found


def _by_lines(before: list[Line], after: list[Line]) -> list[Opcode]:
    left = MOST - _pairs(before, after)
    if left < 0:
        return [("replace", 0, sum(map(len, before)), 0, sum(map(len, after)))]
    found: list[Opcode] = []
    i = j = 0
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        one, other = (
            [part for line in before[a:b] for part in line],
            [part for line in after[c:d] for part in line],
        )
        cost = _pairs(one, other)
        if kind == "replace" and cost <= left:
            left -= cost
            found += _shifted(SequenceMatcher(None, one, other, autojunk=False).get_opcodes(), i, j)
        else:
            found.append((kind, i, i + len(one), j, j + len(other)))
        i, j = i + len(one), j + len(other)
    return found


def _pairs(old: Sequence[Hashable], new: Sequence[Hashable]) -> int:
    """How many pairs of equal parts there are: what a comparison has to look at, again and again."""
    counts = Counter(new)
    return sum(number * counts[part] for part, number in Counter(old).items())


def _lines(parts: Sequence[str], key: Callable[[str], str]) -> list[Line]:
    """The keys of the parts, line by line."""
    found: list[list[str]] = [[]]
    for part in parts:
        found[-1].append(key(part))
        if "\n" in part:
            found.append([])
    return [tuple(line) for line in found if line]


def _shifted(found: Sequence[Opcode], old: int, new: int) -> list[Opcode]:
    return [(kind, a + old, b + old, c + new, d + new) for kind, a, b, c, d in found]
