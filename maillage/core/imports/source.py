from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple


class Row(NamedTuple):
    """One line of a file: where it is, its cells by column, its GeoJSON geometry if any, what makes it unreadable."""

    line: int  # of a table: as an editor counts, the header being 1; of a map: the rank of the object, from 1
    values: dict[str, Any]
    geometry: dict[str, Any] | None = None
    problem: str = ""


class Source(ABC):
    """A file that gives rows one by one, so that memory does not grow with it."""

    format: str
    origin = ""  # what the file says it comes from, when it says so
    left_out = ""  # what the file holds beside its rows, and is not read: a sentence for its owner

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = path.stat().st_size

    @property
    @abstractmethod
    def columns(self) -> list[str]:
        """The names of the columns, in the file's order; of a map, those of its first 200 objects."""

    @abstractmethod
    def rows(self) -> Iterator[Row]:
        """Every row, from the start, each time it is called. Raises BadFile where the file breaks off."""

    def read_share(self) -> float:
        """How much of the file the present `rows()` has read, from 0 to 1."""
        return 0.0
