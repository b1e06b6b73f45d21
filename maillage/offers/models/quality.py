from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from maillage.core.keys import Keyed
from maillage.offers.models.service import Service


class FindingKind(models.TextChoices):
    """What does not hold together in a service or a structure."""

    STALE = "stale", _("Pas confirmé depuis neuf mois")
    DUPLICATE = "duplicate", _("Ressemble à un autre service")
    HOURS = "hours", _("Horaires illisibles")
    DEAD_LINK = "dead-link", _("Lien qui ne répond plus")
    OUTSIDE = "point-outside", _("Position hors de France")
    ELSEWHERE = "point-elsewhere", _("Position loin de la commune")
    UNREACHABLE = "unreachable", _("Aucun moyen de contact")
    GONE = "gone", _("Disparu de sa source")
    NO_SIRET = "siret-missing", _("Structure sans SIRET")
    WRONG_SIRET = "siret-wrong", _("SIRET faux")
    CLOSED = "siret-closed", _("Établissement fermé")
    UNKNOWN = "structure-unknown", _("Structure absente des fichiers reçus")


class Finding(models.Model):
    """One thing that does not hold together, of a service or of an organisation; made again by `actions.quality`."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, null=True, related_name="findings")
    organisation = models.ForeignKey(
        "organisations.Organisation", on_delete=models.CASCADE, null=True, related_name="+"
    )
    kind = models.CharField(max_length=20, choices=FindingKind)
    detail = models.CharField(max_length=300, blank=True)
    found_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["service", "kind"], condition=Q(service__isnull=False), name="finding_service_once"
            ),
            models.UniqueConstraint(
                fields=["organisation", "kind"],
                condition=Q(organisation__isnull=False),
                name="finding_organisation_once",
            ),
            models.CheckConstraint(
                condition=Q(service__isnull=True) ^ Q(organisation__isnull=True), name="finding_of_one_thing"
            ),
            models.CheckConstraint(condition=Q(kind__in=FindingKind.values), name="finding_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.service_id or self.organisation_id}"


class LinkCheck(models.Model):
    """What the last visit of a web address of a public service said."""

    url = models.CharField(max_length=2000, unique=True)
    checked_at = models.DateTimeField(null=True)
    status = models.SmallIntegerField(null=True)  # HTTP; none when nothing answered
    failing_since = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.url


class ErrorReport(Keyed):
    """An error that somebody saw in a service, and what was answered. The e-mail, if given, is emptied after the answer."""

    class Kind(models.TextChoices):
        CONTACT = "contact", _("Le téléphone ou l’adresse e-mail ne marche pas")
        PLACE = "place", _("L’adresse ou les horaires sont faux")
        CLOSED = "closed", _("Ce service n’existe plus")
        CONDITIONS = "conditions", _("Les conditions ne sont pas celles-là")
        OTHER = "other", _("Autre chose")

    class Status(models.TextChoices):
        WAITING = "waiting", _("À traiter")
        FIXED = "fixed", _("Corrigé")
        REFUSED = "refused", _("Rien à corriger")

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="reports")
    kind = models.CharField(max_length=12, choices=Kind)
    message = models.CharField(max_length=1000, blank=True)
    email = models.EmailField(blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    answer = models.CharField(max_length=1000, blank=True)
    moderator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        db_table_comment = "personal: to answer the person who reports an error"
        indexes = [models.Index(fields=["status", "created_at"], name="errorreport_queue")]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["contact", "place", "closed", "conditions", "other"]),
                                   name="errorreport_kind_known"),
            models.CheckConstraint(
                condition=Q(status="waiting", answered_at__isnull=True)
                | Q(status__in=["fixed", "refused"], answered_at__isnull=False),
                name="errorreport_answered_whole",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self.pk)
