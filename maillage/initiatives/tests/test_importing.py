"""Importing files of initiatives: what is taken, matched, kept, refused."""

import json
from dataclasses import replace

import pytest
from openpyxl import Workbook

from maillage.core.imports import BadFile
from maillage.initiatives.actions.importing import Plan
from maillage.initiatives.imports.checks import UnknownTheme
from maillage.initiatives.models import Initiative
from maillage.initiatives.tests.import_lines import AT, BREST, LILLE, counts, csv_of, reasons
from maillage.organisations.models import Organisation

pytestmark = pytest.mark.django_db


def test_a_csv_becomes_published_fiches_with_commune_themes_and_carrier(do):
    report = do(csv_of(LILLE, BREST))

    atelier, epicerie = Initiative.objects.order_by("pk")
    assert counts(report) == (2, 2, 0, 0, 0)
    assert (atelier.slug, atelier.title, atelier.summary, atelier.themes) == (
        "atelier-velo",
        "Atelier vélo",
        "Réparer et vendre.",
        ["financement"],
    )
    assert (atelier.commune_id, atelier.scope, atelier.point.coords) == (
        "59350",
        "address",
        (3.0635, 50.6365),
    )
    assert atelier.carrier == Organisation.objects.get(name="Les Roues", slug="les-roues")
    assert (atelier.status, atelier.published_at, atelier.confirmed_on) == ("published", AT, AT.date())
    assert (epicerie.themes, epicerie.commune_id, epicerie.carrier) == (["lieux", "marches"], "29019", None)


def test_importing_twice_changes_nothing(do):
    do(csv_of(LILLE, BREST))
    before = list(Initiative.objects.order_by("pk").values())

    report = do(csv_of(LILLE, BREST))

    assert counts(report) == (2, 0, 0, 2, 0)
    assert list(Initiative.objects.order_by("pk").values()) == before


def test_a_field_follows_its_source_until_it_is_edited_here(do):
    do(csv_of(LILLE, BREST))
    Initiative.objects.filter(slug="atelier-velo").update(title="Atelier du vélo")

    report = do(csv_of(LILLE.replace("vélo", "vélos").replace("vendre", "louer"), BREST))

    atelier = Initiative.objects.get(slug="atelier-velo")
    assert counts(report) == (2, 0, 1, 1, 0)
    assert (atelier.title, atelier.summary) == ("Atelier du vélo", "Réparer et louer.")
    assert [(note.line, note.field) for note in report.notes] == [(2, "title")]


def test_an_edit_made_here_is_kept_when_the_source_says_the_same_as_before(do):
    do(csv_of(LILLE))
    Initiative.objects.update(summary="Réparer, vendre, apprendre.")

    report = do(csv_of(LILLE))

    assert counts(report) == (1, 0, 0, 1, 0)
    assert report.notes == []
    assert Initiative.objects.get().summary == "Réparer, vendre, apprendre."


def test_a_moved_point_brings_its_commune(do):
    do(csv_of(LILLE))

    report = do(csv_of(LILLE.replace("50,6365;3,0635", "48,8566;2,3522")))

    assert counts(report) == (1, 0, 1, 0, 0)
    assert Initiative.objects.get().commune_id == "75056"


def test_one_bad_line_keeps_the_whole_file_out(do):
    before = Organisation.objects.count()

    report = do(csv_of(LILLE, BREST.replace("48.3904", "")))

    assert counts(report) == (2, 0, 0, 0, 1)
    assert reasons(report) == [
        (3, "lat", "une des deux coordonnées manque : donnez la latitude et la longitude")
    ]
    assert (Initiative.objects.count(), Organisation.objects.count()) == (0, before)


def test_partial_takes_the_good_lines(do):
    report = do(csv_of(LILLE, BREST.replace("48.3904", "")), partial=True)

    assert counts(report) == (2, 1, 0, 0, 1)
    assert Initiative.objects.get().title == "Atelier vélo"


def test_a_dry_run_says_what_would_be_done_and_does_nothing(do):
    report = do(csv_of(LILLE, BREST), dry_run=True)

    assert counts(report) == (2, 2, 0, 0, 0)
    assert (Initiative.objects.count(), Organisation.objects.filter(name="Les Roues").count()) == (0, 0)


