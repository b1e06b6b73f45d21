"""Every public page, from the URL conf: an address that takes a parameter gets one from the demo content."""

from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
from django.urls import URLPattern, URLResolver, get_resolver

# routes that answer machines, or only to a form: they have no page to look at
WITHOUT_PAGE = (
    "api/", "tuiles/", "apparence/", "healthz", "readyz", "metrics", "compte/", "favicon.ico", "carte/grappes",
    "grappes", "oembed", "travaux/", "media/",
    # behind the secret of a mail: their own app tries them
    "initiatives/proposer/preuve/", "initiatives/corriger/", "fiche/", "structures/invitation/", "structures/demande/", "suivre/",
    "services/a-jour/", "services/signalement/", "reponse/", "accord/", "garder-mon-dossier/",
    # behind a code: without it, each is the entrance
    "mon-parcours/code/", "mon-parcours/documents/", "mon-parcours/quitter/", "mon-parcours/lectures/", "mon-parcours/accords/",
    "mon-parcours/mes-donnees/", "mon-parcours/me-joindre/", "mon-parcours/effacer/",
    # under a banner only: SEARCHES has it
    "qui-sommes-nous/",
)  # fmt: skip
MACHINE_ENDINGS = (
    ".xml", ".txt", ".json", ".geojson", ".csv", ".xlsx", ".umap", ".atom", ".pdf", ".webmanifest", ".gz", ".svg", ".png", ".jpg",
    ".webp", ".ics", ".kml", "<str:ext>", "<str:format>",
)  # fmt: skip

# the value of a parameter, by the beginning of its route and its name: one row of the demo content
SAMPLES = {
    (
        "initiatives/",
        "slug",
    ): "SELECT slug FROM initiatives_initiative WHERE status = 'published' AND slug LIKE 'bus-%' ORDER BY id LIMIT 1",
    (
        "trouver/contact/",
        "service_id",
    ): "SELECT id FROM offers_service WHERE status = 'published' ORDER BY id LIMIT 1",
    ("services/", "slug"): "SELECT slug FROM offers_service WHERE status = 'published' ORDER BY id LIMIT 1",
    ("structures/", "slug"): "SELECT slug FROM organisations_organisation ORDER BY id LIMIT 1",
    (
        "financements/",
        "slug",
    ): "SELECT slug FROM offers_financing WHERE status = 'published' ORDER BY id LIMIT 1",
    ("territoires/epci/", "code"): "SELECT epci_id FROM territories_commune WHERE code = '35238'",
    ("territoires/qpv/", "code"): "SELECT code FROM territories_qpv WHERE is_schematic ORDER BY code LIMIT 1",
    ("territoires/qpv/", "generation"): "SELECT 2024",
    ("territoires/", "code"): "SELECT '95268'",
    ("territoires/", "slug"): "SELECT '95268'",
    ("territoires/", "kind"): "SELECT 'commune'",
}

# searches worth a look of their own: nothing found, filters in force, a refused parameter
SEARCHES = {
    "list:nothing": "/initiatives/?q=zzzzqqqq",
    "list:filtered": "/initiatives/?lon=2.441&lat=48.970&rayon=30&phase=idee&public=jeunes",
    "list:page": "/initiatives/?page=2",
    "map:filtered": "/carte/?lon=2.441&lat=48.970&rayon=30&theme=lieux",
    "territories:found": "/territoires/?q=saint-denis",
    "territories:here": "/territoires/ou-suis-je/?lon=-1.66&lat=48.128",
    "territories:refused": "/territoires/ou-suis-je/?lon=48.85&lat=102.35",
    "services:found": "/services/?q=microcredit&departement=95",
    "services:nothing": "/services/?q=zzzzqqqq",
    "services:refused": "/services/?lieu=Xyzzyqwv",
    "aids:for-me": "/financements/?commune=95268&statut=demandeur-emploi&age=24&phase=creation&secteur=alimentation",
    "aids:refused": "/financements/?age=douze&adresse=Xyzzyqwv",
    "missing": "/nulle-part/",
    "sign-in": "/compte/connexion/",
    "banner:home": "/b/osez-entreprendre/",
    "banner:about": "/b/osez-entreprendre/qui-sommes-nous/",
    "banner:call-back": "/b/osez-entreprendre/rappel/",
    "banner:map": "/b/osez-entreprendre/carte/?epci=244400404",
    "structures:found": "/structures/?epci=244400404&nature=lieu",
    "structures:refused": "/structures/?lieu=Xyzzyqwv",
    "sign-up": "/compte/inscription/",
    "finder:answer": "/trouver/?commune=95268&phase=idee&besoin=garde-enfant",
    "finder:point": "/trouver/?lon=2.393&lat=48.964&phase=creation&age=24&statut=demandeur-emploi",
    "finder:all": "/trouver/tous/?commune=95268&phase=creation",
    "finder:questions": "/trouver/questions/?commune=95268&phase=idee&besoin=garde-enfant&age=24",
    "finder:unknown": "/trouver/?adresse=Xyzzyqwv&phase=idee",
    "finder:choices": "/trouver/?adresse=Saint-Denis",
    "finder:sea": "/trouver/?lon=-5.5&lat=47.1",
    "finder:mail": "/trouver/par-e-mail/?commune=95268&phase=idee",
}


@dataclass(frozen=True)
class Page:
    """A route of the URL conf, with the names of its parameters."""

    route: str
    parameters: tuple[str, ...]

    def address(self, database: psycopg.Connection) -> str:
        """The path to open; KeyError when no sample is known for a parameter."""
        path = "/" + self.route
        for name in self.parameters:
            query = next(
                sql for (start, key), sql in SAMPLES.items() if key == name and self.route.startswith(start)
            )
            row = database.execute(query).fetchone()
            assert row, f"the demo has no {name} for {self.route}"
            path = _with_value(path, name, str(row[0]))
        return path

    @property
    def is_known(self) -> bool:
        return all(
            any(key == name and self.route.startswith(start) for start, key in SAMPLES)
            for name in self.parameters
        )


def _with_value(path: str, name: str, value: str) -> str:
    before, _, rest = path.partition("<")
    inside, _, after = rest.partition(">")
    assert inside.rpartition(":")[2] == name
    return before + value + after


def public_pages() -> list[Page]:
    """The public routes that show a page."""
    found = []
    for route, pattern in _patterns(get_resolver().url_patterns, ""):
        if getattr(pattern.callback, "login_required", True) or "^" in route:
            continue
        if route.startswith(WITHOUT_PAGE) or route.endswith(MACHINE_ENDINGS) or "." in route:
            continue
        found.append(
            Page(route, tuple(part.partition(">")[0].rpartition(":")[2] for part in route.split("<")[1:]))
        )
    return found


def _patterns(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern.url_patterns, route)
        else:
            yield route, pattern
