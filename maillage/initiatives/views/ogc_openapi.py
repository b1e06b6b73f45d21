"""The OpenAPI 3.0 document of the OGC API."""

from typing import Any

from django.utils.translation import gettext as _

# our own parameters, beside those of the standard
FILTERS = ("q", "commune", "epci", "departement", "region", "qpv", "lon", "lat", "rayon", "zone", "theme",
           "public", "phase")  # fmt: skip


def openapi(server: str) -> dict[str, Any]:
    """The document, for the API whose address without its last slash is `server`."""

    def read(
        summary: str, content_type: str, *parameters: dict[str, Any], refusals: tuple[int, ...] = ()
    ) -> Any:
        problems = {
            str(status): {"description": _("Refus"), "content": {"application/problem+json": {}}}
            for status in refusals
        }
        return {
            "get": {
                "summary": summary,
                "parameters": list(parameters),
                "responses": {
                    "200": {
                        "description": summary,
                        "content": {content_type: {"schema": {"type": "object"}}},
                    },
                    **problems,
                },
            }
        }

    geojson, json = "application/geo+json", "application/json"
    key = {"name": "featureId", "in": "path", "required": True, "schema": {"type": "string"}}
    return {
        "openapi": "3.0.3",
        "info": {"title": "Maillage", "version": "1.0.0"},
        "servers": [{"url": server}],
        "paths": {
            "/": read(_("Accueil"), json),
            "/conformance": read(_("Classes de conformité"), json),
            "/collections": read(_("Collections"), json),
            "/collections/initiatives": read(_("La collection"), json),
            "/collections/initiatives/items": read(
                _("Les initiatives"), geojson, *_of_items(), refusals=(400,)
            ),
            "/collections/initiatives/items/{featureId}": read(
                _("Une initiative"), geojson, key, refusals=(404,)
            ),
        },
    }


def _of_items() -> list[dict[str, Any]]:
    numbers = {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}}
    whole = {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}
    known: list[dict[str, Any]] = [
        {"name": "bbox", "in": "query", "style": "form", "explode": False, "schema": numbers},
        {"name": "datetime", "in": "query", "schema": {"type": "string"}},
        {"name": "limit", "in": "query", "schema": whole},
        {"name": "offset", "in": "query", "schema": {"type": "integer", "minimum": 0}},
    ]
    ours: list[dict[str, Any]] = [
        {"name": name, "in": "query", "schema": {"type": "string"}} for name in FILTERS
    ]
    return known + ours
