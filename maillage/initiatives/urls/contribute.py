"""Addresses for taking part: propose, correct, edit, moderate, follow."""

from django.urls import URLPattern, URLResolver, path

from maillage.initiatives.views import (
    carried,
    drafts,
    edit,
    following,
    freshness,
    importing,
    media,
    moderation,
    propose,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("initiatives/proposer/", propose.propose, name="propose"),
    path("initiatives/proposer/envoyee/", propose.proposal_sent, name="proposal-sent"),
    path("initiatives/proposer/preuve/<uuid:key>/", propose.prove, name="prove"),
    path("initiatives/corriger/<str:token>/", propose.correct_by_link, name="correct-by-link"),
    path("initiatives/<slug:slug>/corriger/", propose.correct, name="correct"),
    path("initiatives/<slug:slug>/modifier/", edit.edit, name="edit"),
    path("initiatives/<slug:slug>/modifier/fichiers/", edit.files, name="files"),
    path("initiatives/<slug:slug>/position/", edit.position, name="position"),
    path("initiatives/<slug:slug>/confirmer/", edit.confirm, name="confirm"),
    path("initiatives/<slug:slug>/versions/", moderation.versions, name="versions"),
    path("initiatives/<slug:slug>/fusionner/", moderation.merge, name="merge"),
    path("initiatives/<slug:slug>/supprimer/", moderation.delete, name="delete"),
    path("fiche/<str:what>/<str:token>/", freshness.answer, name="freshness"),
    path("suivre/", following.follow, name="follow"),
    path("suivre/<uuid:key>/", following.prove, name="follow-prove"),
    path("suivre/<uuid:key>/arreter/", following.stop, name="follow-stop-by-key"),
    path("suivre/arreter/<str:token>/", following.stop, name="follow-stop"),
    path("structures/<slug:slug>/initiatives/", carried.carried, name="carried"),
    path("espace/importer/", importing.send, name="import"),
    path("espace/importer/<uuid:key>/", importing.file, name="import-file"),
    path("espace/importer/<uuid:key>/importer/", importing.confirm, name="import-confirm"),
    path("espace/importer/<uuid:key>/rapport.csv", importing.report, name="import-report"),
    path("espace/moderation/", moderation.queue, name="moderation"),
    path("espace/moderation/brouillons/", drafts.drafts, name="drafts"),
    path("espace/moderation/supprimees/", moderation.deleted, name="deleted"),
    path("espace/moderation/version/<int:event_id>/restaurer/", moderation.restore, name="restore"),
    path("espace/moderation/photo/<int:photo_id>/", moderation.photo, name="moderate-photo"),
    path("espace/moderation/<int:proposal_id>/", moderation.proposal, name="moderate"),
    path("espace/propositions/<int:proposal_id>/", propose.own, name="proposal"),
    path("media/<path:path>", media.media, name="media"),
]
