from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _

from maillage.core.hours import LONGEST
from maillage.offers.models.service import Service


class Permanence(models.Model):
    """Where and when a service receives people near home: recurring hours, with exceptions by day.

    `hours` are in opening_hours syntax; on French public holidays it is closed, but where `hours` name them (PH).
    """

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="permanences")
    place = models.CharField(_("lieu"), max_length=200)
    adresse = models.CharField(_("adresse"), max_length=300, blank=True)
    commune = models.ForeignKey(
        "territories.Commune", on_delete=models.PROTECT, related_name="+", verbose_name=_("commune")
    )
    point = models.PointField(srid=4326, null=True, blank=True)  # lon/lat
    hours = models.CharField(_("horaires"), max_length=LONGEST)
    by_appointment = models.BooleanField(_("sur rendez-vous"), default=False)
    starts_on = models.DateField(_("à partir du"), null=True, blank=True)
    ends_on = models.DateField(_("jusqu’au"), null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(hours=""), name="permanence_hours_given"),
            models.CheckConstraint(condition=~models.Q(place=""), name="permanence_place_given"),
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True)
                | models.Q(starts_on__isnull=True)
                | models.Q(ends_on__gte=models.F("starts_on")),
                name="permanence_days_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place} ({self.hours})"


class PermanenceException(models.Model):
    """One day on which a permanence is not as usual: closed (`hours` empty) or open at other hours (« 14:00-16:00 »)."""

    permanence = models.ForeignKey(Permanence, on_delete=models.CASCADE, related_name="exceptions")
    day = models.DateField(_("jour"))
    hours = models.CharField(_("heures ce jour-là"), max_length=100, blank=True)
    note = models.CharField(_("raison"), max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["permanence", "day"], name="permanenceexception_once_a_day"),
            models.CheckConstraint(
                condition=models.Q(hours__regex=r"^(\d{2}:\d{2}-\d{2}:\d{2}(,\d{2}:\d{2}-\d{2}:\d{2})*)?$"),
                name="permanenceexception_hours",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.hours or 'off'}"
