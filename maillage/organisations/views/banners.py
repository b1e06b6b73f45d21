"""Banners: what each shows of its own, and how its animators run it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.core.errors import DomainError
from maillage.core.markdown import as_html
from maillage.core.phones import readable_phone
from maillage.organisations import access
from maillage.organisations.actions import banners as actions
from maillage.organisations.banners import banner_of
from maillage.organisations.colours import stylesheet
from maillage.organisations.forms.banners import BannerForm, DutyForm
from maillage.organisations.forms.fields import LogoForm
from maillage.organisations.models import Banner
from maillage.organisations.queries.banners import duty_of, names_on_rota, partners_of, rota_from
from maillage.organisations.queries.versions import changes_since


@login_not_required
@require_safe
def colours(request: HttpRequest) -> HttpResponse:
    """The banner's colours, as a stylesheet: pages hold no style of their own. Its address carries the version."""
    banner = banner_of(request)
    if banner is None:
        raise Http404
    response = HttpResponse(stylesheet(banner.palette), content_type="text/css; charset=utf-8")
    response["Cache-Control"] = "public, max-age=31536000, immutable" if "v" in request.GET else "no-cache"
    return response


@login_not_required
@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """Who receives people under this banner: contacts, territory, partners, legal notice."""
    banner = banner_of(request)
    if banner is None:
        raise Http404
    context = {
        "banner": banner,
        "phone_said": readable_phone(banner.telephone),
        "welcome": as_html(banner.welcome),
        "legal": as_html(banner.legal),
        "partners": partners_of(banner),
    }
    return render(request, "organisations/banner.html", context)


@never_cache
@require_safe
def workspace(request: HttpRequest) -> HttpResponse:
    """The banners that one runs."""
    user = access.who_opens_banners(request.user)
    return render(request, "organisations/banners.html", {"banners": access.banners_to_run(user)})


@never_cache
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Open a banner over a territory that one animates."""
    user = access.who_opens_banners(request.user)
    form = BannerForm(request.POST or None, user=user, banner=Banner())
    if request.method == "POST" and form.is_valid():
        try:
            row = actions.open_banner(values=form.values)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Bannière enregistrée."))
            return redirect("organisations:banner-edit", slug=row.slug)
    return _form_page(request, form, None)


@never_cache
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Change a banner; saving over somebody else's save answers 409 and says what they changed."""
    row = access.banner_to_run(request.user, slug)
    user = access.who_opens_banners(request.user)
    form = BannerForm(request.POST or None, user=user, banner=row)
    if request.method == "POST" and form.is_valid():
        version = int(sent) if (sent := request.POST.get("version", "")).isdecimal() else 0
        try:
            actions.change_banner(banner_id=row.pk, version=version, values=form.values)
        except actions.BannerConflict as conflict:
            row.refresh_from_db()
            form.add_error(None, str(conflict))
            return _form_page(request, form, row, status=409, changed=changes_since(row, version))
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Bannière enregistrée."))
            return redirect("organisations:banner-edit", slug=row.slug)
    return _form_page(request, form, row)


def _form_page(
    request: HttpRequest, form: BannerForm, row: Banner | None, *, status: int = 0, **context: Any
) -> HttpResponse:
    context |= {"form": form, "banner_row": row, "logo_form": LogoForm()}
    return render(
        request, "organisations/banner_edit.html", context, status=status or (422 if form.errors else 200)
    )


@require_POST
def logo(request: HttpRequest, slug: str) -> HttpResponse:
    """Put a logo on a banner, or take it off."""
    row = access.banner_to_run(request.user, slug)
    if "remove" in request.POST:
        actions.change_logo(banner=row, logo=None)
        messages.success(request, _("Logo retiré."))
        return redirect("organisations:banner-edit", slug=slug)
    form = LogoForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, " ".join(str(said) for said in form.errors["logo"]))
    else:
        actions.change_logo(banner=row, logo=form.encoded)
        messages.success(request, _("Logo enregistré."))
    return redirect("organisations:banner-edit", slug=slug)


@never_cache
@require_http_methods(["GET", "POST"])
def rota(request: HttpRequest, slug: str) -> HttpResponse:
    """Who answers the calls, week by week."""
    row = access.banner_to_run(request.user, slug)
    form = DutyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.put_on_duty(banner=row, **form.cleaned_data)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("L’astreinte est enregistrée."))
            return redirect("organisations:banner-rota", slug=slug)
    duties = rota_from(row, timezone.localdate())
    names = names_on_rota(duties)
    context = {
        "banner_row": row,
        "form": form,
        "duties": [(duty, names.get(duty.user_id, "")) for duty in duties],
    }
    return render(request, "organisations/rota.html", context, status=422 if form.errors else 200)


@require_POST
def end_duty(request: HttpRequest, slug: str, duty_id: int) -> HttpResponse:
    """Take a line off the rota."""
    row = access.banner_to_run(request.user, slug)
    duty = duty_of(row, duty_id)
    if duty is None:
        raise Http404
    actions.end_duty(duty=duty)
    messages.success(request, _("Ligne retirée de l’astreinte."))
    return redirect("organisations:banner-rota", slug=slug)
