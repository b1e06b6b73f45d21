"""The inbox of referrals, and what is done to several at once."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from maillage.core.errors import DomainError
from maillage.core.ratelimit import limit
from maillage.journeys import access
from maillage.journeys.actions import referrals as actions
from maillage.journeys.models import Urgency
from maillage.journeys.queries import inbox as queries

AT_ONCE = 50


@never_cache
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """The referrals of a tab (`vue`), with its filters, 30 a page (`apres`, a cursor)."""
    user, now = access.who_has_an_inbox(request.user), timezone.now()
    desk, choice = queries.desk_of(user.pk), queries.Choice.from_query(request.GET)
    page = queries.inbox(desk, choice, at=now, cursor=request.GET.get("apres", "")[:300])
    context = {
        "page": page,
        "choice": choice,
        "desk": desk,
        "tabs": _tabs(desk, choice, now),
        "here": choice.address(),
        "plain": queries.Choice(choice.tab).address(),
        "states": queries.open_states(),
        "urgencies": Urgency.choices,
        "continued": "apres" in request.GET,
    }
    return render(request, "journeys/referrals/inbox.html", context)


def _tabs(desk: queries.Desk, choice: queries.Choice, now: Any) -> list[tuple[str, str, bool, str]]:
    """(words, address, whether it is shown, count) of each tab; structures' tabs only for their members."""
    counts = {"aujourdhui": queries.count_to_do(desk, at=now)}
    if desk.structures:
        counts["structure"] = queries.count_received(desk)
    shown = [tab for tab in queries.TABS if desk.structures or tab not in {"structure", "envoyees"}]
    return [
        (
            str(queries.TABS[tab]),
            queries.Choice(tab).address(),
            tab == choice.tab,
            ("99+" if counts[tab] >= queries.MANY else str(counts[tab])) if counts.get(tab) else "",
        )
        for tab in shown
    ]


@never_cache
@require_POST
def together(request: HttpRequest) -> HttpResponse:
    """Do one gesture (accept, receive, postpone) to each referral ticked (`choisie`, « number:version »)."""
    user, now = access.who_has_an_inbox(request.user), timezone.now()
    limit("referrals-together", user.pk, times=120, per_seconds=3600)
    days = request.POST.get("jours", "")
    gestures: dict[str, Callable[[int, int], object]] = {
        "accept": lambda number, _version: actions.accept_referral(referral_id=number, by=user.pk, at=now),
        "receive": lambda number, version: actions.receive_referral(
            referral_id=number, version=version, by=user.pk, at=now
        ),
        "postpone": lambda number, _version: actions.postpone_referral(
            referral_id=number,
            days=int(days) if days.isdecimal() and len(days) < 3 else 0,
            by=user.pk,
            at=now,
        ),
    }
    what, chosen = request.POST.get("what", ""), request.POST.getlist("choisie")[:AT_ONCE]
    if what not in gestures or not chosen:
        messages.warning(
            request, _("Cochez au moins une orientation, puis choisissez ce que vous en faites.")
        )
        return _back(request)
    done, refused = 0, []
    for pair in chosen:
        number, _colon, version = pair.partition(":")
        if not (number.isdecimal() and version.isdecimal() and len(pair) < 24):
            continue
        row = access.referral_to_read(request.user, int(number))
        if not access.may_move(request.user, row, what):
            refused.append(
                _("%(initials)s : ce n’est pas à votre structure de le faire.") % {"initials": row.initials}
            )
            continue
        try:
            gestures[what](int(number), int(version))
            done += 1
        except DomainError as error:
            refused.append(f"{row.initials} : {error}")
    if done:
        words = ngettext("%(n)s orientation mise à jour.", "%(n)s orientations mises à jour.", done)
        messages.success(request, words % {"n": done})
    for said in refused:
        messages.warning(request, said)
    return _back(request)


def _back(request: HttpRequest) -> HttpResponse:
    """The list from which the gesture came."""
    choice = queries.Choice.from_query(QueryDict(request.POST.get("liste", "")[:300].removeprefix("?")))
    return redirect(reverse("journeys:inbox") + choice.address())
