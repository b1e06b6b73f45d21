"""A moderator's file: sent, read, checked, imported; refused to others."""

import pytest
from django.db import DatabaseError, connection
from django.test import Client

from maillage.core import progress
from maillage.core.acting import Purpose, acting_as
from maillage.core.models import Progress
from maillage.initiatives import jobs
from maillage.initiatives.models import IncomingFile, Initiative
from maillage.initiatives.tests import people

GOOD = "nom;lat;lon\nAtelier vélo;50,6365;3,0635\n".encode("cp1252")
MIXED = b"nom;lat;lon\nAtelier;50,6365;3,0635\nMer;0;0\n"


def everyone(model):
    with acting_as(None):
        return people.everyone(model)


def person(email, *roles):
    with acting_as(None):
        return people.person(email, *roles)


def signed_in(user):
    with acting_as(None, purpose=Purpose.SIGN_IN):
        return people.signed_in(user)


def upload(client, content, name="fiches.csv"):
    from django.core.files.uploadedfile import SimpleUploadedFile

    return client.post("/espace/importer/", {"file": SimpleUploadedFile(name, content)})


def plan(**values):
    return {
        "status": "published",
        "origin": "essai",
        "column-title": "nom",
        "column-lat": "lat",
        "column-lon": "lon",
        **values,
    }


@pytest.fixture
def moderator(own_database):
    return person("modere@exemple.fr", ("moderator",))


@pytest.fixture
def sender(bare_database):
    """A moderator whose file is not read as far as its places."""
    return person("modere@exemple.fr", ("moderator",))


def run(answer, *, dry_run):
    """Do the work that the page asked for, as the worker does."""
    key = answer["Location"].strip("/").rsplit("/", 1)[-1]
    [file] = everyone(IncomingFile)
    jobs.import_file(file=str(file.pk), progress=key, dry_run=dry_run)
    return Progress.objects.get(pk=key)


def test_a_file_is_sent_checked_then_imported(moderator):
    client = signed_in(moderator)
    page = upload(client, GOOD)
    address = page["Location"]
    shown = client.get(address).text

    checked = run(client.post(address, plan()), dry_run=True)
    nothing_yet = Initiative.objects.count()
    report = client.get(address).text
    done = run(client.post(f"{address}importer/"), dry_run=False)

    fiche = Initiative.objects.get()
    assert (page.status_code, nothing_yet) == (302, 0)
    assert "Atelier vélo" in shown
    assert '<option value="lat" selected>' in shown
    assert (checked.state, done.state, done.result["created"]) == ("done", "done", 1)
    assert "1 fiche créée" in report
    assert (fiche.title, fiche.status, fiche.commune_id, fiche.owner_id) == (
        "Atelier vélo",
        "published",
        "59350",
        moderator.pk,
    )
    assert everyone(IncomingFile)[0].content is None


def test_a_file_with_refused_lines_is_not_imported_unless_asked(moderator):
    client = signed_in(moderator)
    address = upload(client, MIXED)["Location"]

    run(client.post(address, plan()), dry_run=True)
    page, report = client.get(address).text, client.get(f"{address}rapport.csv").content.decode("utf-8-sig")
    run(client.post(f"{address}importer/"), dry_run=False)
    after_all = Initiative.objects.count()
    run(client.post(address, plan(partial="on")), dry_run=True)
    run(client.post(f"{address}importer/"), dry_run=False)

    assert "(0, 0)" in page
    assert report.splitlines()[1].startswith("3;Latitude;la position (0, 0)")
    assert after_all == 0
    assert Initiative.objects.count() == 1


def test_a_file_whose_titles_are_not_recognised_asks_for_them_first(sender):
    client = signed_in(sender)
    address = upload(client, b"truc;lat;lon\nA;50,6365;3,0635\n")["Location"]

    shown, folded = client.get(address).text.split("n’avons pas reconnus")
    answer = client.post(address, plan(**{"column-title": ""}))

    assert '<select name="column-title"' in shown
    assert '<option value="lat" selected>' in shown
    assert 'name="column-lat"' not in folded
    assert answer.status_code == 422
    assert "Dites quelle colonne donne le nom" in answer.text
    assert "--map" not in answer.text


