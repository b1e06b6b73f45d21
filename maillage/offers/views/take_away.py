"""An answer of the finder to take away: a sheet of paper, a mail to oneself."""

from hashlib import sha256

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import get_script_prefix
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from maillage.core.ratelimit import client_address, limit, limited
from maillage.offers import criteria
from maillage.offers.actions.finder import mail_answer
from maillage.offers.finder_page import address, chips, rounded
from maillage.offers.forms.finder import MailForm
from maillage.offers.queries.finder import find, whereabouts

KEPT_S = 300


@login_not_required
@require_safe
@limited(times=60, per_seconds=3600)
def sheet(request: HttpRequest) -> HttpResponse:
    """`/trouver/emporter.pdf`: one page to print. Raises WrongCriteria."""
    situation = rounded(criteria.read(request.GET))
    # its QR code keeps the banner
    asked = get_script_prefix() + criteria.query_string(situation)
    key = f"offers.sheet:{sha256(asked.encode()).hexdigest()}"
    document = cache.get(key)
    if document is None:
        from maillage.offers.sheet import sheet_of  # slow import

        document = sheet_of(find(situation, at=timezone.now()))
        cache.set(key, document, KEPT_S)
    response = HttpResponse(document, content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="premier-contact.pdf"'
    return response


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def mail(request: HttpRequest) -> HttpResponse:
    """`/trouver/par-e-mail/`: the answer to the question of the address, sent to oneself. Raises WrongCriteria, TooMany."""
    situation = rounded(criteria.read(request.GET))
    form = MailForm(request.POST or None)
    sent = request.method == "POST" and form.is_valid()
    if sent:
        to = form.cleaned_data["email"].lower()
        limit("finder-mail", client_address(request), times=10, per_seconds=3600)
        limit("finder-mail-to", to, times=5, per_seconds=3600)
        if not form.is_trapped:
            mail_answer(situation, to=to, at=timezone.now())
    context = {
        "form": form,
        "sent": sent,
        "back": address(situation),
        "chips": chips(situation, whereabouts(situation)),
    }
    return render(request, "offers/mail.html", context, status=422 if form.errors else 200)
