"""One service as schema.org data, for search engines and catalogues."""

import json
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from maillage.core.examples import marked
from maillage.core.hours_in_words import Line
from maillage.offers.models import Service


def structured_data(row: Service, url: str, base_url: str, week: list[Line]) -> dict[str, Any]:
    """A schema.org Service with its provider and the desk where it is given; empty values are left out."""
    return _filled(
        {
            "@context": "https://schema.org",
            "@type": "Service",
            "@id": url,
            "url": url,
            "name": marked(row.nom, row.is_example),
            "description": row.description[:5000],
            "serviceType": row.get_kind_display() or row.type,
            "provider": _filled(
                {
                    "@type": "Organization",
                    "name": marked(row.structure.name, row.structure.is_example),
                    "url": row.structure.website or f"{base_url}/structures/{row.structure.slug}/",
                }
            ),
            "availableChannel": _filled(
                {
                    "@type": "ServiceChannel",
                    "servicePhone": row.telephone
                    and {"@type": "ContactPoint", "telephone": row.telephone, "availableLanguage": row.languages},
                    "serviceUrl": row.lien_mobilisation,
                    "serviceLocation": _place(row, week),
                    "availableLanguage": row.languages,
                }
            ),
            "isAccessibleForFree": {"gratuit": True, "payant": False}.get(row.frais),
            "dateModified": row.date_maj.isoformat(),
        }
    )  # fmt: skip


def script(data: dict[str, Any]) -> SafeString:
    """JSON that cannot leave its <script>."""
    text = json.dumps(data, ensure_ascii=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return mark_safe(text)  # noqa: S308 escaped above


def _place(row: Service, week: list[Line]) -> dict[str, Any]:
    if "a-distance" in row.modes_accueil and "en-presentiel" not in row.modes_accueil:
        return {}
    return _filled(
        {
            "@type": "Place",
            "address": _filled(
                {
                    "@type": "PostalAddress",
                    "streetAddress": row.adresse,
                    "postalCode": row.code_postal,
                    "addressLocality": row.commune.nom if row.commune else row.nom_commune,
                    "addressCountry": "FR",
                }
            ),
            "geo": row.point
            and {"@type": "GeoCoordinates", "longitude": row.point.x, "latitude": row.point.y},
            "description": " ; ".join(f"{line.days} : {line.hours}" for line in week),
        }
    )


def _filled(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if value not in (None, "", [], {})}
