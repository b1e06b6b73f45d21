"""What happens along a journey. Each row is one organisation's; the person reads those about them."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from maillage.offers.models import Brake


class Of(models.Model):
    """What every row of a journey says: of whom, by which organisation, by whom, since when."""

    person = models.ForeignKey("journeys.Person", on_delete=models.CASCADE, related_name="%(class)ss")
    organisation = models.ForeignKey("organisations.Organisation", on_delete=models.CASCADE, related_name="+")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)  # raised by a trigger

    HANDLED_BY = frozenset({"author"})

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.pk)


class Step(Of):
    """One step of the project, on one day."""

    class Kind(models.TextChoices):
        DIAGNOSTIC = "diagnostic", _("Diagnostic")
        ATELIER = "atelier", _("Atelier suivi")
        BUSINESS_PLAN = "business-plan", _("Plan d’affaires écrit")
        STATUT = "statut", _("Statut choisi")
        FINANCEMENT_DEMANDE = "financement-demande", _("Financement demandé")
        FINANCEMENT_OBTENU = "financement-obtenu", _("Financement obtenu")
        IMMATRICULATION = "immatriculation", _("Entreprise immatriculée")
        PREMIER_CLIENT = "premier-client", _("Premier client")
        EMPLOIS = "emplois", _("Emplois créés")
        VIVANTE_1_AN = "vivante-1-an", _("Toujours en activité à 1 an")
        VIVANTE_3_ANS = "vivante-3-ans", _("Toujours en activité à 3 ans")

    kind = models.CharField(max_length=20, choices=Kind)
    on = models.DateField(_("le"))
    amount = models.PositiveIntegerField(_("montant (€)"), null=True, blank=True)
    jobs = models.PositiveSmallIntegerField(_("emplois"), null=True, blank=True)
    siret = models.CharField(_("SIRET"), max_length=14, blank=True)
    note = models.CharField(_("précision"), max_length=500, blank=True)

    class Meta(Of.Meta):
        db_table_comment = "personal: how a project goes"
        ordering = ["on", "pk"]
        indexes = [models.Index(fields=["person", "on"], name="step_person")]
        constraints = [
            models.CheckConstraint(
                condition=Q(siret="") | Q(siret__regex=r"^\d{14}$"), name="step_siret_digits"
            ),
            models.CheckConstraint(
                condition=Q(amount=None) | Q(kind__in=["financement-demande", "financement-obtenu"]),
                name="step_amount_of_financing",
            ),
            models.CheckConstraint(
                condition=~Q(kind="emplois") | Q(jobs__isnull=False), name="step_jobs_counted"
            ),
        ]


class Frein(Of):
    """One brake that someone meets, and how it was lifted."""

    brake = models.CharField(max_length=20, choices=Brake)
    raised_on = models.DateField()
    lifted_on = models.DateField(null=True, blank=True)
    lifted_by = models.ForeignKey(
        "offers.Service", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta(Of.Meta):
        db_table_comment = "personal: what stands before a project"
        ordering = ["raised_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "organisation", "brake"],
                condition=Q(lifted_on=None),
                name="brake_raised_once",
            ),
            models.CheckConstraint(
                condition=Q(lifted_on=None) | Q(lifted_on__gte=F("raised_on")), name="brake_lifted_after"
            ),
        ]


class Appointment(Of):
    """One meeting of the person with one organisation."""

    class Status(models.TextChoices):
        PREVU = "prevu", _("Prévu")
        FAIT = "fait", _("Fait")
        ABSENT = "absent", _("La personne n’est pas venue")
        EXCUSE = "excuse", _("La personne s’est excusée")
        ANNULE = "annule", _("Annulé")

    referral = models.ForeignKey(
        "journeys.Referral", on_delete=models.SET_NULL, null=True, blank=True, related_name="appointments"
    )
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)  # of its iCalendar
    sequence = models.PositiveSmallIntegerField(default=0, editable=False)
    starts_at = models.DateTimeField(_("début"))
    ends_at = models.DateTimeField(_("fin"))
    place = models.CharField(_("où"), max_length=300, blank=True)
    remote = models.BooleanField(_("à distance"), default=False)
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    status = models.CharField(max_length=10, choices=Status, default=Status.PREVU)

    HANDLED_BY = frozenset({"author", "received_by"})

    class Meta(Of.Meta):
        db_table_comment = "personal: when someone is expected"
        ordering = ["starts_at", "pk"]
        indexes = [models.Index(fields=["person", "starts_at"], name="appointment_person")]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="appointment_ends_after")
        ]


class Note(Of):
    """What an organisation writes down. A private note is its author's alone."""

    body = models.TextField(max_length=5000)
    is_private = models.BooleanField(default=False)

    class Meta(Of.Meta):
        db_table_comment = "personal: what was said of a project"
        ordering = ["-created_at", "-pk"]
        constraints = [models.CheckConstraint(condition=~Q(body=""), name="note_said")]


class Document(Of):
    """One file about someone, encrypted at rest (core.sealed)."""

    name = models.CharField(_("nom"), max_length=200)
    media_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()  # bytes, before it was sealed
    path = models.CharField(max_length=200, unique=True)  # in the folder of sealed files

    class Meta(Of.Meta):
        db_table_comment = "personal: documents of a project"
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(size__range=(1, 10 * 1024 * 1024)), name="document_size")
        ]
