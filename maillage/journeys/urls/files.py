"""Addresses of the people whom one follows, and of what is in their files."""

from django.urls import URLPattern, URLResolver, path

from maillage.journeys.views import appointments, documents, files, rows

FILE = "espace/personnes/<int:person_id>/"
urlpatterns: list[URLPattern | URLResolver] = [
    path("espace/personnes/", files.people_list, name="people"),
    path(FILE, files.file, name="file"),
    path(f"{FILE}projet/", rows.phase, name="file-phase"),
    path(f"{FILE}contact/", rows.referent, name="file-referent"),
    path(f"{FILE}etapes/", rows.add_step, name="step-add"),
    path(f"{FILE}etapes/<int:step_id>/", rows.step, name="step"),
    path(f"{FILE}freins/", rows.add_brake, name="brake-add"),
    path(f"{FILE}freins/<int:brake_id>/lever/", rows.lift_brake, name="brake-lift"),
    path(f"{FILE}notes/", rows.add_note, name="note-add"),
    path(f"{FILE}notes/<int:note_id>/", rows.note, name="note"),
    path(f"{FILE}retirer/<str:kind>/<int:pk>/", rows.remove, name="row-remove"),
    path(f"{FILE}documents/", documents.add, name="document-add"),
    path(f"{FILE}documents/<int:document_id>/", documents.document, name="document"),
    path(f"{FILE}documents/<int:document_id>/supprimer/", documents.remove, name="document-remove"),
    path(f"{FILE}rendez-vous/", appointments.add, name="appointment-add"),
    path(f"{FILE}rendez-vous/<int:appointment_id>/", appointments.appointment, name="appointment"),
    path(f"{FILE}rendez-vous/<int:appointment_id>/issue/", appointments.end, name="appointment-end"),
]