def test_a_work_that_is_cancelled_leads_back_to_its_file(sender):
    client = signed_in(sender)
    address = upload(client, b"nom;lat;lon\n" + b"A;48,85;2,35\n")["Location"]
    answer = client.post(address, plan())
    key = answer["Location"].strip("/").rsplit("/", 1)[-1]
    Progress.objects.filter(pk=key).update(state="running")
    write = progress.Report.write

    def cancel_then_write(self, state):
        write(self, state)
        Progress.objects.filter(pk=key).update(cancel_asked=True)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(progress.Report, "write", cancel_then_write)
        patch.setattr(progress, "SECONDS_BETWEEN_WRITES", 0)
        work = run(answer, dry_run=True)

    assert (work.state, work.result["url"]) == ("cancelled", address)
    assert everyone(IncomingFile)[0].state == "sent"


def test_an_import_is_not_done_before_its_check(moderator):
    client = signed_in(moderator)
    address = upload(client, GOOD)["Location"]

    answer = client.post(f"{address}importer/", follow=True)

    assert "Vérifiez d’abord le fichier" in answer.text
    assert Initiative.objects.count() == 0


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "Ce fichier est vide"),
        (b"%PDF-1.7 ...", "(PDF)"),
        (b"<!DOCTYPE html><html></html>", "une page web"),
        (b"\x00\x01\x02binaire", "fichier binaire"),
        (b"nom;lat;lon\n", "que sa ligne d’en-tête"),
    ],
)
def test_a_bad_file_is_refused_with_words_and_kept_nowhere(sender, content, words):
    answer = upload(signed_in(sender), content)

    assert answer.status_code == 422
    assert words in answer.text
    assert everyone(IncomingFile) == []


def test_a_huge_file_is_refused_before_it_is_read(sender):
    client = signed_in(sender)

    answer = client.generic("POST", "/espace/importer/", b"x", CONTENT_LENGTH=str(200 * 2**20))

    assert answer.status_code == 413
    assert "dépasse 20 Mo" in answer.text


def test_sending_a_file_asks_for_the_page_own_token(sender):
    client = Client(enforce_csrf_checks=True)
    client.cookies = signed_in(sender).cookies

    assert upload(client, GOOD).status_code == 403


def test_a_moderator_imports_in_their_territory_only(own_database):
    client = signed_in(person("nord@exemple.fr", ("moderator", "departement", "59")))
    content = b"nom;code_insee\nA Lille;59350\nA Rennes;35238\n"
    address = upload(client, content)["Location"]
    chosen = {
        "status": "published",
        "origin": "x",
        "column-title": "nom",
        "column-code_insee": "code_insee",
        "partial": "on",
    }

    run(client.post(address, chosen), dry_run=True)
    run(client.post(f"{address}importer/"), dry_run=False)

    assert [fiche.title for fiche in Initiative.objects.all()] == ["A Lille"]
    assert everyone(IncomingFile)[0].report["rejections"][0]["line"] == 3


@pytest.mark.parametrize("roles", [(), (("contributor",),)])
def test_others_cannot_import(bare_database, roles):
    client = signed_in(person("autre@exemple.fr", *roles))

    assert client.get("/espace/importer/").status_code == 403
    assert upload(client, GOOD).status_code == 403


def test_the_file_of_a_moderator_does_not_exist_for_another(sender):
    address = upload(signed_in(sender), GOOD)["Location"]
    other = person("autre@exemple.fr", ("moderator",))

    assert signed_in(other).get(address).status_code == 404


def test_a_visitor_is_asked_to_sign_in(bare_database):
    assert Client().get("/espace/importer/").status_code == 302


def test_a_work_that_dies_half_way_writes_nothing(moderator, monkeypatch):
    client = signed_in(moderator)
    address = upload(client, GOOD)["Location"]
    run(client.post(address, plan()), dry_run=True)
    answer = client.post(f"{address}importer/")
    key = answer["Location"].strip("/").rsplit("/", 1)[-1]
    tell = progress.Report.advance

    def die_at_the_end(self, by=1, message=None):
        tell(self, by, message)
        if self.done == self.total:
            with connection.cursor() as cursor:
                # the server ends our connection once the fiches are written, as when the machine stops
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    monkeypatch.setattr(progress.Report, "advance", die_at_the_end)
    with pytest.raises(DatabaseError):
        run(answer, dry_run=False)
    connection.close()

    assert Progress.objects.get(pk=key).state == "failed"

    assert Initiative.objects.count() == 0
    assert everyone(IncomingFile)[0].state == "checked"
