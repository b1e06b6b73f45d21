import json
import re
from xml.etree import ElementTree

import pytest

from maillage.initiatives.tests.factories import CERGY, GARGES, make_initiative

pytestmark = pytest.mark.django_db


def test_the_embed_may_be_framed_anywhere_and_sets_nothing(client):
    make_initiative(title="Le bus", commune=GARGES, themes=["jeunes"])
    make_initiative(title="Ailleurs", commune=CERGY, themes=["lieux"])

    answer = client.get("/integrer/carte/", {"theme": "jeunes"})

    assert answer.status_code == 200
    assert "X-Frame-Options" not in answer
    assert "frame-ancestors *" in answer["Content-Security-Policy"]
    assert not answer.cookies
    assert "<script" not in answer.text
    assert "Le bus" in answer.text
    assert "Ailleurs" not in answer.text
    assert len(answer.content) < 150_000


def test_the_embed_marks_what_is_invented(client):
    make_initiative(title="Le bus", is_example=True)

    [line] = re.findall(r"<li>.*?</li>", client.get("/integrer/carte/").text)

    assert '<span class="example">exemple</span>' in line


def test_what_leaves_the_embed_opens_in_a_tab(client):
    make_initiative(title="Le bus", commune=GARGES)

    page = client.get("/integrer/carte/").text

    leaving = [
        a
        for a in re.findall(r"<a [^>]*>", page)
        if "/initiatives/" in a or '/carte/"' in a.replace("integrer/carte", "")
    ]
    assert len(leaving) >= 3
    assert all('target="_blank"' in a for a in leaving)


def test_only_the_embed_may_be_framed(client):
    row = make_initiative()

    for address in ("/initiatives/", f"/initiatives/{row.slug}/", "/integrer/"):
        answer = client.get(address)
        assert answer["X-Frame-Options"] == "DENY", address
        assert "frame-ancestors 'none'" in answer["Content-Security-Policy"], address


def test_the_builder_gives_the_code_of_the_selection(client):
    make_initiative(themes=["jeunes"])

    page = client.get("/integrer/", {"theme": "jeunes"})

    assert "/integrer/carte/?theme=jeunes" in page.text
    assert "Votre carte montrera 1 initiative" in page.text
    assert "&lt;iframe src=" in page.text


def test_oembed_describes_a_public_fiche_and_nothing_else(client):
    row, draft = make_initiative(title="Le <b>bus</b>"), make_initiative(status="draft")
    url = f"http://127.0.0.1:8000/initiatives/{row.slug}/"

    answer = json.loads(client.get("/oembed", {"url": url}).content)
    xml = ElementTree.fromstring(client.get("/oembed", {"url": url, "format": "xml"}).content)

    assert (answer["type"], answer["version"], answer["title"]) == ("rich", "1.0", "Le <b>bus</b>")
    assert "<b>bus" not in answer["html"]
    assert xml.findtext("title") == "Le <b>bus</b>"
    for wrong in (
        "",
        "https://example.org/initiatives/x/",
        f"http://127.0.0.1:8000/initiatives/{draft.slug}/",
        "http://[",
        "x",
    ):
        assert client.get("/oembed", {"url": wrong}).status_code == 404, wrong
    assert client.get("/oembed", {"url": url, "format": "yaml"}).status_code == 501
