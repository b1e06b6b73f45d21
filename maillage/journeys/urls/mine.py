"""Addresses of « Mon parcours »: nothing in them says of whom."""

from django.urls import URLPattern, URLResolver, path

from maillage.journeys.views import mine

urlpatterns: list[URLPattern | URLResolver] = [
    path("mon-parcours/", mine.home, name="mine"),
    path("mon-parcours/code/", mine.code, name="mine-code"),
    path("mon-parcours/quitter/", mine.leave, name="mine-leave"),
    path("mon-parcours/lectures/", mine.readers, name="mine-readers"),
    path("mon-parcours/accords/", mine.agreements, name="mine-agreements"),
    path("mon-parcours/mes-donnees/", mine.details, name="mine-details"),
    path("mon-parcours/me-joindre/", mine.reach, name="mine-reach"),
    path("mon-parcours/mon-parcours.json", mine.take_json, name="mine-json"),
    path("mon-parcours/mon-parcours.pdf", mine.take_pdf, name="mine-pdf"),
    path("mon-parcours/documents/<int:document_id>/", mine.document, name="mine-document"),
    path("mon-parcours/effacer/", mine.erase, name="mine-erase"),
]
