"""Commune and QPV of each point of a file, whatever its size: streamed, exact, nothing half-written."""

import codecs
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import shapely
from django.db import connection
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from maillage.core.errors import DomainError
from maillage.territories.grid import ContourIndex

BATCH_ROWS = 500_000
BLOCK_BYTES = 32 * 1024 * 1024
NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"


class UnusablePoints(DomainError):
    """The file of points cannot be read, or the result not be written; the message says what to change."""


@dataclass
class Assigned:
    """What was done: rows read, rows whose coordinates are no place on Earth, and rows in each added column."""

    rows: int
    unplaced: int
    found: dict[str, int]


@dataclass(frozen=True)
class Layer:
    """One column to add: the codes in order, and the index of their contours.

    `parents`: the commune that each is part of; a point outside that commune gets no code.
    """

    column: str
    codes: pa.Array
    index: ContourIndex
    parents: pa.Array | None = None

    def of(
        self, lon: NDArray[np.float64], lat: NDArray[np.float64], communes: pa.Array | None = None
    ) -> pa.Array:
        """The code that covers each point, or null; on a line between two, the smallest code.

        `communes`: the commune of each point, once it is known.
        """
        ranks = self.index.find(lon, lat)
        rank = pa.array(ranks, mask=ranks < 0)
        codes = self.codes.take(rank)
        if self.parents is None:
            return codes
        return pc.if_else(pc.equal(self.parents.take(rank), communes), codes, pa.scalar(None, pa.string()))


def layers() -> list[Layer]:
    """`code_commune`, `code_arrondissement` (Paris, Lyon, Marseille), then `code_qpv_<generation>` for each generation
    of official contours in the database.

    Schematic outlines are left out: figures must not rest on them. So is the code of a commune whose contour is also
    that of others.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT CASE WHEN NOT shares_contour THEN code END, ST_AsBinary(contour) FROM territories_commune"
            " WHERE kind = 'COM' AND contour IS NOT NULL ORDER BY code"
        )
        found = [_layer("code_commune", cursor.fetchall())]
        cursor.execute(
            "SELECT code, ST_AsBinary(contour), parent_id FROM territories_commune"
            " WHERE kind = 'ARM' AND contour IS NOT NULL ORDER BY code"
        )
        rows = cursor.fetchall()
        parents = pa.array([parent for *_rest, parent in rows], pa.string())
        found.append(replace(_layer("code_arrondissement", [row[:2] for row in rows]), parents=parents))
        cursor.execute(
            "SELECT DISTINCT generation FROM territories_qpv WHERE NOT is_schematic ORDER BY generation"
        )
        for (generation,) in cursor.fetchall():
            cursor.execute(
                "SELECT code, ST_AsBinary(contour) FROM territories_qpv"
                " WHERE NOT is_schematic AND generation = %s ORDER BY code",
                [generation],
            )
            found.append(_layer(f"code_qpv_{generation}", cursor.fetchall()))
    return found


def _layer(column: str, rows: list[tuple[str | None, memoryview]]) -> Layer:
    codes = [code for code, _shape in rows]
    shapes = shapely.from_wkb([bytes(shape) for _code, shape in rows])
    return Layer(column, pa.array(codes, pa.string()), ContourIndex(list(shapes)))


def _codes(added: list[Layer], x: NDArray[np.float64], y: NDArray[np.float64]) -> list[pa.Array]:
    """The values of each layer's column; the first one says the commune."""
    found: list[pa.Array] = []
    for layer in added:
        found.append(layer.of(x, y, found[0] if found else None))
    return found


def assign(
    source: Path, target: Path, *, lon: str, lat: str, progress: Callable[[int], None] = lambda rows: None
) -> Assigned:
    """Write `source` (CSV or Parquet) to `target` with the codes of `layers()` beside each row.

    `lon`, `lat` name the columns of degrees (WGS 84; a decimal comma is understood). Rows keep their order and their
    other columns, a CSV's as they were written. A row without usable coordinates gets empty codes and is counted.
    `target` appears whole at the end or not at all. Raises UnusablePoints.
    """
    if target.exists() and source.exists() and source.samefile(target):
        raise UnusablePoints(_("Donnez au résultat un autre nom que le fichier lu."))
    with _reading(source) as (schema, separator, batches):
        for name in (lon, lat):
            if name not in schema.names:
                raise UnusablePoints(
                    _("La colonne « {name} » manque. Colonnes du fichier : {columns}.").format(
                        name=name, columns=", ".join(schema.names)
                    )
                )
            if schema.names.count(name) > 1:
                raise UnusablePoints(
                    _("Le fichier a plusieurs colonnes « {name} » : renommez-en une.").format(name=name)
                )
        added = layers()
        if taken := [layer.column for layer in added if layer.column in schema.names]:
            raise UnusablePoints(
                _("Le fichier a déjà une colonne « {name} » : renommez-la.").format(name=taken[0])
            )
        wider = pa.schema(
            [*schema, *(pa.field(layer.column, pa.string()) for layer in added)], schema.metadata
        )
        done = Assigned(0, 0, {layer.column: 0 for layer in added})
        with _writing(target, wider, separator) as write:
            for batch in batches:
                x, y = _degrees(batch.column(lon), 180), _degrees(batch.column(lat), 90)
                codes = _codes(added, x, y)
                write(pa.RecordBatch.from_arrays([*batch.columns, *codes], schema=wider))
                done.rows += len(batch)
                done.unplaced += int((np.isnan(x) | np.isnan(y)).sum())
                for layer, values in zip(added, codes, strict=True):
                    done.found[layer.column] += len(values) - values.null_count
                progress(done.rows)
    return done


