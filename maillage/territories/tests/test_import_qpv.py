"""`territories import-qpv`: the official files, whatever their fields, projection and faults."""

import json
import os
import zipfile
from pathlib import Path

import pytest
import shapely
from django.conf import settings
from django.core.management import CommandError, call_command

from maillage.core.imports import Rejection, Report
from maillage.territories.actions import import_qpv, load_schematic_qpv
from maillage.territories.contour_files import UnreadableContours
from maillage.territories.models import Qpv
from maillage.territories.queries import locate
from maillage.territories.tests.official_files import (
    BOW_TIE,
    HOUSE,
    TWO_ROWS,
    geojson,
    geopackage,
    zipped_shapefile,
)

pytestmark = pytest.mark.django_db
SHARED = Path(os.environ.get("MAILLAGE_SHARED_DATA", Path(settings.BASE_DIR).parent / "shared" / "data"))
OCCITANIE = SHARED / "qpv_occitanie_2015.geojson"
real = pytest.mark.skipif(not OCCITANIE.exists(), reason=f"the official file is not at {OCCITANIE}")


@real
def test_the_official_file_of_occitanie_loses_no_contour():
    report = import_qpv(OCCITANIE, generation=2015)

    assert report == Report(read=105, created=105, repaired=32)
    published = {
        f["properties"]["code_qp"]: shapely.geometry.shape(f["geometry"])
        for f in json.loads(OCCITANIE.read_text(encoding="utf-8"))["features"]
    }
    for qpv in Qpv.objects.all():
        kept = shapely.from_wkb(bytes(qpv.contour.wkb))
        assert kept.is_valid
        assert kept.area == pytest.approx(shapely.make_valid(published[qpv.code]).area)
    assert not Qpv.objects.filter(commune=None).exists()


@real
def test_importing_the_official_file_again_changes_nothing():
    import_qpv(OCCITANIE, generation=2015)

    assert import_qpv(OCCITANIE, generation=2015) == Report(read=105, unchanged=105, repaired=32)


@real
def test_a_resident_is_located_in_the_official_contour():
    import_qpv(OCCITANIE, generation=2015)
    qpv = Qpv.objects.get(nom="Empalot")
    inside = qpv.contour.point_on_surface

    found = locate(inside.x, inside.y)

    assert [(q.code, q.generation) for q in found.qpv] == [(qpv.code, 2015)]
    assert found.commune.nom == qpv.commune.nom == "Toulouse"


def in_degrees(path):
    return geojson(path / "a.geojson")


def with_crs(path):
    return geojson(path / "b.geojson", epsg=2154, says_crs=True)


def lambert_that_says_nothing(path):
    return geojson(path / "c.json", epsg=2154)


def zipped(path):
    return zipped_shapefile(path / "d.zip")


def unzipped(path):
    with zipfile.ZipFile(zipped_shapefile(path / "e.zip", epsg=4326)) as archive:
        archive.extractall(path)
    return path / "qp" / "QP_METROPOLE.shp"


def in_a_geopackage(path):
    return geopackage(path / "f.gpkg")


FILES = [in_degrees, with_crs, lambert_that_says_nothing, zipped, unzipped, in_a_geopackage]


@pytest.mark.parametrize("make", FILES, ids=lambda f: f.__name__)
def test_every_format_and_projection_gives_the_same_qpv(make, tmp_path):
    report = import_qpv(make(tmp_path), generation=2015)

    assert report == Report(read=2, created=2, repaired=1)
    bleuets, noeud = Qpv.objects.select_related("commune").order_by("code")
    assert (bleuets.nom, noeud.nom) == ("Les Bleuets d’été", "Le Nœud")
    assert bleuets.commune.nom == "Saint-Denis"
    assert (
        shapely.Polygon(HOUSE).symmetric_difference(shapely.from_wkb(bytes(bleuets.contour.wkb))).area < 1e-11
    )
    assert noeud.contour.valid
    assert len(noeud.contour) == 2  # both sides of the knot are kept
    assert import_qpv(make(tmp_path), generation=2015) == Report(read=2, unchanged=2, repaired=1)


@pytest.mark.parametrize(
    ("code", "name", "commune", "found"),
    [
        ("CODE_QP", "NOM_QP", "INSEE_COM", "93066"),
        ("code_quartier", "lib_qp", "code_insee", "93066"),
        ("code_quart", "nom_quarti", "code_commu", "93066"),
        ("Identifiant 2015", "Libellé du QP", "Code INSEE", "93066"),
        ("qpv", "Nom du quartier prioritaire", "commune", "93070"),
        # where the file does not say, the commune that holds most of it
        ("Code_Qp", "nom_quartier", "inconnu", "93070"),
    ],
)
def test_field_names_vary(tmp_path, code, name, commune, found):
    row = ({code: "QP093001", name: "Les Bleuets", commune: "93066", "autre": 3.5}, HOUSE)

    import_qpv(geojson(tmp_path / "q.geojson", [row]), generation=2015)

    qpv = Qpv.objects.get()
    assert (qpv.code, qpv.nom, qpv.commune_id) == ("QP093001", "Les Bleuets", found)


