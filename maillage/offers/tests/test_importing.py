"""Files of data·inclusion: three formats, twice the same, local edits, disappearance, bad rows, hostile text."""

import json
from datetime import UTC, datetime

import pytest
from django.core.management import call_command

from maillage.core.imports import BadFile
from maillage.offers.actions.importing import Plan, import_offers
from maillage.offers.models import Finding, FindingKind, SearchRow, Service
from maillage.offers.tests.factories import make_service, make_structure
from maillage.offers.tests.inclusion import SIRET, service, structure, write
from maillage.organisations.models import Organisation

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 25, 9, tzinfo=UTC)


@pytest.fixture
def take(tmp_path):
    """Import rows, written as the file name says; the report."""

    def import_rows(rows, name="fichier.json", **plan):
        dry_run = plan.pop("dry_run", False)
        return import_offers(path=write(tmp_path / name, rows), plan=Plan(**plan), at=AT, dry_run=dry_run)

    return import_rows


def both(*services, structures=None):
    return {"structures": structures or [structure()], "services": list(services)}


def counts(report):
    return report.read, report.created, report.updated, report.unchanged, report.repaired, report.rejected


def row(**of):
    return Service.objects.get(**of)


VALUES = [
    field.attname
    for field in Service._meta.concrete_fields
    if field.attname not in {"id", "slug", "created_at", "updated_at", "origin", "structure_id"}
]


def test_json_csv_and_parquet_give_the_same_services(take):
    rows = [service(1), service(2, longitude=None, latitude=None, volume_horaire_hebdomadaire=2.5)]
    found = []
    for name in ("a.json", "a.csv", "a.parquet"):
        report_s = take(
            [structure(siret=SIRET, site_web="https://example.org/ici")], f"s-{name}", origin=name
        )
        report = take(rows, name, origin=name)
        assert (counts(report_s), counts(report)) == ((1, 1, 0, 0, 0, 0), (2, 2, 0, 0, 0, 0))
        found.append(list(Service.objects.filter(origin=name).order_by("source_key").values(*VALUES)))

    assert found[0] == found[1] == found[2]
    first = found[0][0]
    assert first["zone_eligibilite"] == ["95", "200055655"]
    assert (first["commune_id"], first["point"].coords) == ("95268", (2.4019, 48.9705))
    made = Organisation.objects.filter(siret=SIRET).order_by().values_list("name", "commune_id", "website")
    assert list(made.distinct()) == [("Maison des projets 1", "95268", "https://example.org/ici")]


def test_the_row_of_a_service_is_complete_and_ranked(take):
    take(both(service()))

    found = row(source_key="essai--1")
    assert (found.status, found.source, found.origin) == ("published", "essai", "data-inclusion")
    assert found.structure.name == "Maison des projets 1"
    assert 0 <= found.score_qualite <= 1
    assert SearchRow.objects.get(pk=found.pk).commune == "95268"


def test_twice_the_same_file_changes_nothing(take):
    take(both(service(1), service(2)))
    version = row(source_key="essai--1").version

    assert counts(take(both(service(1), service(2)))) == (3, 0, 0, 3, 0, 0)
    assert row(source_key="essai--1").version == version


def test_a_changed_row_updates_its_service_and_leaves_its_history(take):
    take(both(service(1), service(2)))

    report = take(both(service(1, nom="Atelier comptes"), service(2)))

    assert counts(report) == (3, 0, 1, 2, 0, 0)
    changed = row(source_key="essai--1")
    assert (changed.nom, changed.version, changed.slug) == ("Atelier comptes", 2, "atelier-budget-1")


def test_local_additions_and_edits_stay(take):
    take(both(service()))
    Service.objects.update(
        phases=["idee"], kind="diagnostic", telephone="0199000000", local_fields=["telephone"]
    )

    report = take(both(service(telephone="+33199009999", nom="Atelier comptes")))

    kept = row()
    assert (kept.phases, kept.kind, kept.telephone, kept.nom) == (
        ["idee"], "diagnostic", "0199000000", "Atelier comptes",
    )  # fmt: skip
    assert [(note.line, note.field) for note in report.notes] == [(1, "telephone")]


def test_an_organisation_follows_its_source_but_for_what_was_changed_here(take):
    take([structure(site_web="https://a.example.org/")], "s.json")
    Organisation.objects.update(name="Notre maison", local_fields=["name"])

    report = take([structure(nom="Maison neuve", site_web="https://b.example.org/")], "s.json")

    found = Organisation.objects.get()
    assert (found.name, found.website, report.updated) == ("Notre maison", "https://b.example.org/", 1)


def test_what_disappears_is_marked_then_comes_back(take):
    take(both(service(1), service(2)))

    take(both(service(1)))
    gone = row(source_key="essai--2")
    assert (gone.gone_on, SearchRow.objects.filter(pk=gone.pk).exists()) == (AT.date(), False)
    assert Finding.objects.filter(service=gone, kind=FindingKind.GONE).exists()

    report = take(both(service(1), service(2)))
    assert (row(source_key="essai--2").gone_on, report.updated) == (None, 1)
    assert not Finding.objects.filter(kind=FindingKind.GONE).exists()


