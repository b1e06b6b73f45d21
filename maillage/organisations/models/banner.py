from typing import Any

import pghistory
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from maillage.core.hours import LONGEST
from maillage.organisations.colours import Palette

SITE = Palette()


def zone_kind(code: str) -> str:
    """What a code of `Banner.zones` is of: "qpv", "commune" or "epci"."""
    if code[:2] in {"QP", "QN", "EX"}:
        return "qpv"
    return "commune" if len(code) == 5 else "epci"


def _colour(label: Any, default: str) -> models.CharField:
    return models.CharField(label, max_length=7, default=default)


@pghistory.track(
    pghistory.UpdateEvent("before_update", row=pghistory.Old),
    pghistory.DeleteEvent("before_delete", row=pghistory.Old),
    exclude=["logo"],
    model_name="BannerEvent",
    append_only=True,
)
class Banner(models.Model):
    """The single banner of a territory (« bannière unique »): one name, one door, one number to call.

    `zones` are codes of EPCI, communes and QPV; two published banners share none. The colours read at 4.5 or more on
    every paper of the site: the database refuses others. `version` is raised by a trigger.
    """

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(_("nom"), max_length=80)
    motto = models.CharField(_("en une phrase"), max_length=200, blank=True)
    welcome = models.TextField(_("texte d’accueil"), max_length=5000, blank=True)  # Markdown
    legal = models.TextField(_("mentions légales"), max_length=20_000, blank=True)  # Markdown
    zones = ArrayField(
        models.CharField(max_length=10), verbose_name=_("territoire"), default=list, blank=True
    )
    # what the zones come to, written with them (actions.banners): « Nantes Métropole », its middle (degrees), its reach
    territory_name = models.CharField(_("nom du territoire"), max_length=120, blank=True)
    lon = models.FloatField(null=True, editable=False)
    lat = models.FloatField(null=True, editable=False)
    radius_km = models.PositiveSmallIntegerField(null=True, editable=False)
    host = models.CharField(_("nom de domaine"), max_length=253, blank=True)

    logo = models.ImageField(upload_to="logos/%Y/", blank=True)
    canal = _colour(_("couleur des liens et des boutons"), SITE.canal)
    brick = _colour(_("couleur de l’appel à l’action"), SITE.brick)
    canal_dark = _colour(_("couleur des liens, sur fond sombre"), SITE.canal_dark)
    brick_dark = _colour(_("couleur de l’appel à l’action, sur fond sombre"), SITE.brick_dark)

    telephone = models.CharField(_("téléphone"), max_length=20, blank=True)
    courriel = models.EmailField(_("adresse e-mail"), blank=True)
    hours = models.CharField(_("heures d’appel"), max_length=LONGEST, blank=True)
    carrier = models.ForeignKey(
        "organisations.Organisation",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="banners",
        verbose_name=_("portée par"),
    )
    partners = models.ManyToManyField(
        "organisations.Organisation", related_name="+", blank=True, verbose_name=_("partenaires")
    )

    is_published = models.BooleanField(_("visible du public"), default=False)
    is_example = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)  # set by a trigger
    version = models.PositiveIntegerField(default=1, editable=False)  # raised by a trigger

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["host"], condition=~Q(host=""), name="banner_host_once"),
            models.CheckConstraint(
                condition=Q(host="") | Q(host__regex=r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$"), name="banner_host"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="banner_name_given"),
            models.CheckConstraint(
                condition=Q(is_published=False) | Q(zones__len__gt=0), name="banner_published_somewhere"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def place_query(self) -> str:
        """The parameters of an address that keep a list or a map to the territory; "" when it has none yet."""
        if len(self.zones) == 1:
            return f"{zone_kind(self.zones[0])}={self.zones[0]}"
        if self.lon is None:
            return ""
        return f"lon={self.lon:.3f}&lat={self.lat:.3f}&rayon={self.radius_km}"

    @property
    def list_query(self) -> str:
        """The parameters of the lists that know zones rather than circles: services, structures."""
        return self.place_query if len(self.zones) == 1 else f"territoire={self.slug}"

    @property
    def palette(self) -> Palette:
        return Palette(self.canal, self.brick, self.canal_dark, self.brick_dark)


BannerEvent = Banner.pgh_event_model  # type: ignore[attr-defined]


class Duty(models.Model):
    """Who answers the calls of a banner over some days (the last one excluded).

    The first rank is on duty; the others stand in, in that order. One person a rank at any time, one rank a person.
    """

    banner = models.ForeignKey(Banner, on_delete=models.CASCADE, related_name="duties")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="duties")
    period = DateRangeField(_("jours"))
    rank = models.PositiveSmallIntegerField(_("rang"), default=1)

    class Meta:
        ordering = ["period", "rank", "pk"]
        constraints = [
            ExclusionConstraint(
                name="duty_one_person_at_a_time",
                expressions=[
                    ("banner", RangeOperators.EQUAL),
                    ("rank", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
            ),
            ExclusionConstraint(
                name="duty_one_rank_each",
                expressions=[
                    ("banner", RangeOperators.EQUAL),
                    ("user", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(condition=Q(rank__range=(1, 9)), name="duty_rank"),
            models.CheckConstraint(
                condition=Q(period__isempty=False, period__lower_inf=False, period__upper_inf=False),
                name="duty_days",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.banner_id}:{self.user_id} {self.period}"
