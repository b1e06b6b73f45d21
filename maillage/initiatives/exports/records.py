"""One initiative as data: the shape of the API and of GeoJSON, and the flat row of tables."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from maillage.initiatives.models import Initiative, Phase, Public


def record(row: Initiative) -> dict[str, Any]:
    """The fields of the API; codes rather than labels, dates in ISO 8601, `lon`, `lat` in degrees.

    Reads loaded relations only: select commune, carrier, qpv, departement and region with the row.
    """
    return {
        "id": row.pk,
        "slug": row.slug,
        "url": address(row),
        "titre": row.title,
        "resume": row.summary,
        "description": row.body,
        "themes": row.themes,
        "publics": row.publics,
        "phases": row.phases,
        "portee_par": row.carrier
        and {"nom": row.carrier.name, "siret": row.carrier.siret, "site": row.carrier.website},
        "partenaires": row.partners,
        "lieu": {
            "precision": row.scope,
            "lon": row.point and row.point.x,
            "lat": row.point and row.point.y,
            "adresse": row.address,
            "commune": row.commune and {"code": row.commune.code, "nom": row.commune.nom},
            "qpv": row.qpv and {"code": row.qpv.code, "nom": row.qpv.nom, "generation": row.qpv.generation},
            "departement": row.departement and {"code": row.departement.code, "nom": row.departement.nom},
            "region": row.region and {"code": row.region.code, "nom": row.region.nom},
        },
        "debut": row.starts_on and row.starts_on.isoformat(),
        "fin": row.ends_on and row.ends_on.isoformat(),
        "contact": {
            "nom": row.contact_name,
            "courriel": row.contact_email,
            "telephone": row.contact_phone,
        },
        "liens": [
            {"url": link["url"], "libelle": link.get("label", "")}
            for link in row.links
            if isinstance(link, dict) and link.get("url")
        ],
        "source": {"nom": row.source_name, "url": row.source_url},
        "auteur": row.author_name,
        "licence": row.licence,
        "exemple": row.is_example,
        "etat": row.status,
        "confirmee_le": row.confirmed_on and row.confirmed_on.isoformat(),
        "publiee_le": row.published_at and row.published_at.isoformat(),
        "modifiee_le": row.updated_at.isoformat(),
        "version": row.version,
    }


def marked_title(row: Initiative) -> str:
    """The title where nothing else says that the initiative is invented."""
    return _("%(title)s (exemple)") % {"title": row.title} if row.is_example else row.title


def address(row: Initiative) -> str:
    """The absolute address of the fiche."""
    return settings.BASE_URL + reverse("initiatives:fiche", args=[row.slug])


@dataclass(frozen=True, slots=True)
class Columns:
    """The headers of tables, in French, and how a row fills them. Lists are joined by « ; », dates in ISO 8601."""

    themes: dict[str, str]

    @property
    def headers(self) -> list[str]:
        return [
            _("Identifiant"),
            _("Titre"),
            _("Résumé"),
            _("Description"),
            _("Thèmes"),
            _("Publics"),
            _("Phases"),
            _("Portée par"),
            _("SIRET"),
            _("Partenaires"),
            _("Précision du lieu"),
            _("Adresse"),
            _("Commune"),
            _("Code Insee"),
            _("QPV"),
            _("Code QPV"),
            _("Département"),
            _("Région"),
            _("Longitude"),
            _("Latitude"),
            _("Début"),
            _("Fin"),
            _("Contact"),
            _("Courriel"),
            _("Téléphone"),
            _("Liens"),
            _("Source"),
            _("Adresse de la source"),
            _("Auteur"),
            _("Licence"),
            _("Exemple"),
            _("Confirmée le"),
            _("Modifiée le"),
            _("Fiche"),
        ]

    def cells(self, row: Initiative) -> list[Any]:
        """One cell a header: text, number or empty."""
        return [
            row.slug,
            row.title,
            row.summary,
            row.body,
            self._joined(self.themes.get(code, code) for code in row.themes),
            self._joined(str(Public(code).label) for code in row.publics if code in Public.values),
            self._joined(str(Phase(code).label) for code in row.phases if code in Phase.values),
            row.carrier.name if row.carrier else "",
            row.carrier.siret if row.carrier else "",
            self._joined(row.partners),
            str(row.get_scope_display()),
            row.address,
            row.commune.nom if row.commune else "",
            row.commune.code if row.commune else "",
            row.qpv.nom if row.qpv else "",
            row.qpv.code if row.qpv else "",
            row.departement.code if row.departement else "",
            row.region.code if row.region else "",
            row.point.x if row.point else None,
            row.point.y if row.point else None,
            row.starts_on and row.starts_on.isoformat(),
            row.ends_on and row.ends_on.isoformat(),
            row.contact_name,
            row.contact_email,
            row.contact_phone,
            self._joined(
                f"{link.get('label', '')} {link['url']}".strip()
                for link in row.links
                if isinstance(link, dict) and link.get("url")
            ),
            row.source_name,
            row.source_url,
            row.author_name,
            row.licence,
            _("oui") if row.is_example else "",
            row.confirmed_on and row.confirmed_on.isoformat(),
            row.updated_at.isoformat(),
            address(row),
        ]

    @staticmethod
    def _joined(values: Iterable[str]) -> str:
        return " ; ".join(values)
