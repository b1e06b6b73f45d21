"""Addresses for finding and reading: list, fiche, exports, embed. `<slug>` comes last."""

from django.urls import URLPattern, URLResolver, path

from maillage.initiatives.views import embed, exports, fiche, find, ogc

urlpatterns: list[URLPattern | URLResolver] = [
    path("initiatives/", find.initiatives, name="list"),
    path("initiatives/atom.xml", exports.atom, name="atom"),
    path("initiatives/export.<slug:extension>", exports.export, name="export"),
    path("api/ogc", ogc.landing),
    path("api/ogc/", ogc.landing, name="ogc"),
    path("api/ogc/api", ogc.api_description),
    path("api/ogc/conformance", ogc.conformance),
    path("api/ogc/collections", ogc.collections),
    path("api/ogc/collections/initiatives", ogc.collection),
    path("api/ogc/collections/initiatives/items", ogc.items),
    path("api/ogc/collections/initiatives/items/<str:key>", ogc.item),
    path("integrer/", embed.builder, name="embed-builder"),
    path("integrer/carte/", embed.embedded_map, name="embed"),
    path("oembed", embed.oembed, name="oembed"),
    path("initiatives/<slug:slug>.pdf", fiche.sheet, name="sheet"),
    path("initiatives/<slug:slug>/", fiche.page, name="fiche"),
    path("initiatives/<slug:slug>/historique/", fiche.history, name="history"),
]
