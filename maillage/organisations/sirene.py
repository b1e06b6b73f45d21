"""Insee's stock of establishments (StockEtablissement, CSV, zipped CSV or Parquet), read for a few SIRET of it.

Columns: `siret`, `etatAdministratifEtablissement` (A or F), `dateDebut` (since when). Source: Insee, Licence Ouverte 2.0.
"""

import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
from django.utils.translation import gettext as _

from maillage.core.errors import DomainError

SIRET, STATE, SINCE = COLUMNS = ("siret", "etatAdministratifEtablissement", "dateDebut")
BLOCK_BYTES = 16 * 1024 * 1024
CLOSED = "F"


class NotSirene(DomainError):
    """The file is not Insee's stock of establishments."""


@dataclass(frozen=True)
class Establishment:
    """What the register says of one SIRET; `since` is the day of its present state, when it is a day."""

    siret: str
    is_closed: bool
    since: date | None


def establishments(path: Path, sirets: Iterable[str]) -> Iterator[Establishment]:
    """Those of `sirets` that the file has, in its order; memory does not grow with the file. Raises NotSirene."""
    wanted = pa.array(sorted(sirets), pa.string())
    try:
        with _batches(path) as batches:
            for batch in batches:
                kept = batch.filter(pc.is_in(batch[SIRET], wanted))
                for row in kept.to_pylist():
                    yield Establishment(row[SIRET], row[STATE] == CLOSED, _day(row[SINCE]))
    except (pa.ArrowException, KeyError, OSError, zipfile.BadZipFile) as error:
        raise NotSirene(
            _(
                "Ce fichier n’est pas le stock des établissements de l’Insee (StockEtablissement) : il y faut les colonnes %(columns)s."
            )
            % {"columns": ", ".join(COLUMNS)}
        ) from error


@contextmanager
def _batches(path: Path) -> Iterator[Iterable[Any]]:
    start = path.open("rb").read(4)
    if start == b"PAR1":
        with pq.ParquetFile(path) as file:
            text = pa.schema([(name, pa.string()) for name in COLUMNS])
            yield (batch.cast(text) for batch in file.iter_batches(batch_size=200_000, columns=list(COLUMNS)))
        return
    if start == b"PK\x03\x04":
        with zipfile.ZipFile(path) as archive, archive.open(archive.namelist()[0]) as unpacked:
            yield _csv(unpacked)
        return
    with path.open("rb") as file:
        yield _csv(file)


def _csv(file: Any) -> Any:
    return pa_csv.open_csv(
        file,
        read_options=pa_csv.ReadOptions(block_size=BLOCK_BYTES),
        convert_options=pa_csv.ConvertOptions(
            include_columns=list(COLUMNS), column_types=dict.fromkeys(COLUMNS, pa.string())
        ),
    )


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None