def test_a_part_of_the_source_makes_nothing_disappear(take):
    take(both(service(1), service(2)))

    take(both(service(1)), keep_missing=True)

    assert not Service.objects.filter(gone_on__isnull=False).exists()


def test_another_source_is_left_alone(take):
    written_here = make_service()
    take(both(service(1)), origin="une")
    take(both(service(1)), origin="autre")

    assert Service.objects.filter(gone_on__isnull=True).count() == 3
    written_here.refresh_from_db()
    assert written_here.version == 1


def test_a_row_that_became_invalid_has_not_disappeared(take):
    take(both(service(1), service(2)))

    take(both(service(1), service(2, nom="")))

    assert row(source_key="essai--2").gone_on is None


def test_three_percent_of_bad_rows_are_reported_and_the_rest_loads(take):
    bad = {
        10: {"nom": "ab"},
        40: {"type": "miracle"},
        70: {"courriel": "pas une adresse"},
    }
    rows = [service(n, **bad.get(n, {})) for n in range(1, 101)]

    report = take(both(*rows))

    assert counts(report) == (101, 98, 0, 0, 0, 3)
    assert [(r.line, r.field) for r in report.rejections] == [(10, "nom"), (40, "type"), (70, "courriel")]
    assert report.rejections[0].reason == "il faut au moins 3 caractères"
    assert "miracle" in report.rejections[1].reason
    assert report.rejections[2].reason == "il faut une adresse e-mail valable"


def test_strict_takes_all_or_nothing(take):
    report = take(both(service(1), service(2, frais="cher")), strict=True)

    assert (report.rejected, report.created, Service.objects.count(), Organisation.objects.count()) == (
        1,
        0,
        0,
        0,
    )


def test_a_dry_run_says_what_it_would_do(take):
    report = take(both(service(1)), dry_run=True)

    assert (report.created, Service.objects.count(), Organisation.objects.count()) == (2, 0, 0)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"nom": None}, "nom"),
        ({"nom": "x" * 10_000}, "nom"),
        ({"description": "non"}, "description"),
        ({"date_maj": "hier"}, "date_maj"),
        ({"date_maj": "2199-01-01"}, "date_maj"),
        ({"thematiques": ["magie"]}, "thematiques"),
        ({"publics": ["tous-publics", "jeunes"]}, "publics"),
        ({"code_postal": "9514"}, "code_postal"),
        ({"zone_eligibilite": ["ABCDE"]}, "zone_eligibilite"),
        ({"zone_eligibilite": ["tout de suite"]}, "zone_eligibilite"),
        ({"lien_source": "javascript:alert(1)"}, "lien_source"),
        ({"adresse": "x" * 10_000}, "adresse"),
        ({"telephone": "0" * 60}, "telephone"),
        ({"longitude": "à l’est"}, "longitude"),
        ({"volume_horaire_hebdomadaire": 400}, "volume_horaire_hebdomadaire"),
        ({"nombre_semaines": 10**12}, "nombre_semaines"),
        ({"structure_id": "essai--inconnue"}, "structure_id"),
        ({"id": None}, "id"),
        ({"nom": {"fr": "Atelier"}}, "nom"),
    ],
)  # fmt: skip
def test_a_bad_row_is_refused_with_its_field(take, changes, field):
    report = take(both(service(1), service(2, **changes)))

    assert (report.rejected, report.created) == (1, 2)
    assert (report.rejections[0].line, report.rejections[0].field) == (2, field)
    assert report.rejections[0].reason


def test_an_id_twice_is_taken_once(take):
    report = take(both(service(1), service(1, nom="Encore")))

    assert (report.rejected, report.rejections[0].line, row().nom) == (1, 2, "Atelier budget 1")


HOSTILE = ["'; DROP TABLE offers_service; --", "<script>alert(1)</script>", "مرحبا بكم في المشروع", "🦒🦒🦒🦒🦒", "a\x00b\x1b[31m\\N\tc", "{a,b}\"'"]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_kept_as_text(take, text):
    names = ("nom", "description", "adresse", "contact_nom_prenom", "conditions_acces", "commune")
    report = take(both(service(1, **dict.fromkeys(names, text), horaires_accueil=text, source=text, id=text)))

    assert report.rejected == 0
    assert row().nom == " ".join(text.replace("\x00", "").replace("\x1b", "").split())
    assert Finding.objects.filter(kind=FindingKind.HOURS).count() == 1


def test_a_point_out_of_france_is_left_out_and_told(take):
    report = take(both(service(1, longitude=-3.7, latitude=40.4), service(2, longitude=0.0, latitude=0.0)))

    assert (report.repaired, report.rejected) == (2, 0)
    assert [(s.point, s.commune_id) for s in Service.objects.all()] == [(None, "95268")] * 2
    assert Finding.objects.filter(kind=FindingKind.OUTSIDE).count() == 2

    take(both(service(1), service(2, longitude=None, latitude=None)))
    assert not Finding.objects.filter(kind=FindingKind.OUTSIDE).exists()


