from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

# a file of a million bad lines must not fill the memory: beyond, lines are counted and no longer listed
MOST_LISTED = 10_000


@dataclass(frozen=True)
class Rejection:
    """One line that was not taken: where, which field, and in French why."""

    line: int
    field: str
    reason: str


@dataclass
class Report:
    """What an import did, or would do: the shape that scripts rely on (docs/architecture.md).

    `notes` are for people only: lines that were taken, with something to know (a local edit that was kept).
    """

    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    repaired: int = 0
    rejected: int = 0
    rejections: list[Rejection] = field(default_factory=list)
    notes: list[Rejection] = field(default_factory=list)

    def reject(self, line: int, name: str, reason: str) -> None:
        """Count one line as rejected, for `reason`."""
        self.rejected += 1
        self.explain(line, name, reason)

    def explain(self, line: int, name: str, reason: str) -> None:
        """Give one reason of a line that is already counted as rejected."""
        if len(self.rejections) < MOST_LISTED:
            self.rejections.append(Rejection(line, name, reason))

    def note(self, line: int, name: str, reason: str) -> None:
        """Say something about a line that was taken."""
        if len(self.notes) < MOST_LISTED:
            self.notes.append(Rejection(line, name, reason))

    def include(self, other: "Report") -> None:
        """Count what `other` counted too; its lines keep their own numbers."""
        for name in ("read", "created", "updated", "unchanged", "repaired", "rejected"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.rejections += other.rejections
        self.notes += other.notes

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON-ready values, with exactly the documented keys."""
        return {
            "read": self.read,
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "repaired": self.repaired,
            "rejected": self.rejected,
            "rejections": [vars(rejection) for rejection in self.rejections],
        }

    def lines(self) -> Iterator[tuple[int, str, str]]:
        """Rejections as (line, field, reason), in the file's order."""
        for rejection in sorted(self.rejections, key=lambda r: (r.line, r.field)):
            yield rejection.line, rejection.field, rejection.reason
