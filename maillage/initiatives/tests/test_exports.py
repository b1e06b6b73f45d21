import csv
import io
import json
from xml.etree import ElementTree

import pytest
from openpyxl import load_workbook

from maillage.initiatives.exports.files import CannotWrite, UnknownFormat, write_file
from maillage.initiatives.exports.tables import harmless
from maillage.initiatives.models import Initiative
from maillage.initiatives.queries.search import UnknownCriterion
from maillage.initiatives.tests.factories import CERGY, GARGES, days, make_initiative, make_organisation

pytestmark = pytest.mark.django_db
ATOM = {"a": "http://www.w3.org/2005/Atom", "g": "http://www.georss.org/georss"}


def export(client, extension: str, **query: str) -> bytes:
    answer = client.get(f"/initiatives/export.{extension}", query)
    assert answer.status_code == 200
    assert answer["Content-Disposition"] == f'attachment; filename="initiatives.{extension}"'
    return b"".join(answer.streaming_content)


def some() -> None:
    make_initiative(title="Garges", commune=GARGES, themes=["lieux", "jeunes"], publics=["rsa"], phases=["idee"],
                    carrier=make_organisation(name="Une structure"), partners=["A", "B"],
                    links=[{"url": "https://example.org", "label": "Site"}], summary="Un « résumé » ; à; lire",
                    published_at=days("2026-05-02"))  # fmt: skip
    make_initiative(title="Cergy", commune=CERGY, lon=2.03, lat=49.05, published_at=days("2026-05-01"))
    make_initiative(title="France", scope="national", themes=["jeunes"], published_at=days("2026-04-01"))
    make_initiative(title="Brouillon", status="draft")


def test_each_format_holds_the_same_selection_as_the_list(client):
    some()
    rows = list(csv.DictReader(io.StringIO(export(client, "csv").decode("utf-8-sig")), delimiter=";"))
    sheet = load_workbook(io.BytesIO(export(client, "xlsx")), read_only=True).active
    cells = list(sheet.iter_rows(values_only=True))
    features = json.loads(export(client, "geojson"))["features"]
    layers = json.loads(export(client, "umap"))["layers"]

    assert [row["Titre"] for row in rows] == ["Garges", "Cergy", "France"]
    assert [line[1] for line in cells[1:]] == ["Garges", "Cergy", "France"]
    assert list(rows[0]) == list(cells[0])
    assert [f["properties"]["titre"] for f in features] == ["Garges", "Cergy", "France"]
    assert features[2]["geometry"] is None
    drawn = {
        f["properties"]["name"]: layer["properties"]["name"] for layer in layers for f in layer["features"]
    }
    assert drawn == {"Garges": "Lieux pour tester et s’installer", "Cergy": "Sans thème"}
    assert [row["Titre"] for row in read_csv(client, theme="jeunes", departement="95")] == ["Garges"]


def read_csv(client, **query: str) -> list[dict[str, str]]:
    return list(
        csv.DictReader(io.StringIO(export(client, "csv", **query).decode("utf-8-sig")), delimiter=";")
    )


def test_tables_say_everything_in_french(client):
    some()
    row = read_csv(client)[0]

    assert row["Thèmes"] == "Lieux pour tester et s’installer ; Culture entrepreneuriale des jeunes"
    assert row["Publics"] == "Bénéficiaires du RSA"
    assert row["Portée par"] == "Une structure"
    assert row["Partenaires"] == "A ; B"
    assert row["Résumé"] == "Un « résumé » ; à; lire"
    assert row["Code Insee"] == "95268"
    assert float(row["Longitude"]) == pytest.approx(2.40, abs=0.02)
    assert row["Liens"] == "Site https://example.org"
    assert export(client, "csv").startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_formula_is_text_to_a_spreadsheet(client, start):
    title = f"{start}cmd|' /C calc'!A0"
    make_initiative(title=title, slug="formule", summary="bell \x07 here")

    row = read_csv(client)[0]
    cells = list(load_workbook(io.BytesIO(export(client, "xlsx"))).active.iter_rows())

    assert row["Titre"].startswith(f"'{start}")
    assert cells[1][1].value.startswith("'")
    assert cells[1][1].data_type == "s"
    assert harmless(-1.5) == -1.5


