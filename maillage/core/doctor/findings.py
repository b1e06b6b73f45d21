"""One point that the doctor looks at, and how it is judged."""

from dataclasses import asdict, dataclass
from enum import StrEnum


class Status(StrEnum):
    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class Finding:
    """One point: what was looked at, what was seen, how to mend it."""

    name: str
    status: Status
    said: str
    mend: str = ""

    def as_json(self) -> dict[str, str]:
        return asdict(self)


def good(name: str, said: str) -> Finding:
    return Finding(name, Status.OK, said)


def judge(name: str, passed: bool, said: str, mend: str, *, otherwise: Status = Status.ERROR) -> Finding:
    """A good finding, or one of status `otherwise` that says how to mend."""
    return good(name, said) if passed else Finding(name, otherwise, said, mend)
