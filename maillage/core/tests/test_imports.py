"""Files that others made: what each reader gives, and in what words a bad file is refused."""

import io
import json
import zipfile
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl import Workbook

from maillage.core.imports import BadFile, BadMapping, BadValue, Field, guess, open_source, overridden, zips
from maillage.core.imports.markup import without_tags
from maillage.core.imports.values import day, degrees, number, plain, text, words

TITLE, LAT = Field("title", "Titre", ("nom", "name")), Field("lat", "Latitude", ("geo latitude",))


@pytest.fixture
def rows(tmp_path):
    def rows(content, name="fichier", format="auto"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return [(row.line, row.values) for row in open_source(path, format).rows()]

    return rows


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_a_csv_is_read_whatever_its_encoding_and_separator(rows, encoding, separator):
    written = (
        separator.join(("nom", "thème")) + "\r\n" + separator.join(("Épicerie", '"à ""l’essai"""')) + "\r\n"
    )

    assert rows(written.encode(encoding)) == [(2, {"nom": "Épicerie", "thème": 'à "l’essai"'})]


def test_csv_lines_are_counted_as_an_editor_does(rows):
    assert [line for line, _ in rows('sep=;\nnom;texte\nA;"deux\nlignes"\n\nB;x\n')] == [3, 6]


def test_a_line_with_too_many_cells_says_so(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a;b\n1;2;3\n")

    [row] = open_source(path).rows()

    assert (row.values, row.problem[:28]) == ({}, "3 cellules au lieu de 2 : me")


@given(
    st.lists(
        st.lists(
            st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20), min_size=2, max_size=2
        ),
        max_size=8,
    )
)
def test_what_a_csv_writer_wrote_is_read_back(tmp_path_factory, cells):
    import csv

    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows([["première colonne", "seconde"], *cells])
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    path.write_text(out.getvalue(), encoding="utf-8", newline="")

    read = [list(row.values.values()) for row in open_source(path).rows()]

    assert read == [row for row in cells if any(row)]


def test_a_workbook_gives_its_first_filled_sheet(rows):
    book, out = Workbook(), io.BytesIO()
    book.create_sheet("Données").append([])
    for line in (
        ["nom", "date", "code"],
        ["A", date(2019, 11, 30), 1234.0],
        [None, None, None],
        ["B", None, 1.5],
    ):
        book["Données"].append(line)
    book.save(out)

    found = rows(out.getvalue())

    assert [(line, text(values["nom"]), text(values.get("code"))) for line, values in found] == [
        (found[0][0], "A", "1234"),
        (found[0][0] + 2, "B", "1.5"),
    ]
    assert day(found[0][1]["date"]) == date(2019, 11, 30)


POINT = {"type": "Point", "coordinates": [2.35, 48.85]}
FEATURE = {
    "type": "Feature",
    "id": "x1",
    "properties": {"name": "A", "lieu": {"code": "75056"}},
    "geometry": POINT,
}


@pytest.mark.parametrize(
    "content",
    [FEATURE, [FEATURE], {"type": "FeatureCollection", "features": [FEATURE]}, {"features": [FEATURE]}],
)
def test_geojson_in_all_its_shapes(tmp_path, content):
    path = tmp_path / "carte.txt"
    path.write_text("\ufeff" + json.dumps(content))

    source = open_source(path)

    [row] = source.rows()
    assert source.format == "geojson"
    assert (row.line, row.values, row.geometry) == (1, {"name": "A", "lieu.code": "75056", "id": "x1"}, POINT)


def test_a_umap_says_its_layers_and_its_address(tmp_path):
    layers = [{"properties": {"name": name}, "features": [FEATURE]} for name in ("Un", "Deux")]
    path = tmp_path / "carte.umap"
    path.write_text(json.dumps({"type": "umap", "uri": "https://umap.fr/carte_12#6/1/2", "layers": layers}))

    source = open_source(path)

    assert (source.format, source.origin) == ("umap", "https://umap.fr/carte_12")
    assert [(row.line, row.values["calque"]) for row in source.rows()] == [(1, "Un"), (2, "Deux")]


KML = (
    '<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder><name>Lieux</name><Placemark>'
    "<name>A</name><ExtendedData><Data name='code'><value>1</value></Data></ExtendedData>"
    "<Point><coordinates> 2.35,48.85,0 </coordinates></Point></Placemark></Folder></Document></kml>"
)


@pytest.mark.parametrize("zipped", [False, True])
def test_kml_and_kmz(tmp_path, zipped):
    path = tmp_path / "a.kml"
    path.write_text(KML)
    if zipped:
        with zipfile.ZipFile(tmp_path / "a.kmz", "w") as archive:
            archive.write(path, "doc.kml")
        path = tmp_path / "a.kmz"

    [row] = open_source(path).rows()

    assert (row.values, row.geometry) == ({"name": "A", "code": "1", "calque": "Lieux"}, POINT)


def zipped(**entries):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "words_of_it"),
    [
        (b"", "Ce fichier est vide"),
        (b"\xef\xbb\xbf \n", "Ce fichier est vide"),
        (b"%PDF-1.7", "d’un autre type (PDF)"),
        (b"\xff\xd8\xff\xe0", "photo JPEG"),
        (b"\xd0\xcf\x11\xe0rest", "enregistrez-le au format .xlsx"),
        (b"<!DOCTYPE html><html>", "une page web"),
        (b"<rss></rss>", "(XML)"),
        (b"PK\x03\x04abc", "abîmé"),
        (zipped(notes="x"), "archive ZIP"),
        (b"a;b\x00\n", "fichier binaire"),
        (b'{"type": "FeatureCollection", "features": [', "abîmé ou incomplet"),
        (b'{"type": "FeatureCollection", "features": []}', "aucun objet"),
        (
            b'{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"EPSG:2154"}},"features":[]}',
            "WGS 84",
        ),
        (b"<kml><Placemark>", "abîmé ou incomplet"),
        (b'<!DOCTYPE k [<!ENTITY a "aa">]><kml>&a;</kml>', "entités interdites"),
        (b'nom;texte\nA;"' + b"x" * (2**20 + 10), "un guillemet est sans doute ouvert"),
        ('{"type":"Feature","properties":{"name":"vélo"}}'.encode("cp1252"), "pas en UTF-8"),
        ('{"type":"Feature"}'.encode("utf-16"), "pas en UTF-8"),
        (b'{"type":"FeatureCollection","features":[{"lat":NaN}]}', "« NaN »"),
        ("nom;lat\n".encode("utf-16") + b"A", "abîmé ou incomplet"),
        (b'<?xml version="1.0" encoding="klingon"?><kml><Placemark/></kml>', "abîmé ou incomplet"),
        (zipped(__MACOSX__doc=b"x"), "archive ZIP"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_what_to_do(rows, content, words_of_it):
    with pytest.raises(BadFile) as refused:
        rows(content)

    assert words_of_it in str(refused.value)


def test_lines_may_end_as_on_an_old_mac(rows):
    assert rows("nom;lat\rAtelier;48,85\r") == [(2, {"nom": "Atelier", "lat": "48,85"})]


@pytest.mark.parametrize(
    "written",
    [
        KML.replace("<kml", "<k:kml xmlns:k='x'").replace("</kml", "</k:kml"),
        KML[KML.index("<kml") :].encode("utf-16"),
        KML.replace("<Point>", "<MultiGeometry><Point>").replace("</Point>", "</Point></MultiGeometry>"),
        KML.replace("2.35,48.85", "2.35 , 48.85"),
    ],
)
def test_kml_as_it_comes(tmp_path, written):
    path = tmp_path / "a.kml"
    path.write_bytes(written if isinstance(written, bytes) else written.encode())

    [row] = open_source(path).rows()

    assert (row.values["name"], row.geometry) == ("A", POINT)


def test_the_map_of_a_kmz_is_its_doc(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.kmz", "w") as archive:
        archive.writestr("__MACOSX/._doc.kml", b"\x00\x05\x16\x07")
        archive.writestr("autre.kml", "<kml></kml>")
        archive.writestr("doc.kml", KML)

    [row] = open_source(tmp_path / "a.kmz").rows()

    assert row.values["name"] == "A"


def test_a_workbook_says_which_sheets_are_not_read(tmp_path):
    book = Workbook()
    book.active.append(["nom", "lat"])
    for title, state, cells in (
        ("Suite", "visible", ["nom"]),
        ("Listes", "hidden", ["x"]),
        ("Vide", "visible", []),
    ):
        sheet = book.create_sheet(title)
        sheet.append(cells)
        sheet.sheet_state = state
    book.save(tmp_path / "a.xlsx")

    said = open_source(tmp_path / "a.xlsx").left_out

    assert (
        said
        == "Seule la feuille « Sheet » est lue. Pour prendre aussi « Suite », enregistrez chaque feuille à part."
    )


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Prix < 5 € et > 2 €", "Prix < 5 € et > 2 €"),
        ("<b>Un</b> atelier<br>le <i>lundi</i>", "Un atelier\nle lundi"),
        ("<p>Un</p><ul><li>a</li><li>b &amp; c</li></ul>", "Un\n\na\n\nb & c"),
        ('Voir <a target="_blank" href="https://a.fr/x">le site</a>.', "Voir le site (https://a.fr/x)."),
        ('<img src="x" onerror="alert(1)">Un<script>alert("<b>")</script> lieu', "Un lieu"),
        ("Un<script>alert(1)", "Un"),
        ("<inconnu>", "<inconnu>"),
        ("<a href=https://a.fr>" * 5_000, ""),
    ],
)
def test_the_html_of_a_description_becomes_text(written, expected):
    assert without_tags(written) == expected


def test_a_zip_bomb_is_not_opened(rows):
    bomb = zipped(xl__workbook_xml=b"0" * (zips.RATIO_FROM + 2**22))

    with pytest.raises(BadFile, match="anormalement gros"):
        rows(bomb)


def test_a_zip_that_lies_about_its_size_is_not_opened(rows):
    honest = zipped(xl__workbook_xml=b"0" * (zips.RATIO_FROM + 2**22))
    size = (zips.RATIO_FROM + 2**22).to_bytes(4, "little")
    lying = honest.replace(size, (1000).to_bytes(4, "little"))

    assert lying != honest
    with pytest.raises(BadFile, match=r"abîmé|anormalement"):
        rows(lying)


def test_a_format_that_is_not_the_files_is_refused(rows):
    with pytest.raises(BadFile, match="en csv, pas en kml"):
        rows("nom;lat\nA;1\n", format="kml")
    with pytest.raises(BadFile, match="inconnu"):
        rows("nom;lat\nA;1\n", format="shp")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("1 234,5", 1234.5),
        ("1 234.5", 1234.5),
        ("-0,5", -0.5),
        ("1e3", 1000),
        (".5", 0.5),
        ("", None),
        (None, None),
        (3, 3),
    ],
)
def test_numbers_of_french_and_english_hands(written, expected):
    assert number(written) == expected


