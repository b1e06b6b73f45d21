"""Every page that answers HTML carries a policy without inline code, and holds none."""

import re

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver

from maillage.accounts.tests.factories import enter, make_user

# pages that other sites may put in a frame
EMBEDDED = ("/integrer/",)


def simple_addresses(resolver=None, prefix="/"):
    """Every address of the site that needs no argument."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = str(pattern.pattern)
        if "<" in route or "(" in route or "\\" in route:
            continue
        if isinstance(pattern, URLPattern):
            yield prefix + route.lstrip("^").rstrip("$")
        else:
            yield from simple_addresses(pattern, prefix + route.lstrip("^"))


def html_pages(client):
    for address in dict.fromkeys(simple_addresses()):
        response = client.get(address)
        if response.get("Content-Type", "").startswith("text/html"):
            yield address, response
    for address in ("/n-existe-pas/", "/initiatives/n-existe-pas/"):
        yield address, client.get(address)


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["visitor", "administrator"])
def test_every_page_has_a_strict_policy_and_no_inline_code(who):
    client = Client(raise_request_exception=False)
    if who == "administrator":
        enter(client, make_user("network"))

    seen = 0
    for address, response in html_pages(client):
        assert response.status_code < 500, address
        policy = response.get("Content-Security-Policy", "")
        assert "default-src 'none'" in policy, address
        assert "unsafe" not in policy, address
        if not address.startswith(EMBEDDED):
            assert "frame-ancestors 'none'" in policy, address
        text = response.content.decode()
        assert not re.search(r"<[^>]*\sstyle\s*=", text), address
        assert not re.search(r"<[^>]*\son[a-z]+\s*=\s*[\"']", text), address
        assert "<style" not in text, address
        for script in re.findall(r"<script\b([^>]*)>", text):
            data = re.search(r'type="application/(ld\+)?json"', script)
            assert "src=" in script or data, (address, script)
        for tag in re.findall(r"<(?:script|img|iframe|source|link)\b[^>]*>", text):
            asks = re.search(r'(?:src|srcset|href)="(?:https?:)?//', tag) and 'rel="canonical"' not in tag
            assert not asks or ("rel=" in tag and "stylesheet" not in tag and "icon" not in tag), (
                address,
                tag,
            )
        seen += response.status_code == 200
    assert seen >= 5