def test_a_file_whose_fields_say_nothing_is_told_which_they_are(tmp_path):
    row = ({"code_qp": "QP093001", "Intitulé": "Les Bleuets"}, HOUSE)

    report = import_qpv(geojson(tmp_path / "q.geojson", [row]), generation=2015)

    assert [r.reason for r in report.rejections] == [
        "Aucun champ ne donne le nom du quartier. Champs du fichier : codeqp, intitule."
    ]


def test_a_part_inside_another_makes_no_hole(tmp_path):
    parts = [shapely.box(2.34, 48.90, 2.36, 48.92), shapely.box(2.345, 48.905, 2.35, 48.91)]
    geometry = shapely.geometry.mapping(shapely.MultiPolygon(parts))

    report = import_qpv(geojson(tmp_path / "q.geojson", [(named("QP093001"), geometry)]), generation=2015)

    assert report == Report(read=1, created=1, repaired=1)
    assert Qpv.objects.get().contour.area == pytest.approx(0.02 * 0.02)


def test_a_knot_with_a_loose_end_among_other_shapes_is_kept(tmp_path):
    ring = [*BOW_TIE, (2.33, 48.90), (2.34, 48.90)]
    shapes = [{"type": "Polygon", "coordinates": [ring]}, {"type": "Point", "coordinates": [2.34, 48.9]}]
    geometry = {"type": "GeometryCollection", "geometries": shapes}

    report = import_qpv(geojson(tmp_path / "q.geojson", [(named("QP093001"), geometry)]), generation=2015)

    assert report == Report(read=1, created=1, repaired=1)
    assert len(Qpv.objects.get().contour) == 2


def test_an_archive_may_give_the_same_contours_several_times_and_hidden_files(tmp_path):
    file = zipped_shapefile(tmp_path / "q.zip")
    with zipfile.ZipFile(file, "a") as archive:
        archive.write(geojson(tmp_path / "q.geojson"), "qp/QP_METROPOLE.geojson")
        archive.writestr("__MACOSX/qp/._QP_METROPOLE.shp", b"\0\5\x16\7")
        archive.writestr("metadata.json", "{}")

    assert import_qpv(file, generation=2015) == Report(read=2, created=2, repaired=1)


def test_a_shapefile_in_latin_1_keeps_its_accents(tmp_path):
    row = ({"code_qp": "QP093001", "nom_qp": "Les Bleuets d'été"}, HOUSE)

    import_qpv(zipped_shapefile(tmp_path / "q.zip", [row], encoding="cp1252"), generation=2015)

    assert Qpv.objects.get().nom == "Les Bleuets d'été"


def test_an_overseas_file_in_its_own_projection(tmp_path):
    ring = [(55.45, -20.90), (55.46, -20.90), (55.46, -20.89), (55.45, -20.90)]
    row = ({"code_qp": "QN97401M", "lib_qp": "Le Chaudron"}, ring)

    import_qpv(geojson(tmp_path / "q.geojson", [row], epsg=2975, says_crs=True), generation=2024)

    assert Qpv.objects.get().commune.nom == "Saint-Denis"
    assert Qpv.objects.get().commune_id == "97411"


def test_both_generations_and_the_schematic_ones_stand_side_by_side(tmp_path):
    load_schematic_qpv()
    import_qpv(geojson(tmp_path / "q.geojson"), generation=2015)
    import_qpv(
        geojson(tmp_path / "q.geojson", [({"code_qp": "QN09301M", "lib_qp": "Bleuets"}, HOUSE)]),
        generation=2024,
    )

    assert Qpv.objects.filter(generation=2015).count() == 2
    assert Qpv.objects.filter(generation=2024, is_schematic=False).count() == 1
    assert Qpv.objects.filter(is_schematic=True).count() == 4


def test_a_changed_name_is_an_update(tmp_path):
    import_qpv(geojson(tmp_path / "q.geojson"), generation=2015)
    renamed = (({**TWO_ROWS[0][0], "nom_qp": "Bleuets et Lilas"}, HOUSE), TWO_ROWS[1])

    assert import_qpv(geojson(tmp_path / "q.geojson", renamed), generation=2015) == Report(
        read=2, updated=1, unchanged=1, repaired=1
    )
    assert Qpv.objects.get(code="QP093001").nom == "Bleuets et Lilas"


