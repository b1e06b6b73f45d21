"""What stays of someone once their file is gone: classes and counts, in rows that nothing ties to one another.

The numbers of these rows are drawn at random and say nothing of when they were written. What each is rounded to, and why
nobody is found again in it, is argued in docs/data-protection.md.
"""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class AgeClass(models.TextChoices):
    """How old someone was when they were met, in years; 18-29, 30-54 and 55 are the European funds'."""

    MOINS_18 = "moins-18", _("Moins de 18 ans")
    DE_18_A_25 = "18-25", _("18 à 25 ans")
    DE_26_A_29 = "26-29", _("26 à 29 ans")
    DE_30_A_54 = "30-54", _("30 à 54 ans")
    DES_55 = "55-plus", _("55 ans et plus")


class Stage(models.IntegerChoices):
    """How far someone's referrals have brought them; each is reached through those before."""

    MET = 0, _("Rencontrées")
    SENT = 1, _("Orientées vers une structure")
    ACCEPTED = 2, _("Acceptées par une structure")
    RECEIVED = 3, _("Reçues en rendez-vous")
    HELPED = 4, _("Aidées")


class Business(models.IntegerChoices):
    """What became of someone's business."""

    NONE = 0, _("Pas d’entreprise")
    CREATED = 1, _("Entreprise créée")
    ONE_YEAR = 2, _("En activité à 1 an")
    THREE_YEARS = 3, _("En activité à 3 ans")


class Answered(models.TextChoices):
    """How a structure answered one referral."""

    IN_TIME = "a-temps", _("Dans le délai promis")
    LATE = "tard", _("Après le délai promis")
    NEVER = "sans-reponse", _("Sans réponse, délai passé")


class Kept(models.Model):
    """What every kept row says: since which quarter, in which territory."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    quarter = models.DateField()  # its first day
    epci_code = models.CharField(max_length=9, blank=True)
    banner_number = models.BigIntegerField(null=True)

    class Meta:
        abstract = True
        ordering = ["pk"]

    def __str__(self) -> str:
        return str(self.pk)


class Fact(Kept):
    """One person who was met: what is counted of them. An empty class is not known, or too rare to be kept."""

    commune_code = models.CharField(max_length=5, blank=True)
    qpv_code = models.CharField(max_length=10, blank=True)
    in_qpv = models.BooleanField(null=True)
    gender = models.CharField(max_length=10, blank=True)
    age_class = models.CharField(max_length=10, choices=AgeClass, blank=True)
    situation = models.CharField(max_length=20, blank=True)
    phase = models.CharField(max_length=15, blank=True)
    stage = models.PositiveSmallIntegerField(choices=Stage, default=Stage.MET)
    business = models.PositiveSmallIntegerField(choices=Business, default=Business.NONE)
    jobs = models.PositiveSmallIntegerField(default=0)

    class Meta(Kept.Meta):
        db_table_comment = "anonymous: what is counted of people whose file is gone"
        indexes = [models.Index(fields=["quarter"], name="fact_quarter")]
        constraints = [
            models.CheckConstraint(
                condition=Q(quarter__month__in=(1, 4, 7, 10), quarter__day=1), name="fact_quarter_first_day"
            ),
            models.CheckConstraint(
                condition=Q(stage__in=Stage.values, business__in=Business.values), name="fact_known"
            ),
        ]


class ReferralFact(Kept):
    """One referral that was sent: how the structure answered it."""

    to_organisation_number = models.BigIntegerField()  # not a key: what was counted outlives the structure
    answered = models.CharField(max_length=15, choices=Answered)
    days = models.PositiveSmallIntegerField(null=True)  # working days until the answer

    class Meta(Kept.Meta):
        db_table_comment = "anonymous: how referrals were answered, of people whose file is gone"
        indexes = [models.Index(fields=["quarter"], name="referral_fact_quarter")]
        constraints = [
            models.CheckConstraint(
                condition=Q(quarter__month__in=(1, 4, 7, 10), quarter__day=1),
                name="referral_fact_quarter_first_day",
            ),
            models.CheckConstraint(
                condition=Q(answered="sans-reponse", days=None)
                | Q(answered__in=["a-temps", "tard"], days__isnull=False),
                name="referral_fact_answered",
            ),
        ]


class FreinFact(Kept):
    """One brake that someone met, and whether it was lifted."""

    brake = models.CharField(max_length=20)
    lifted = models.BooleanField()

    class Meta(Kept.Meta):
        db_table_comment = "anonymous: brakes met by people whose file is gone"
        indexes = [models.Index(fields=["quarter"], name="frein_fact_quarter")]
        constraints = [
            models.CheckConstraint(
                condition=Q(quarter__month__in=(1, 4, 7, 10), quarter__day=1),
                name="frein_fact_quarter_first_day",
            )
        ]


class Publication(models.Model):
    """The figures of one civil year as they were published: only what core.disclosure let through, made once a month.

    The same numbers for whoever asks within the month: two counts a few people apart would tell of those people.
    """

    year = models.PositiveSmallIntegerField()
    closed_on = models.DateField()  # what happened from that day on is not counted
    made_at = models.DateTimeField()
    figures = models.JSONField()

    class Meta:
        ordering = ["-year", "-closed_on"]
        constraints = [
            models.UniqueConstraint(fields=["year", "closed_on"], name="publication_once"),
            models.CheckConstraint(condition=Q(closed_on__day=1), name="publication_first_of_a_month"),
        ]

    def __str__(self) -> str:
        return f"{self.year} ({self.closed_on})"