@given(st.floats(allow_nan=False, allow_infinity=False, width=32))
@example(0.0003289349260739982)
def test_any_number_is_read_with_a_comma_or_a_point(value):
    assert number(repr(value)) == number(repr(value).replace(".", ",")) == value


@given(st.floats(-180, 180))
def test_degrees_survive_their_spellings(value):
    assert degrees(f"{value:.9f}".replace(".", ",")) == pytest.approx(value, abs=1e-8)
    west = f"{abs(value):.9f} {'W' if value < 0 else 'E'}"
    assert degrees(west) == pytest.approx(value, abs=1e-8)


def test_degrees_minutes_seconds():
    assert degrees("48°51'24\"N") == pytest.approx(48.856667, abs=1e-6)
    assert degrees("4° 29′ 10″ O") == pytest.approx(-4.486111, abs=1e-6)


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)))
def test_days_are_read_as_written_in_france_and_in_iso(value):
    assert (
        day(value.isoformat())
        == day(f"{value:%d/%m/%Y}")
        == day(f"{value.day}.{value.month}.{value.year}")
        == value
    )


@pytest.mark.parametrize("written", ["31/02/2019", "2019-13-01", "hier", "12", "1/2/3/4"])
def test_what_is_no_day_is_said(written):
    with pytest.raises(BadValue, match="n’est pas une date"):
        day(written)