def named(code, nom="Nom"):
    return {"code_qp": code, "nom_qp": nom}


def test_rejections_say_line_field_and_reason_and_nothing_is_written(tmp_path):
    rows = [
        (named("QP093001"), HOUSE),
        (named(""), HOUSE),
        (named("QN09301M"), HOUSE),
        (named("93001"), HOUSE),
        (named("QP093001"), HOUSE),
        (named("QP093003"), None),
        (named("QP093004"), {"type": "Point", "coordinates": [2.3, 48.9]}),
        (named("QP093005"), {"type": "Polygon", "coordinates": []}),
        (named("QP093006", ""), HOUSE),
        (named("QP093007"), [(y, x) for x, y in HOUSE]),
        (named("QP093008"), [(x - 30, y) for x, y in HOUSE]),
    ]

    report = import_qpv(geojson(tmp_path / "q.geojson", rows), generation=2015)

    assert (report.read, report.created, report.rejected) == (11, 0, 10)
    assert report.rejections == [
        Rejection(2, "code", "Le code du quartier manque."),
        Rejection(3, "code", "QN09301M est un code de la génération 2024, pas 2015."),
        Rejection(4, "code", "93001 n’est pas un code de quartier : QP066007 est attendu."),
        Rejection(5, "code", "Le code QP093001 est déjà à la ligne 1."),
        Rejection(6, "contour", "Le contour manque."),
        Rejection(7, "contour", "Il faut un polygone, pas un point ni une ligne."),
        Rejection(8, "contour", "Le contour manque."),
        Rejection(9, "nom", "Le nom du quartier manque."),
        Rejection(
            10,
            "contour",
            "Le contour de QP093007 est hors de France. Longitude et latitude semblent inversées : échangées, elles tombent dans cette commune : Saint-Ouen-sur-Seine.",
        ),
        Rejection(
            11,
            "contour",
            "Le contour de QP093008 est loin de toute commune : vérifiez le système de référence du fichier.",
        ),
    ]
    assert not Qpv.objects.exists()


def test_a_dry_run_says_what_would_change_and_writes_nothing(tmp_path):
    file = geojson(tmp_path / "q.geojson")

    assert import_qpv(file, generation=2015, dry_run=True) == Report(read=2, created=2, repaired=1)
    assert not Qpv.objects.exists()


def test_the_command_gives_the_report_alone_on_stdout(tmp_path, capfd):
    call_command(
        "territories", "import-qpv", str(geojson(tmp_path / "q.geojson")), "--generation", "2015", "--json"
    )

    out, err = capfd.readouterr()
    assert json.loads(out) == Report(read=2, created=2, repaired=1).as_dict()
    assert "1 contours réparés" in err


@pytest.mark.parametrize("trial", [[], ["--dry-run"]])
def test_the_command_fails_when_a_line_is_refused(tmp_path, trial):
    file = geojson(tmp_path / "q.geojson", [(named("QP093001"), BOW_TIE), (named("non"), HOUSE)])

    with pytest.raises(CommandError, match="Rien n'a été importé"):
        call_command("territories", "import-qpv", str(file), "--generation", "2015", *trial)
    assert not Qpv.objects.exists()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("q.geojson", b"", "n’est pas lisible"),
        ("q.geojson", b'{"type": "FeatureCollection", "features": [', "n’est pas lisible"),
        ("q.geojson", b'{"type": "FeatureCollection", "features": []}', "ne contient aucun contour"),
        ("q.zip", b"PK nothing", "archive .zip lisible"),
        ("q.docx", b"x", "donnez un fichier GeoJSON"),
        ("q.gpkg", b"SQLite format 3\0 but no", "n’est pas lisible"),
    ],
)
def test_a_useless_file_gets_a_sentence(tmp_path, name, content, says):
    (tmp_path / name).write_bytes(content)

    with pytest.raises(UnreadableContours, match=says):
        import_qpv(tmp_path / name, generation=2015)


def test_a_zip_bomb_is_refused_before_it_is_opened(tmp_path):
    with (
        zipfile.ZipFile(tmp_path / "q.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("q.geojson", "w", force_zip64=True) as member,
    ):
        for _ in range(60):
            member.write(b" " * 10_000_000)

    with pytest.raises(UnreadableContours, match="pèse 600 Mo une fois ouvert"):
        import_qpv(tmp_path / "q.zip", generation=2015)


def test_metres_of_an_unknown_projection_are_refused(tmp_path):
    row = (named("QP974001"), [(55.45, -20.90), (55.46, -20.90), (55.46, -20.89), (55.45, -20.90)])

    with pytest.raises(UnreadableContours, match="système de référence"):
        import_qpv(geojson(tmp_path / "q.geojson", [row], epsg=2975), generation=2015)
