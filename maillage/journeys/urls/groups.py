"""Addresses of groups and of their meetings."""

from django.urls import URLPattern, URLResolver, path

from maillage.journeys.views import groups

GROUP = "espace/groupes/<int:group_id>/"
urlpatterns: list[URLPattern | URLResolver] = [
    path("espace/groupes/", groups.groups, name="groups"),
    path("espace/groupes/nouveau/", groups.new, name="group-new"),
    path(GROUP, groups.group, name="group"),
    path(f"{GROUP}modifier/", groups.edit, name="group-edit"),
    path(f"{GROUP}membres/", groups.member, name="group-member"),
    path(f"{GROUP}seances/", groups.add_meeting, name="meeting-add"),
    path(f"{GROUP}seances/<int:meeting_id>/", groups.meeting, name="meeting"),
    path(f"{GROUP}seances/<int:meeting_id>/retirer/", groups.remove_meeting, name="meeting-remove"),
]
