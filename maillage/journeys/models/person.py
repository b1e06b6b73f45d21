from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from maillage.offers.models import Language, Phase


class Gender(models.TextChoices):
    WOMAN = "femme", _("Femme")
    MAN = "homme", _("Homme")
    OTHER = "autre", _("Autre")


class Situation(models.TextChoices):
    """What one lives from, as funders ask it."""

    DEMANDEUR = "demandeur-emploi", _("En recherche d’emploi")
    RSA = "rsa", _("Au RSA")
    SALARIE = "salarie", _("Salarié ou salariée")
    INDEPENDANT = "independant", _("À son compte")
    ETUDIANT = "etudiant", _("En études ou en formation")
    FOYER = "foyer", _("Au foyer")
    RETRAITE = "retraite", _("À la retraite")
    AUTRE = "autre", _("Autre situation")


class Person(models.Model):
    """Someone who is met, oriented, accompanied: what it takes to call them, where they live, and no more.

    The postal address is never kept: the commune and the QPV are what it was asked for. Everything after `banner` is
    optional, told by the person, and counted in figures only.
    """

    first_name = models.CharField(_("prénom"), max_length=60)
    last_name = models.CharField(_("nom"), max_length=80, blank=True)
    phone = models.CharField(_("téléphone"), max_length=20, blank=True)  # E.164
    email = models.EmailField(_("adresse e-mail"), blank=True)
    commune = models.ForeignKey(
        "territories.Commune", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    qpv_code = models.CharField(max_length=10, blank=True)
    qpv_generation = models.PositiveSmallIntegerField(null=True, blank=True)
    banner = models.ForeignKey(
        "organisations.Banner", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    birth_year = models.PositiveSmallIntegerField(_("année de naissance"), null=True, blank=True)
    gender = models.CharField(_("genre"), max_length=10, choices=Gender, blank=True)
    situation = models.CharField(_("situation"), max_length=20, choices=Situation, blank=True)
    languages = ArrayField(
        models.CharField(max_length=3, choices=Language),
        verbose_name=_("langues parlées"),
        default=list,
        blank=True,
    )
    phase = models.CharField(_("où en est le projet"), max_length=15, choices=Phase, blank=True)

    created_by_organisation = models.ForeignKey(
        "organisations.Organisation", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )  # null: the person came by themselves
    created_at = models.DateTimeField(default=timezone.now)
    last_activity_at = models.DateTimeField(default=timezone.now)
    warned_at = models.DateTimeField(null=True, blank=True)  # that their file will soon be forgotten
    is_example = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)  # raised by a trigger

    class Meta:
        db_table_comment = "personal: to accompany someone who asked for it"
        indexes = [
            models.Index(fields=["last_activity_at"], name="person_last_activity"),
            models.Index(fields=["created_at"], name="person_created"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["phone"], condition=~Q(phone=""), name="person_phone_once"),
            models.UniqueConstraint(fields=["email"], condition=~Q(email=""), name="person_email_once"),
            models.CheckConstraint(condition=~Q(first_name=""), name="person_first_name_given"),
            models.CheckConstraint(condition=~Q(phone="") | ~Q(email=""), name="person_reachable"),
            models.CheckConstraint(
                condition=Q(phone="") | Q(phone__regex=r"^\+[0-9]{6,15}$"), name="person_phone"
            ),
            models.CheckConstraint(condition=Q(email=Lower("email")), name="person_email_lower"),
            models.CheckConstraint(
                condition=Q(birth_year=None) | Q(birth_year__range=(1900, 2100)), name="person_birth_year"
            ),
            models.CheckConstraint(
                condition=Q(qpv_code="", qpv_generation=None)
                | (~Q(qpv_code="") & Q(qpv_generation__isnull=False)),
                name="person_qpv_whole",
            ),
            models.CheckConstraint(
                condition=Q(languages__contained_by=Language.values), name="person_languages_known"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Follow(models.Model):
    """One organisation that follows one person: as long as it lasts, its members read the person's file.

    Kept by triggers: a consent opens it, its withdrawal ends it at once, the end of a referral leaves 30 days. `shared`:
    the person agreed that the organisations around them see one another.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="follows")
    organisation = models.ForeignKey("organisations.Organisation", on_delete=models.CASCADE, related_name="+")
    referent = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True, blank=True)
    shared = models.BooleanField(default=False)

    class Meta:
        db_table_comment = "personal: which structures accompany someone"
        indexes = [models.Index(fields=["organisation", "person"], name="follow_organisation")]
        constraints = [models.UniqueConstraint(fields=["person", "organisation"], name="follow_once")]

    def __str__(self) -> str:
        return f"{self.person_id}:{self.organisation_id}"


class OpeningEvent(models.Model):
    """One opening of a person's file: who, when, why. Never changed, kept when the person is erased (numbers only)."""

    person_number = models.BigIntegerField(db_index=True)  # not keys: the log outlives what it tells of
    user_number = models.BigIntegerField()
    organisation_number = models.BigIntegerField(null=True)
    at = models.DateTimeField(default=timezone.now)
    why = models.CharField(max_length=200)

    class Meta:
        db_table_comment = "personal: who read whose file"

    def __str__(self) -> str:
        return str(self.pk)