@pytest.mark.parametrize(
    ("line", "field", "words"),
    [
        ("3;Inversée;x;;2,3522;48,8566;", "lat", "latitude et longitude semblent inversées"),
        ("3;Nulle part;x;;0;0;", "lat", "(0, 0)"),
        ("3;Bruxelles;x;;50,85;4,35;", "lat", "hors de France (longitude 4,35, latitude 50,85)"),
        ("3;Tokyo;x;;35,68;139,69;", "lat", "hors de France"),
        ("3;Mètres;x;;6862047;652381;", "lat", "Lambert 93"),
        ("3;;x;;48,85;2,35;", "title", "le nom manque"),
        ("3;<script>alert(1)</script>;x;;48,85;2,35;", "title", "<script>"),
        ("3;" + "a" * 161 + ";x;;48,85;2,35;", "title", "161 caractères, 160 au plus"),
        ("3;Thème;x;finnancement;48,85;2,35;", "themes", "voulez-vous dire « financement »"),
        ("3;Texte;x;;nord;2,35;", "lat", "« nord » n’est pas une coordonnée"),
        ("3;Trop large;x;;48,85;2,35;;plus", "", "8 cellules au lieu de 7"),
        ("1;Autre;x;;48,85;2,35;", "id", "l’identifiant « 1 » est déjà à la ligne 2"),
    ],
)
def test_a_line_that_cannot_be_taken_says_why(do, line, field, words):
    report = do(csv_of(LILLE, line))

    [(at_line, at_field, reason)] = reasons(report)
    assert (at_line, at_field) == (3, field)
    assert words in reason
    assert Initiative.objects.count() == 0


def test_repeated_lines_without_identifier_are_found(do):
    report = do("nom;lat;lon\nAtelier;50,6365;3,0635\nATELIER ;50.6365;3.0635\n")

    assert reasons(report) == [
        (3, "title", "ligne répétée : même nom et même lieu qu’à la ligne 2 ; retirez l’une des deux")
    ]


def test_a_commune_alone_places_the_fiche_at_its_town_hall(do):
    do("nom;code_insee\nMarché;35238\n")

    marche = Initiative.objects.select_related("commune").get()
    assert (marche.scope, marche.commune.nom) == ("commune", "Rennes")
    assert marche.point.equals(marche.commune.town_hall)


def test_a_commune_name_borne_twice_asks_for_its_code(do):
    report = do("nom;commune\nFour;Goussainville\n")

    [(_line, field, reason)] = reasons(report)
    assert field == "commune"
    assert "95280" in reason
    assert "28185" in reason


def test_two_new_fiches_of_one_name_have_two_addresses_that_do_not_change(do):
    do("id;nom;code_insee\n1;Marché;35238\n2;Marché;59350\n")
    first = set(Initiative.objects.values_list("slug", flat=True))
    Initiative.objects.all().delete()

    do("id;nom;code_insee\n1;Marché;35238\n2;Marché;59350\n")

    assert len(first) == 2
    assert set(Initiative.objects.values_list("slug", flat=True)) == first


def test_surfaces_give_a_point_only_when_asked(do):
    square = [[[2, 48], [2.2, 48], [2.2, 48.2], [2, 48.2], [2, 48]]]
    map_ = json.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "properties": {"name": "Zone"},
                    "geometry": {"type": "Polygon", "coordinates": square},
                }
            ],
        }
    )

    refused, taken = do(map_, "zone.geojson"), do(map_, "zone.geojson", centroid=True)

    assert "une surface est donnée, il faut un point" in refused.rejections[0].reason
    assert (taken.created, taken.repaired) == (1, 1)


@pytest.mark.parametrize(
    ("geometry", "reason"),
    [
        (
            {"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": [2.35, 48.85]}]},
            None,
        ),
        ({"type": "MultiPoint", "coordinates": [[2.35, 48.85]]}, None),
        ({"type": "MultiPoint", "coordinates": [[2.35, 48.85], [2.36, 48.86]]}, "plusieurs formes"),
        ({"type": "GeometryCollection", "geometries": []}, "plusieurs formes"),
        ({"type": ["Point"], "coordinates": [2.35, 48.85]}, "la forme ne se comprend pas"),
        ({"type": "Point", "coordinates": {"lon": 2.35}}, "ne sont pas deux nombres"),
        ({"type": "Polygon", "coordinates": [[[]]]}, "coordonnées sont vides"),
        ({"type": "Polygon", "coordinates": [[["a", "b"]]]}, "la surface ne se lit pas"),
        (json.loads('{"type": "Polygon", "coordinates": ' + "[" * 900 + "2, 48" + "]" * 900 + "}"), "vides"),
    ],
)
def test_a_shape_gives_a_point_or_says_why_it_does_not(do, geometry, reason):
    map_ = {"type": "Feature", "properties": {"name": "A"}, "geometry": geometry}

    report = do(json.dumps(map_), "a.geojson", dry_run=True, centroid=True)

    assert (report.created, report.rejected) == ((1, 0) if reason is None else (0, 1))
    assert reason is None or reason in report.rejections[0].reason


