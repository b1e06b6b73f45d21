from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Rejection:
    """One line that was not taken: where, which field, and in French why."""

    line: int
    field: str
    reason: str


@dataclass
class Report:
    """What an import did, or would do: the shape that scripts rely on (docs/architecture.md)."""

    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    repaired: int = 0
    rejected: int = 0
    rejections: list[Rejection] = field(default_factory=list)

    def reject(self, line: int, name: str, reason: str) -> None:
        """Count one line as rejected, for `reason`."""
        self.rejected += 1
        self.rejections.append(Rejection(line, name, reason))

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON-ready values, with exactly the documented keys."""
        return asdict(self)

    def merged(self, others: Iterable["Report"]) -> "Report":
        """This report and others, as one."""
        total = Report(**{**self.__dict__, "rejections": list(self.rejections)})
        for other in others:
            for name in ("read", "created", "updated", "unchanged", "repaired", "rejected"):
                setattr(total, name, getattr(total, name) + getattr(other, name))
            total.rejections.extend(other.rejections)
        return total