def test_a_point_far_from_its_commune_is_told(take):
    take(both(service(1, longitude=3.0573, latitude=50.6292)))

    assert Finding.objects.get(kind=FindingKind.ELSEWHERE).service == row()


def test_a_commune_is_found_by_code_by_point_or_by_name(take):
    unknown = {"code_insee": None, "longitude": None, "latitude": None}
    take(
        both(
            service(1, code_insee="99999"),
            service(2, **unknown),
            service(3, **unknown | {"commune": "GARGES LES GONESSE"}),
            service(4, **unknown | {"code_postal": None}),
        )
    )

    assert list(Service.objects.order_by("source_key").values_list("commune_id", flat=True)) == [
        "95268", "95268", "95268", None,
    ]  # fmt: skip


def test_unknown_zones_are_left_out_but_never_all(take):
    report = take(both(service(1, zone_eligibilite=["95", "ZZZZZ"]), service(2, zone_eligibilite=["99100"])))

    zones = list(Service.objects.order_by("source_key").values_list("zone_eligibilite", flat=True))
    assert (zones, report.repaired) == ([["95"], ["france"]], 1)


def test_a_wrong_siret_is_left_out_and_told(take):
    report = take(both(service(), structures=[structure(siret="13003013300017")]))

    assert (report.repaired, Organisation.objects.get().siret) == (1, "")
    finding = Finding.objects.get(kind=FindingKind.WRONG_SIRET)
    assert finding.detail == "13003013300017"


def test_antennas_may_share_the_number_of_their_head_office(take):
    take([structure(1, nom="Réseau, siège", siret=SIRET), structure(2, nom="Antenne", siret=SIRET)])

    assert Organisation.objects.filter(siret=SIRET).count() == 2


def test_a_structure_written_here_is_adopted_with_what_it_says(take):
    by_number = make_structure(name="La Fabrique", siret=SIRET, telephone="0100000000")
    by_name = make_structure(name="L’Atelier de Garges")
    another = make_structure(name="Autre chose", siret="", commune_id="44109")

    report = take([structure(1, nom="La fabrique", siret=SIRET), structure(2, nom="l'atelier de GARGES")])

    by_number.refresh_from_db()
    assert (by_number.source_key, by_number.name, by_number.telephone) == (
        "essai--s1", "La Fabrique", "0100000000",
    )  # fmt: skip
    assert by_number.adresse == "1 rue des Lilas"
    by_name.refresh_from_db()
    another.refresh_from_db()
    assert (by_name.source_key, another.origin, report.updated) == ("essai--s2", "", 2)
    assert counts(take([structure(1, nom="La fabrique", siret=SIRET)], keep_missing=True))[3] == 1


def test_services_may_come_before_their_structures(take):
    report = take([service()], "services.json")
    found = row()
    assert (report.created, report.notes[0].field) == (1, "structure_id")
    assert found.structure.name == "Structure à préciser (essai--s1)"
    assert Finding.objects.filter(kind=FindingKind.UNKNOWN, organisation=found.structure).exists()

    take([structure()], "structures.json")
    found.structure.refresh_from_db()
    assert (found.structure.name, found.structure.commune_id) == ("Maison des projets 1", "95268")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", b'[{"id": "a"'),
        ("a.json", b"[{'id': 1}]"),
        ("a.csv", b"nom;age\nZoe;7\n"),
        ("a.parquet", b"PAR1 and then nothing"),
        ("a.json", b""),
        ("a.pdf", b"%PDF-1.7"),
    ],
)
def test_a_file_that_cannot_be_read_says_so(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)

    with pytest.raises(BadFile):
        import_offers(path=path, plan=Plan(), at=AT)
    assert not Service.objects.exists()


def test_a_list_and_json_lines_may_mix_both(take, tmp_path):
    assert counts(take([structure(), service()], "mixed.json")) == (2, 2, 0, 0, 0, 0)
    lines = tmp_path / "lines.json"
    lines.write_text(f"{json.dumps(structure())}\n{json.dumps(service())}\n")
    assert counts(import_offers(path=lines, plan=Plan(), at=AT)) == (2, 0, 0, 2, 0, 0)


def test_the_command_reports_as_json(tmp_path, capsys):
    path = write(tmp_path / "f.json", both(service(1), service(2, type="rien")))

    call_command("offers", "import", str(path), "--json", "--dry-run")

    report = json.loads(capsys.readouterr().out)
    assert {name: report[name] for name in ("read", "created", "rejected")} == {
        "read": 3, "created": 2, "rejected": 1,
    }  # fmt: skip
    assert report["rejections"] == [{"line": 2, "field": "type", "reason": report["rejections"][0]["reason"]}]