def test_a_long_export_is_streamed_in_pieces(client):
    for n in range(1100):
        make_initiative(title=f"N° {n}", commune=GARGES)

    answer = client.get("/initiatives/export.csv")
    pieces = list(answer.streaming_content)

    assert len(pieces) == 3
    assert len(list(csv.reader(io.StringIO(b"".join(pieces).decode("utf-8-sig")), delimiter=";"))) == 1101


@pytest.mark.parametrize("address", ["export.csv", "export.geojson", "atom.xml"])
def test_a_wrong_parameter_is_refused(client, address):
    assert client.get(f"/initiatives/{address}", {"theme": "rien"}).status_code == 422
    assert client.get("/initiatives/export.exe").status_code == 404


def test_the_feed_is_atom_with_positions_and_is_not_sent_twice(client):
    some()
    answer = client.get("/initiatives/atom.xml", {"departement": "95"})
    feed = ElementTree.fromstring(answer.content)
    entries = feed.findall("a:entry", ATOM)

    assert {e.findtext("a:title", namespaces=ATOM) for e in entries} == {"Garges", "Cergy"}
    assert all(len(e.findtext("g:point", namespaces=ATOM).split()) == 2 for e in entries)
    assert len({e.findtext("a:id", namespaces=ATOM) for e in entries}) == 2
    assert "Val-d" in feed.findtext("a:title", namespaces=ATOM) or "95" in feed.findtext(
        "a:title", namespaces=ATOM
    )
    again = client.get(
        "/initiatives/atom.xml", {"departement": "95"}, headers={"If-None-Match": answer["ETag"]}
    )
    assert again.status_code == 304


def test_the_feed_is_plain_text_and_marks_what_is_invented(client):
    make_initiative(title="1 < 2", summary="<img src=x onerror=alert(1)> & Cie", is_example=True)

    [entry] = ElementTree.fromstring(client.get("/initiatives/atom.xml").content).findall("a:entry", ATOM)

    assert entry.findtext("a:title", namespaces=ATOM) == "1 < 2 (exemple)"
    summary = entry.find("a:summary", ATOM)
    assert (summary.get("type"), summary.text) == ("html", "&lt;img src=x onerror=alert(1)&gt; &amp; Cie")


def test_the_feed_is_sent_again_once_an_older_fiche_left(client):
    older, _ = make_initiative(), make_initiative()
    tag = client.get("/initiatives/atom.xml")["ETag"]
    Initiative.objects.filter(pk=older.pk).update(status="archived")

    answer = client.get("/initiatives/atom.xml", headers={"If-None-Match": tag})

    assert (answer.status_code, answer.text.count("<entry>")) == (200, 1)


def test_the_command_writes_the_whole_selection_or_nothing(tmp_path):
    some()

    assert write_file(tmp_path / "tout.csv") == 3
    assert write_file(tmp_path / "val-d-oise.umap", "?departement=95") == 2
    assert len(list(csv.reader((tmp_path / "tout.csv").open(encoding="utf-8-sig"), delimiter=";"))) == 4
    assert sorted(path.name for path in tmp_path.iterdir()) == ["tout.csv", "val-d-oise.umap"]
    with pytest.raises(UnknownFormat, match="docx"):
        write_file(tmp_path / "tout.docx")
    with pytest.raises(UnknownCriterion, match="theme"):
        write_file(tmp_path / "rien.csv", "theme=rien")
    with pytest.raises(CannotWrite, match="n’existe pas"):
        write_file(tmp_path / "absent" / "tout.csv")
    assert len(list(tmp_path.iterdir())) == 2


def test_the_command_counts_what_a_umap_map_holds(tmp_path):
    some()
    make_initiative(scope="national")

    written = write_file(tmp_path / "tout.umap")

    drawn = json.loads((tmp_path / "tout.umap").read_text())["layers"]
    assert written == sum(len(layer["features"]) for layer in drawn) < Initiative.objects.count()