@pytest.mark.parametrize("reader", [number, day, degrees])
@given(st.text(max_size=30))
def test_a_cell_is_read_or_refused_never_a_crash(reader, written):
    with suppress(BadValue):
        assert reader(written) is None or reader(written) == reader(written.strip())


@given(st.text(max_size=60))
def test_clean_text_can_go_to_postgresql(written):
    clean = text(written)

    assert "\x00" not in clean
    assert clean == text(clean) or written.startswith("'")
    clean.encode()


def test_words_are_cut_on_any_separator():
    assert words("a; b|c, d\ne;a") == ["a", "b", "c", "d", "e"]


def test_columns_are_guessed_by_their_header_and_can_be_chosen():
    columns = ["NOM ", "geo_Latitude", "autre"]

    guessed = guess(columns, [TITLE, LAT])

    assert guessed == {"title": "NOM ", "lat": "geo_Latitude"}
    assert overridden(guessed, {"title": "Autre", "lat": ""}, columns, [TITLE, LAT]) == {"title": "autre"}
    with pytest.raises(BadMapping, match="pas de colonne « zzz »"):
        overridden(guessed, {"title": "zzz"}, columns, [TITLE, LAT])
    with pytest.raises(BadMapping, match="Le champ « age » n’existe pas"):
        overridden(guessed, {"age": "autre"}, columns, [TITLE, LAT])


def test_plain_spelling():
    assert plain(" Thème(s) — L’Œuvre ") == "theme s l oeuvre"


def test_memory_does_not_grow_with_the_file(tmp_path):
    import tracemalloc

    def peak(lines):
        path = Path(tmp_path) / f"{lines}.csv"
        path.write_text("nom;lat;lon\n" + "Une initiative;48,85;2,35\n" * lines)
        source = open_source(path)
        tracemalloc.start()
        assert sum(1 for _ in source.rows()) == lines
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    small, large = peak(10_000), peak(50_000)

    assert large < small * 1.5