def test_a_description_written_for_a_page_is_taken_without_its_code(do):
    written = "<b>Un</b> atelier<br>[[https://a.fr|le site]] {{https://a.fr/x.png}}<script>alert(1)</script>"
    map_ = {
        "type": "Feature",
        "properties": {"name": "A", "description": written},
        "geometry": {"type": "Point", "coordinates": [2.35, 48.85]},
    }

    first, second = do(json.dumps(map_), "a.geojson"), do(json.dumps(map_), "a.geojson")

    fiche = Initiative.objects.get()
    assert (first.created, first.repaired, second.unchanged) == (1, 1, 1)
    assert (fiche.summary, fiche.body) == ("Un atelier", "Un atelier\nle site (https://a.fr)")


def test_a_file_without_a_line_is_refused(do):
    with pytest.raises(BadFile, match="que sa ligne d’en-tête"):
        do("nom;lat;lon\n")


def test_formulas_that_were_never_computed_are_said(do, tmp_path):
    book = Workbook()
    book.active.append(["nom", "lat", "lon"])
    book.active.append(['="Ate"&"lier"', "=48+1", "=2+0"])
    book.save(tmp_path / "a.xlsx")

    with pytest.raises(BadFile, match="enregistrez-le d’abord"):
        do((tmp_path / "a.xlsx").read_bytes(), "b.xlsx")


def test_a_theme_that_does_not_exist_is_refused_before_any_line(do):
    with pytest.raises(UnknownTheme, match="voulez-vous dire « lieux »"):
        do(csv_of(LILLE), themes=("lieu",))


def test_hostile_text_is_only_text(do):
    title = '\'; DROP TABLE initiatives_initiative; -- 🎉 مبادرة \x00 \\N {a,"b"}'
    report = do(
        f'nom;lat;lon;partenaires\n"{title.replace(chr(34), chr(34) * 2)}";48,85;2,35;"a\\b; {{x}}"\n'.encode().replace(
            b"\x00", b""
        )
    )

    found = Initiative.objects.get()
    assert report.created == 1
    assert found.title == '\'; DROP TABLE initiatives_initiative; -- 🎉 مبادرة \\N {a,"b"}'
    assert found.partners == ["a\\b", "{x}"]


def test_an_edited_line_that_carries_the_present_version_is_taken(do):
    fiche = Initiative.objects.create(slug="ici", title="Ici", summary="Ancien", scope="national")

    stale = do("slug;version;titre;lieu;résumé\nici;7;Ici;nationale;Nouveau\n")
    fresh = do("slug;version;titre;lieu;résumé\nici;1;Ici;nationale;Nouveau\n")

    assert (stale.unchanged, [note.field for note in stale.notes]) == (1, ["summary"])
    assert (fresh.updated, Initiative.objects.get(pk=fiche.pk).summary) == (1, "Nouveau")


def test_drafts_are_not_public(do):
    do(csv_of(LILLE), status="draft")

    draft = Initiative.objects.get()
    assert (draft.status, draft.published_at, draft.confirmed_on) == ("draft", None, None)


def test_the_plan_compares_only_what_the_file_gives():
    plan = Plan(mapping={"title": "nom", "body": "texte"}, origin="x")

    assert set(plan.compared) == {"title", "summary", "body", "place"}
    assert "themes" in replace(plan, themes=("lieux",)).compared


def test_a_fiche_said_to_be_an_example_is_marked_so(do):
    do("id;nom;lieu;exemple\n1;Vraie;nationale;\n2;Inventée;nationale;oui\n")
    do("id;nom;lieu;structure\n3;Toutes;nationale;Structure inventée\n", example=True)

    assert dict(Initiative.objects.values_list("title", "is_example")) == {
        "Vraie": False,
        "Inventée": True,
        "Toutes": True,
    }
    assert Organisation.objects.get(name="Structure inventée").is_example


def test_a_mark_of_example_that_is_neither_yes_nor_no_is_refused(do):
    report = do("id;nom;lieu;exemple\n1;Fiche;nationale;peut-être\n")

    assert reasons(report) == [(2, "is_example", "« peut-être » ne se comprend pas : écrivez oui ou non")]
