"""`/espace/coordination/`: the structures to telephone, and what to propose next."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.journeys import access
from maillage.journeys.actions.coordination import note_call
from maillage.journeys.actions.links import revoke_links
from maillage.journeys.actions.referrals import accept_referral, pass_on_referral
from maillage.journeys.forms.answers import PassOnForm
from maillage.journeys.queries.coordination import referral_to_coordinate, structures_to_call
from maillage.journeys.queries.next_offer import next_offers
from maillage.organisations.access import who_answers_calls


@require_safe
def to_call(request: HttpRequest) -> HttpResponse:
    """By structure, the oldest silence first."""
    user = who_answers_calls(request.user)
    context = {"structures": structures_to_call(user.pk), "now": timezone.now()}
    return render(request, "journeys/coordination/list.html", context)


@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, referral_id: int) -> HttpResponse:
    """One silence: `what` is called, accepted (by telephone) or pass-on."""
    user, now = who_answers_calls(request.user), timezone.now()
    row = referral_to_coordinate(user.pk, referral_id)
    if row is None:
        raise Http404
    what = request.POST.get("what", "")
    if what == "called":
        note_call(referral_id=row.pk, by=user.pk, at=now)
        messages.success(request, _("C’est noté. Sans réponse dans deux jours ouvrés, proposez autre chose."))
        return redirect("journeys:coordination")
    if what == "accepted":
        accept_referral(referral_id=row.pk, by=user.pk, at=now)
        messages.success(request, _("C’est noté : la structure prend contact avec la personne."))
        return redirect("journeys:coordination")
    offers = next_offers(row, at=now)
    choices = [(one.service_id, f"{one.structure} : {one.service}") for one in offers]
    form = PassOnForm(request.POST if what == "pass-on" else None, offers=choices)
    if what == "pass-on" and form.is_valid():
        offer = next(one for one in offers if one.service_id == form.cleaned_data["offer"])
        new = pass_on_referral(
            referral_id=row.pk,
            to_organisation_id=offer.organisation_id,
            service_id=offer.service_id,
            by=user.pk,
            at=now,
        )
        messages.success(request, _passed_on(offer.structure, is_sent=new.sent_at is not None))
        return redirect("journeys:coordination")
    context = {"referral": row, "offers": offers, "form": form}
    return render(request, "journeys/coordination/one.html", context, status=422 if form.errors else 200)


@require_POST
def revoke(request: HttpRequest, referral_id: int) -> HttpResponse:
    """Take back the links of a referral that one may read; the rest is as before."""
    row = access.referral_to_read(request.user, referral_id)
    revoke_links(referral_id=row.pk, at=timezone.now())
    messages.success(request, _("Les liens envoyés ne servent plus."))
    return redirect("journeys:referral", row.pk)


def _passed_on(structure: str, *, is_sent: bool) -> str:
    words = (
        _("L’orientation est partie vers « %(structure)s ».")
        if is_sent
        else _("L’orientation vers « %(structure)s » est prête : elle partira avec l’accord de la personne.")
    )
    return words % {"structure": structure}