def _degrees(column: pa.Array, most: float) -> NDArray[np.float64]:
    """The column as numbers; what is no number of degrees becomes NaN."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        plain = pc.replace_substring(pc.utf8_trim_whitespace(column), ",", ".")
        column = pc.if_else(pc.match_substring_regex(plain, NUMBER), plain, pa.scalar(None, plain.type))
    try:
        values = pc.cast(column, pa.float64()).to_numpy(zero_copy_only=False)
    except pa.ArrowException as error:
        raise UnusablePoints(_("Les coordonnées doivent être des nombres ou des textes.")) from error
    return np.where(np.abs(values) <= most, values, np.nan)


@contextmanager
def _reading(path: Path) -> Iterator[tuple[pa.Schema, str, Iterator[pa.RecordBatch]]]:
    """The columns, the separator of a CSV, and the rows in batches."""
    if not path.is_file():
        raise UnusablePoints(_("{file} n’existe pas.").format(file=path))
    uneven: list[pa_csv.InvalidRow] = []

    def refuse(row: pa_csv.InvalidRow) -> str:
        uneven.append(row)
        return "error"

    try:
        if path.suffix.lower() == ".parquet":
            with pq.ParquetFile(path, memory_map=True) as parquet:
                yield parquet.schema_arrow, ",", parquet.iter_batches(batch_size=BATCH_ROWS)
        else:
            separator, encoding, names = _dialect(path)
            with pa_csv.open_csv(
                path,
                read_options=pa_csv.ReadOptions(encoding=encoding, block_size=BLOCK_BYTES),
                parse_options=pa_csv.ParseOptions(
                    delimiter=separator,
                    newlines_in_values=True,
                    invalid_row_handler=refuse,
                ),
                # as written: « 01004 » is not a number
                convert_options=pa_csv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
                ),
            ) as reader:
                yield reader.schema, separator, iter(reader)
    except pa.ArrowException as error:
        reason = _uneven(uneven[0]) if uneven else str(error).split("\n")[0]
        raise UnusablePoints(
            _("{file} n’est pas lisible jusqu’au bout : {reason}").format(file=path.name, reason=reason)
        ) from error
    except UnicodeDecodeError as error:
        raise UnusablePoints(_not_text(path)) from error


def _uneven(row: pa_csv.InvalidRow) -> str:
    """What is wrong with a line that has more or fewer values than columns."""
    return _(
        "la ligne « {text} » a {found} valeurs pour {expected} colonnes. Une valeur qui contient le séparateur s’écrit entre guillemets."
    ).format(text=row.text[:200], found=row.actual_columns, expected=row.expected_columns)


def _not_text(path: Path) -> str:
    return _(
        "{file} n’est pas un texte en UTF-8 ni en Windows-1252 : enregistrez-le au format « CSV UTF-8 »."
    ).format(file=path.name)


def _dialect(path: Path) -> tuple[str, str, list[str]]:
    """Separator, encoding and column names of a CSV, from its first line, and from all of it for the encoding."""
    with path.open("rb") as file:
        start = file.read(BLOCK_BYTES)
    encoding = "utf8" if _is_utf8(path) else "cp1252"
    header, end, _rows = start.removeprefix(codecs.BOM_UTF8).decode(encoding, "replace").partition("\n")
    separator = max(";,\t|", key=header.count)
    if not header.strip():
        raise UnusablePoints(_("{file} est vide.").format(file=path.name))
    if "\0" in header:  # UTF-16, or no text at all
        raise UnusablePoints(_not_text(path))
    if not end:
        raise UnusablePoints(_("{file} n’a aucune ligne sous celle de ses colonnes.").format(file=path.name))
    header = header.rstrip("\r")
    return separator, encoding, [name.strip().strip('"') for name in header.split(separator)]


def _is_utf8(path: Path) -> bool:
    """Whether the whole file is: the first accent may come late (about a second a gigabyte)."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            while block := file.read(BLOCK_BYTES):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


@contextmanager
def _writing(target: Path, schema: pa.Schema, separator: str) -> Iterator[Callable[[pa.RecordBatch], Any]]:
    """Write batches beside `target`, and give the file its name once it is whole."""
    suffix = target.suffix.lower()
    if suffix not in {".csv", ".parquet"}:
        raise UnusablePoints(_("Le nom du résultat doit finir par .csv ou .parquet."))
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    try:
        if suffix == ".parquet":
            with pq.ParquetWriter(partial, schema, compression="zstd") as parquet:
                yield parquet.write_batch
        else:
            options = pa_csv.WriteOptions(delimiter=separator)
            with pa_csv.CSVWriter(partial, schema, write_options=options) as csv:
                yield csv.write_batch
        partial.replace(target)
    except OSError as error:
        raise UnusablePoints(
            _("{file} ne peut pas être écrit : {reason}").format(file=target, reason=error.strerror or error)
        ) from error
    finally:
        partial.unlink(missing_ok=True)
