import subprocess
import threading
from datetime import date

import pytest
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from django.db import connections

from maillage.core.tests.servers import NOTICE_S
from maillage.initiatives.tests.factories import CERGY, GARGES, make_initiative

URL = "/api/ogc"
ITEMS = f"{URL}/collections/initiatives/items"


@pytest.mark.django_db
def test_the_door_leads_to_every_room(client):
    landing = client.get(f"{URL}/").json()
    rels = {link["rel"]: link["href"] for link in landing["links"]}

    assert set(rels) == {"self", "service-desc", "conformance", "data"}
    for href in rels.values():
        assert client.get(href.replace("http://127.0.0.1:8000", "")).status_code == 200
    assert client.get(f"{URL}/collections").json()["collections"][0]["id"] == "initiatives"
    assert any("geojson" in name for name in client.get(f"{URL}/conformance").json()["conformsTo"])
    assert client.get(f"{URL}/api").json()["openapi"].startswith("3.0")


@pytest.mark.django_db
def test_items_are_cut_in_slices_that_link_to_each_other(client):
    rows = [make_initiative(commune=GARGES) for _ in range(5)]
    make_initiative(status="draft")
    seen, href = [], f"{ITEMS}?limit=2"
    while href:
        page = client.get(href.replace("http://127.0.0.1:8000", "")).json()
        assert (page["numberMatched"], page["numberReturned"]) == (5, len(page["features"]))
        seen += [feature["id"] for feature in page["features"]]
        href = next((link["href"] for link in page["links"] if link["rel"] == "next"), None)
    assert seen == [row.pk for row in rows]
    assert client.get(f"{ITEMS}/{rows[0].pk}").json()["properties"]["titre"] == rows[0].title


@pytest.mark.django_db
def test_items_are_found_by_box_dates_and_our_own_filters(client):
    make_initiative(title="Garges", commune=GARGES, starts_on=date(2020, 1, 1), ends_on=date(2020, 12, 31))
    make_initiative(title="Cergy", commune=CERGY, starts_on=date(2023, 1, 1), themes=["jeunes"])
    make_initiative(title="France", scope="national")

    def found(query: str) -> set[str]:
        return {f["properties"]["titre"] for f in client.get(f"{ITEMS}?{query}").json()["features"]}

    assert found("") == {"Garges", "Cergy", "France"}
    assert found("bbox=2.3,48.9,2.5,49.0") == {"Garges"}
    assert found("bbox=2.3,48.9,0,2.5,49.0,100") == {"Garges"}
    assert found("datetime=2020-06-01T00:00:00Z") == {"Garges", "France"}
    assert found("datetime=2021-01-01/..") == {"Cergy", "France"}
    assert found("datetime=../2019-01-01") == {"France"}
    assert found("theme=jeunes") == {"Cergy"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query",
    ["bbox=1,2,3", "bbox=a,b,c,d", "limit=0", "limit=x", "offset=-1", "datetime=hier", "datetime=2022-01-01/2021-01-01",
     "inconnu=1", "theme=rien", "bbox=1,2,3,4&bbox-crs=EPSG:3857"],
)  # fmt: skip
def test_what_the_standard_refuses_is_400(client, query):
    answer = client.get(f"{ITEMS}?{query}")

    assert answer.status_code == 400
    assert answer["Content-Type"].startswith("application/problem+json")


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["999999", "abc", "9" * 40])
def test_an_unknown_item_is_404(client, key):
    assert client.get(f"{ITEMS}/{key}").status_code == 404


@pytest.mark.install
def test_gdal_reads_every_feature_from_a_running_server(own_database, settings):
    for _ in range(250):
        make_initiative(title="Le bus", commune=GARGES, themes=["jeunes"])
    make_initiative(scope="national")
    server = ThreadedWSGIServer(("127.0.0.1", 0), WSGIRequestHandler)
    server.set_app(get_wsgi_application())
    settings.BASE_URL = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=[NOTICE_S], daemon=True)
    thread.start()
    try:
        said = subprocess.run(
            ["ogrinfo", "-ro", "-al", "-so", f"OAPIF:{settings.BASE_URL}/api/ogc"],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        listed = subprocess.run(
            ["ogr2ogr", "-f", "CSV", "/vsistdout/", f"OAPIF:{settings.BASE_URL}/api/ogc", "initiatives"],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    finally:
        server.shutdown()
        server.server_close()
        connections.close_all()

    assert said.returncode == 0, said.stderr
    assert "Layer name: initiatives" in said.stdout
    assert "Feature Count: 251" in said.stdout
    assert len(listed.stdout.splitlines()) == 252
