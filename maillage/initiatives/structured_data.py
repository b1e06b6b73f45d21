"""One fiche as schema.org data, for search engines and catalogues."""

from typing import Any

from django.urls import reverse

from maillage.initiatives.models import Initiative
from maillage.initiatives.places import place_name

LICENCES = {
    "LO-2.0": "https://www.etalab.gouv.fr/licence-ouverte-open-licence",
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC-BY-SA-4.0": "https://creativecommons.org/licenses/by-sa/4.0/",
    "ODbL-1.0": "https://opendatacommons.org/licenses/odbl/1-0/",
}


def structured_data(initiative: Initiative, base_url: str) -> dict[str, Any]:
    """A schema.org CreativeWork about a Project, with absolute addresses; empty values are left out."""
    url = base_url + reverse("initiatives:fiche", args=[initiative.slug])
    project = {
        "@type": "Project",
        "name": initiative.title,
        "description": initiative.summary,
        "parentOrganization": _organisation(initiative),
        "member": [{"@type": "Organization", "name": name} for name in initiative.partners],
        "location": _place(initiative),
        "foundingDate": initiative.starts_on and initiative.starts_on.isoformat(),
        "dissolutionDate": initiative.ends_on and initiative.ends_on.isoformat(),
        "sameAs": [link["url"] for link in initiative.links if isinstance(link, dict) and link.get("url")],
    }
    return _filled(
        {
            "@context": "https://schema.org",
            "@type": "CreativeWork",
            "@id": url,
            "url": url,
            "headline": initiative.title,
            "abstract": initiative.summary,
            "inLanguage": "fr",
            "license": LICENCES.get(initiative.licence),
            "author": initiative.author_name and {"@type": "Person", "name": initiative.author_name},
            "isBasedOn": initiative.source_url,
            "datePublished": initiative.published_at and initiative.published_at.isoformat(),
            "dateModified": initiative.updated_at.isoformat(),
            "image": [base_url + photo.file.url for photo in initiative.photos.all()],
            "spatialCoverage": _place(initiative),
            "about": _filled(project),
        }
    )


def _organisation(initiative: Initiative) -> dict[str, Any] | None:
    carrier = initiative.carrier
    if carrier is None:
        return None
    return _filled({"@type": "Organization", "name": carrier.name, "url": carrier.website})


def _place(initiative: Initiative) -> dict[str, Any]:
    point = initiative.point
    return _filled(
        {
            "@type": "Place",
            "name": place_name(initiative) or "France",
            "address": _filled(
                {
                    "@type": "PostalAddress",
                    "streetAddress": initiative.address,
                    "addressLocality": initiative.commune.nom if initiative.commune else "",
                    "addressCountry": "FR",
                }
            ),
            "geo": point and {"@type": "GeoCoordinates", "longitude": point.x, "latitude": point.y},
        }
    )


def _filled(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if value not in (None, "", [], {})}
