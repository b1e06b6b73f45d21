"""`territories assign`: commune and QPV beside each point of a file."""

import csv
import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core.management import CommandError, call_command

from maillage.territories.queries import UnusablePoints, assign, assignment, locate
from maillage.territories.tests.factories import make_qpv

pytestmark = pytest.mark.django_db
HEADER = ["siret", "lon", "lat", "code_commune", "code_arrondissement", "code_qpv_2015", "code_qpv_2024"]


@pytest.fixture(scope="module")
def made() -> dict:
    """The layers that the tests of this module have made, by what they are made of."""
    return {}


@pytest.fixture(autouse=True)
def each_layer_is_made_once(made, monkeypatch):
    """The contours of all the communes take seconds to lay out and are the same from one test to the next."""
    make = assignment._layer

    def remembered(column, rows):
        key = column, tuple((code, bytes(shape)) for code, shape in rows)
        if key not in made:
            made[key] = make(column, rows)
        return made[key]

    monkeypatch.setattr(assignment, "_layer", remembered)


@pytest.fixture
def qpv():
    return make_qpv(code="QN04401M"), make_qpv(code="QP044001", generation=2015), make_qpv(schematic=True)


def read(path, separator=","):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file, delimiter=separator))


def test_a_csv_gets_a_column_for_the_commune_and_one_a_generation(tmp_path, qpv):
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text(
        "siret,lon,lat\n01234,-1.5536,47.2184\n2,2.3444,48.8925\n3,,\n4,-5.5,46.5\n", encoding="utf-8"
    )

    done = assign(source, target, lon="lon", lat="lat")

    assert read(target) == [
        HEADER,
        ["01234", "-1.5536", "47.2184", "44109", "", "QP044001", "QN04401M"],
        ["2", "2.3444", "48.8925", "75056", "75118", "", ""],
        ["3", "", "", "", "", "", ""],
        ["4", "-5.5", "46.5", "", "", "", ""],
    ]
    assert (done.rows, done.unplaced) == (4, 1)
    assert done.found == {
        "code_commune": 2,
        "code_arrondissement": 1,
        "code_qpv_2015": 1,
        "code_qpv_2024": 1,
    }


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_french_spreadsheet_is_understood(tmp_path, qpv, encoding):
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_bytes('libellé;"lon";lat\r\n"Café; bar";-1,5536; 47,2184 \r\n'.encode(encoding))

    assign(source, target, lon="lon", lat="lat")

    assert read(target, ";")[0][:3] == ["libellé", "lon", "lat"]
    assert read(target, ";")[1] == ["Café; bar", "-1,5536", " 47,2184 ", "44109", "", "QP044001", "QN04401M"]


def test_parquet_in_and_out_keeps_types_and_order(tmp_path, qpv):
    table = pa.table({"id": pa.array([3, 1], pa.int64()), "x": [-1.5536, 55.4504], "y": [47.2184, -20.8907]})
    pq.write_table(table, tmp_path / "in.parquet")

    assign(tmp_path / "in.parquet", tmp_path / "out.parquet", lon="x", lat="y")

    out = pq.read_table(tmp_path / "out.parquet")
    assert out.select(["id", "x", "y"]) == table
    assert out["code_commune"].to_pylist() == ["44109", "97411"]
    assert out["code_qpv_2024"].to_pylist() == ["QN04401M", None]


@pytest.mark.parametrize(
    "box",
    [
        (-1.7, 47.15, -1.4, 47.3),
        (2.2, 48.8, 2.5, 48.92),  # Paris and its neighbours
        (2.8, 45.1, 3.0, 45.2),  # five communes under one contour
    ],
)
def test_it_says_what_locate_says(tmp_path, qpv, box):
    random = np.random.default_rng(7)
    lon, lat = random.uniform(box[0], box[2], 40), random.uniform(box[1], box[3], 40)
    pq.write_table(pa.table({"lon": lon, "lat": lat}), tmp_path / "in.parquet")

    assign(tmp_path / "in.parquet", tmp_path / "out.parquet", lon="lon", lat="lat")

    out = pq.read_table(tmp_path / "out.parquet").to_pylist()
    for row in out:
        here = locate(row["lon"], row["lat"])
        assert row["code_commune"] == (here.commune and here.commune.code)
        assert row["code_arrondissement"] == (here.arrondissement and here.arrondissement.code)
        assert row["code_qpv_2015"] == next((q.code for q in here.qpv if q.generation == 2015), None)


