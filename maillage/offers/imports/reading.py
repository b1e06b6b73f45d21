"""Structures and services of one file (JSON, JSON lines, CSV, Parquet), row by row: memory does not grow with it."""

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple

import ijson
import pyarrow
import pyarrow.parquet
from data_inclusion.schema import v1
from django.utils.translation import gettext as _
from ijson.common import JSONError

from maillage.core.imports import BadFile
from maillage.core.imports.sniffing import sniff
from maillage.core.imports.tables import CsvSource

Kind = Literal["structures", "services"]
LISTS = frozenset(
    ["thematiques", "publics", "modes_accueil", "zone_eligibilite", "modes_mobilisation", "mobilisable_par",
     "reseaux_porteurs"]
)  # fmt: skip
NUMBERS = frozenset(["longitude", "latitude", "volume_horaire_hebdomadaire", "nombre_semaines"])
CODES = frozenset(["code_postal", "code_insee"])  # spreadsheets eat their first zero
OF_SERVICES = frozenset(v1.Service.model_fields) - frozenset(v1.Structure.model_fields)
BATCH = 2_000


class InclusionRow(NamedTuple):
    """One row: where it is in the file (line of a table, rank in its list of a JSON file), and its fields."""

    line: int
    values: dict[str, Any]
    problem: str = ""


class InclusionFile(ABC):
    """A file of data·inclusion. `rows(kind)` reads it from the start each time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = max(1, path.stat().st_size)
        self.position = 0

    @property
    @abstractmethod
    def kinds(self) -> tuple[Kind, ...]:
        """What the file may hold, structures first."""

    @abstractmethod
    def rows(self, kind: Kind) -> Iterator[InclusionRow]:
        """Every row of one kind. Raises BadFile where the file breaks off."""

    def read_share(self) -> float:
        """How much of the file the present `rows()` has read, from 0 to 1."""
        return min(1.0, self.position / self.size)


def open_inclusion(path: Path) -> InclusionFile:
    """The reader of the file at `path`, by its content. Raises BadFile, in words for its owner."""
    if path.is_file():
        with path.open("rb") as file:
            if file.read(4) == b"PAR1":
                return ParquetFile(path)
    match sniff(path):
        case "geojson" | "umap":
            return JsonFile(path)
        case "csv":
            return CsvFile(path)
        case _:
            raise BadFile(
                _("Ce fichier n’est pas de data·inclusion. Donnez un fichier JSON, CSV ou Parquet.")
            )


def kind_of(fields: Any) -> Kind:
    """What a row with these fields is."""
    return "services" if OF_SERVICES.intersection(fields) else "structures"


class JsonFile(InclusionFile):
    """A list, one object with the keys `structures` and `services`, or one object a line."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        with path.open("rb") as file:
            start = file.read(65_536).removeprefix(b"\xef\xbb\xbf").lstrip()
        if start.startswith(b"["):
            self.prefixes, self.lines = {"structures": "item", "services": "item"}, False
        elif re.match(rb'\{\s*"(structures|services)"\s*:', start):
            self.prefixes, self.lines = {"structures": "structures.item", "services": "services.item"}, False
        elif re.match(rb'\{\s*"items"\s*:', start):
            self.prefixes, self.lines = {"structures": "items.item", "services": "items.item"}, False
        else:
            self.prefixes, self.lines = {"structures": "", "services": ""}, True

    @property
    def kinds(self) -> tuple[Kind, ...]:
        return ("structures", "services")

    def rows(self, kind: Kind) -> Iterator[InclusionRow]:
        prefix, rank = self.prefixes[kind], 0
        mixed = not prefix.startswith(("structures", "services"))
        try:
            with self.path.open("rb") as file:
                if file.read(3) != b"\xef\xbb\xbf":
                    file.seek(0)
                for item in ijson.items(file, prefix, use_float=True, multiple_values=self.lines):
                    rank += 1
                    self.position = file.tell()
                    if not isinstance(item, dict):
                        if not mixed or kind == "services":
                            yield InclusionRow(rank, {}, _("il faut un objet JSON"))
                    elif not mixed or kind_of(item) == kind:
                        yield InclusionRow(rank, item)
        except (JSONError, UnicodeDecodeError, ValueError) as error:
            raise BadFile(
                _("Le fichier JSON ne se lit plus après l’objet n° %(rank)s. Enregistrez-le de nouveau.")
                % {"rank": rank}
            ) from error


class CsvFile(InclusionFile):
    """A table whose columns are the fields; lists are JSON (["a", "b"]), PostgreSQL's ({a,b}) or « a;b »."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.table = CsvSource(path)
        _named(self.table.columns)

    @property
    def kinds(self) -> tuple[Kind, ...]:
        return (kind_of(self.table.columns),)

    def rows(self, kind: Kind) -> Iterator[InclusionRow]:
        for row in self.table.rows():
            values = {name: _cell(name, text) for name, text in row.values.items() if text.strip()}
            yield InclusionRow(row.line, values, row.problem)

    def read_share(self) -> float:
        return self.table.read_share()


class ParquetFile(InclusionFile):
    """A Parquet file whose columns are the fields."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        try:
            with pyarrow.parquet.ParquetFile(path) as file:
                self.columns, self.count = file.schema_arrow.names, max(1, file.metadata.num_rows)
        except (pyarrow.ArrowException, OSError) as error:
            raise _broken_parquet() from error
        _named(self.columns)

    @property
    def kinds(self) -> tuple[Kind, ...]:
        return (kind_of(self.columns),)

    def rows(self, kind: Kind) -> Iterator[InclusionRow]:
        line = 0
        try:
            with pyarrow.parquet.ParquetFile(self.path) as file:
                for batch in file.iter_batches(batch_size=BATCH):
                    for values in batch.to_pylist():
                        line += 1
                        yield InclusionRow(line, {k: _plain(v) for k, v in values.items() if _given(v)})
                    self.position = int(self.size * line / self.count)
        except (pyarrow.ArrowException, OSError) as error:
            raise _broken_parquet() from error


def _named(columns: list[str]) -> None:
    if not {"id", "nom"} <= set(columns):
        raise BadFile(
            _(
                "Ce fichier n’est pas de data·inclusion : il lui faut au moins les colonnes « id » et « nom ». "
                "Ses colonnes : %(columns)s."
            )
            % {"columns": ", ".join(columns[:30])}
        )


def _broken_parquet() -> BadFile:
    return BadFile(_("Ce fichier Parquet est abîmé ou incomplet. Téléchargez-le de nouveau, puis réessayez."))


def _given(value: Any) -> bool:
    # pandas writes an absent number as NaN
    return value is not None and value == value  # noqa: PLR0124 NaN


def _plain(value: Any) -> Any:
    return value.date() if isinstance(value, datetime) else value


def _cell(name: str, text: str) -> Any:
    text = text.strip()
    if name in LISTS:
        return _list(text)
    if name in NUMBERS:
        return text.replace(",", ".")
    if name in CODES and len(text) == 4 and text.isdecimal():
        return "0" + text
    return text


def _list(text: str) -> list[Any]:
    if text.startswith("["):
        try:
            found = json.loads(text)
        except ValueError:
            # Python's own writing, as pandas leaves it
            found = re.findall(r"'([^']*)'|\"([^\"]*)\"", text)
            return [one or other for one, other in found]
        return found if isinstance(found, list) else [found]
    if text.startswith("{") and text.endswith("}"):
        text = text[1:-1]
    return [part.strip().strip('"') for part in re.split("[,;|]", text) if part.strip().strip('"')]
