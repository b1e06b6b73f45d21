"""`/api/v1/initiatives`: the collaborative map as data, with the parameters of the list."""

from datetime import datetime
from typing import Annotated, Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from ninja import Query, Router
from ninja.security import django_auth

from maillage.core.errors import DomainError
from maillage.core.paging import aware, conditional, followed, settled_until
from maillage.core.problems import problem
from maillage.initiatives import access
from maillage.initiatives.actions import fiches
from maillage.initiatives.exports.records import record
from maillage.initiatives.forms.change import errors_by_member, form_of_change
from maillage.initiatives.queries.fiche import fiche_by_key
from maillage.initiatives.queries.search import PUBLIC_STATUSES, Criteria, exported
from maillage.initiatives.queries.values import Values, three_way, values_of, version_values
from maillage.initiatives.queries.withdrawn import AT_ONCE, withdrawn
from maillage.initiatives.schemas import (
    Change,
    Conflicting,
    Filters,
    Problem,
    Record,
    Records,
    Refused,
    WithdrawnList,
)

router = Router(tags=["initiatives"])


class Withdrawn(DomainError):
    """The initiative was public and no longer is."""

    status = 410


@router.get(
    "", response={200: Records, 400: Problem, 422: Problem}, summary="Chercher ou suivre les initiatives"
)
def initiatives(
    request: HttpRequest,
    filters: Query[Filters],
    updated_since: Annotated[datetime | None, Query(description="Modifiées à cet instant ou après")] = None,
    cursor: Annotated[str, Query(max_length=300, description="next_cursor de la réponse précédente")] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> HttpResponse:
    """Les initiatives publiques qui répondent aux filtres, de la plus anciennement modifiée à la plus récente :
    une initiative modifiée pendant la lecture revient, aucune n’est sautée. Pour suivre, redemandez plus tard
    `updated_since` = le `settled_until` de la première réponse : ce qui était en train de s’écrire y sera."""
    rows = exported(Criteria.from_query(request.GET))
    return followed(request, rows, record, since=updated_since, cursor=cursor, limit=limit)


@router.get("/withdrawn", response={200: WithdrawnList, 422: Problem}, summary="Initiatives retirées")
def withdrawn_since(
    request: HttpRequest,
    since: Annotated[datetime | None, Query(description="Retirées à cet instant ou après")] = None,
) -> HttpResponse:
    """Ce qu’un miroir doit effacer : archivées, supprimées, fusionnées (`merged_into` dit avec laquelle). Redemandez
    plus tard `since` = `settled_until`."""
    settled = settled_until()
    found = withdrawn(aware(since) if since else None, limit=AT_ONCE + 1)
    items = [
        {
            "id": gone.id,
            "withdrawn_at": gone.withdrawn_at.isoformat(),
            "merged_into": gone.merged_into,
        }
        for gone in found[:AT_ONCE]
    ]
    return _json({"items": items, "more": len(found) > AT_ONCE, "settled_until": settled.isoformat()})


@router.get("/{int:key}", response={200: Record, 404: Problem, 410: Problem}, summary="Une initiative")
def initiative(request: HttpRequest, key: int) -> HttpResponse:
    """Une initiative publique ; 410 quand elle a été retirée."""
    row = fiche_by_key(key)
    if row is None or row.status not in PUBLIC_STATUSES:
        if withdrawn(key=key):
            raise Withdrawn(_("Cette initiative a été retirée."))
        raise Http404
    found = row
    return conditional(request, (found.pk, found.version), lambda: _json(record(found)))


@router.patch(
    "/{int:key}",
    auth=django_auth,
    response={200: Record, 401: Problem, 403: Problem, 404: Problem, 409: Conflicting, 422: Refused},
    summary="Modifier une initiative",
)
def change_initiative(request: HttpRequest, key: int, change: Change) -> HttpResponse:
    """Changer une partie d’une initiative, pour qui peut modifier sa fiche. Les règles sont celles du formulaire ; la
    réponse est l’initiative avec son nouveau numéro de version. 409 : quelqu’un a enregistré entre-temps."""
    row = access.initiative_to_edit(request.user, key=key)
    base = version_values(row.pk, change.version) or values_of(row)
    form = form_of_change(change.dict(exclude_unset=True, exclude={"version"}), base)
    if not form.is_valid():
        errors = errors_by_member(form)
        named = " ; ".join(f"{found['field']} : {found['reason']}" for found in errors)
        return problem(422, _("Demande à corriger. %(errors)s") % {"errors": named}, errors=errors)
    try:
        fiches.save_initiative(initiative_id=row.pk, version=change.version, values=form.values)
    except fiches.EditConflict as conflict:
        return _conflict(conflict, base, form.values)
    saved = fiche_by_key(row.pk)
    assert saved is not None, "it was just saved, in this transaction"
    return _json(record(saved))


def _conflict(conflict: fiches.EditConflict, base: Values, yours: Values) -> HttpResponse:
    way = three_way(base, yours, values_of(conflict.current))
    differences = [
        {"field": one.name, "label": one.label, "base": one.base, "yours": one.yours, "theirs": one.theirs}
        for one in way.choices
    ] + [
        {"field": one.name, "label": one.label, "base": one.before, "yours": one.before, "theirs": one.after}
        for one in way.kept_theirs
    ]
    return problem(409, str(conflict), version=conflict.current.version, differences=differences)


def _json(data: dict[str, Any]) -> HttpResponse:
    return JsonResponse(data, json_dumps_params={"ensure_ascii": False})