def test_an_accent_of_latin_1_may_come_late(tmp_path):
    rows = "-1.5536,47.2184,Nantes\n" * 250_000 + "-1.5536,47.2184,Orvault été\n"
    (tmp_path / "in.csv").write_bytes(("lon,lat,nom\n" + rows).encode("cp1252"))

    assert assign(tmp_path / "in.csv", tmp_path / "out.csv", lon="lon", lat="lat").rows == 250_001
    assert "Orvault été" in (tmp_path / "out.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "column", [["-1.5536", "-,5"], pa.array(["-1,5536", "-.5"]).dictionary_encode(), [-1.5536, -0.5]]
)
def test_coordinates_may_be_written_in_many_ways(tmp_path, column):
    pq.write_table(pa.table({"lon": column, "lat": [47.2184, 47.0]}), tmp_path / "in.parquet")

    assert assign(tmp_path / "in.parquet", tmp_path / "out.parquet", lon="lon", lat="lat").unplaced == 0


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "est vide"),
        ("x,y\n1,2\n", "La colonne « lon » manque. Colonnes du fichier : x, y"),
        ("lon,lat,code_commune\n1,2,3\n", "déjà une colonne « code_commune »"),
        ("lon,lat\n1,2\n1,2,3\n", "jusqu’au bout : la ligne « 1,2,3 » a 3 valeurs pour 2 colonnes"),
        ("lon,lat", "aucune ligne"),
        ("lon,lon,lat\n1,2,3\n", "plusieurs colonnes « lon »"),
        (b"lon,lat\n1,\x9d\n", "ni en Windows-1252"),
        ("lon,lat\n1,2\n".encode("utf-16"), "ni en Windows-1252"),
    ],
)
def test_a_useless_file_gets_a_sentence_and_leaves_nothing(tmp_path, content, says):
    (tmp_path / "in.csv").write_bytes(content if isinstance(content, bytes) else content.encode())

    with pytest.raises(UnusablePoints, match=says):
        assign(tmp_path / "in.csv", tmp_path / "out.csv", lon="lon", lat="lat")
    assert [p.name for p in tmp_path.iterdir()] == ["in.csv"]


def test_a_former_result_stays_when_the_new_one_fails(tmp_path):
    (tmp_path / "in.csv").write_text("lon,lat\n1,2\n1,2,3\n")
    (tmp_path / "out.csv").write_text("before")

    with pytest.raises(UnusablePoints):
        assign(tmp_path / "in.csv", tmp_path / "out.csv", lon="lon", lat="lat")
    assert (tmp_path / "out.csv").read_text() == "before"


def test_the_result_may_not_be_the_file_itself(tmp_path):
    (tmp_path / "in.csv").write_text("lon,lat\n1,2\n")

    with pytest.raises(UnusablePoints, match="autre nom"):
        assign(tmp_path / "in.csv", tmp_path / "in.csv", lon="lon", lat="lat")


def test_the_command(tmp_path, capfd):
    (tmp_path / "in.csv").write_text("x,y\n-1.5536,47.2184\n652000,6862000\n")

    call_command(
        "territories",
        "assign",
        str(tmp_path / "in.csv"),
        str(tmp_path / "o.csv"),
        "--lon",
        "x",
        "--lat",
        "y",
        "--json",
    )

    out, err = capfd.readouterr()
    assert json.loads(out) == {
        "rows": 2,
        "unplaced": 1,
        "found": {"code_commune": 1, "code_arrondissement": 0},
    }
    assert "Lambert-93" in err
    with pytest.raises(CommandError, match="finir par"):
        call_command(
            "territories",
            "assign",
            str(tmp_path / "in.csv"),
            str(tmp_path / "o.xls"),
            "--lon",
            "x",
            "--lat",
            "y",
        )
