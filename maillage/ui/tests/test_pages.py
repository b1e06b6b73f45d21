import re
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import Client
from django.urls import reverse

from maillage.core.errors import Conflict
from maillage.ui.living import SampleForm

pytestmark = pytest.mark.django_db
STATIC = Path(__file__).parents[1] / "static" / "ui"


def rendered(source: str, **context: object) -> str:
    return " ".join(Template(source).render(Context(context)).split())


def test_living_page_is_public_and_kept_out_of_search_engines():
    page = Client().get("/ui/")

    assert page.status_code == 200
    assert '<meta name="robots" content="noindex">' in page.text
    assert page.text.count("<h1") == 1


def test_a_missing_page_says_what_to_do_next():
    page = Client().get("/nulle-part/")

    assert page.status_code == 404
    assert "Cette page n’existe pas, ou plus" in page.text
    assert 'href="/"' in page.text


def test_a_form_without_its_token_is_told_that_it_expired():
    page = Client(enforce_csrf_checks=True).post(reverse("account_login"))

    assert page.status_code == 403
    assert "Ce formulaire a expiré" in page.text


def test_a_wrong_method_gets_a_page_and_says_which_are_allowed():
    page = Client().post("/ui/")

    assert (page.status_code, page["Allow"]) == (405, "GET")
    assert "Elle attend l’envoi" in page.text


def test_a_refusal_of_the_domain_becomes_a_page(rf):
    from maillage.core.problems import Refusal, fill

    request = rf.get("/")
    request.user = AnonymousUser()
    page = Refusal(Conflict("Relisez la version de Nadia."))
    fill(page, request)

    assert page.status_code == 409
    assert "data-error-message>Relisez la version de Nadia.</p>" in page.content.decode()
    assert page.content.decode().count("<h1>") == 1


def test_a_choice_of_theme_is_kept_and_leads_back_to_the_page():
    client = Client()

    answer = client.post("/apparence/", {"theme": "dark", "next": "/ui/?a=1"})

    assert (answer.status_code, answer["Location"]) == (302, "/ui/?a=1")
    assert 'data-bs-theme="dark"' in client.get("/ui/").text
    client.post("/apparence/", {"theme": "auto"})
    assert "data-bs-theme" not in client.get("/ui/").text.split("<head>")[0]


def test_a_choice_of_theme_never_leads_to_another_site():
    assert Client().post("/apparence/", {"theme": "dark", "next": "//ailleurs.example"})["Location"] == "/"


def test_public_page_sets_no_cookie():
    assert not Client().get("/ui/").cookies


def test_errors_of_a_form_are_summed_up_and_tied_to_their_fields():
    form = SampleForm({"email": "non"})

    html = rendered("{% form_errors form %}{% field form.email %}", form=form)

    assert '<a href="#id_email">' in html
    assert 'aria-describedby="id_email_error"' in html
    assert 'aria-invalid="true"' in html
    assert '<div id="id_email_error">' in html


def test_pagination_keeps_the_rest_of_the_address(rf):
    page = Paginator(range(100), 10).page(2)

    html = rendered("{% pagination page %}", page=page, request=rf.get("/?theme=a&page=2&theme=b"))

    assert 'href="?theme=a&amp;theme=b&amp;page=3"' in html
    assert rendered("{% pagination page %}", page=Paginator([1], 10).page(1), request=rf.get("/")) == ""


def test_both_dark_palettes_are_the_same():
    blocks = re.findall(r"\{\s*(color-scheme: dark;.*?)\}", (STATIC / "tokens.css").read_text(), re.DOTALL)

    assert len(blocks) == 2
    assert blocks[0] == blocks[1]


def test_the_server_error_page_needs_neither_database_nor_static_file(django_assert_num_queries, rf):
    from maillage.ui.errors import server_error

    with django_assert_num_queries(0):
        page = server_error(rf.get("/"))

    assert page.status_code == 500
    assert "/static/" not in page.content.decode()
