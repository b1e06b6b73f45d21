"""Addresses for finding and reading: list, fiche, exports, embed. `<slug>` comes last."""

from django.urls import URLPattern, URLResolver, path

from maillage.initiatives.views import embed, exports, fiche, find

urlpatterns: list[URLPattern | URLResolver] = [
    path("initiatives/", find.initiatives, name="list"),
    path("initiatives/atom.xml", exports.atom, name="atom"),
    path("initiatives/export.<slug:extension>", exports.export, name="export"),
    path("oembed", embed.oembed, name="oembed"),
    path("initiatives/<slug:slug>.pdf", fiche.sheet, name="sheet"),
    path("initiatives/<slug:slug>/", fiche.page, name="fiche"),
    path("initiatives/<slug:slug>/historique/", fiche.history, name="history"),
]
