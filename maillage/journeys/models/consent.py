from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from maillage.core.keys import Keyed


class Aim(models.TextChoices):
    """What the person agrees to."""

    SUIVI = "suivi", _("Cette structure garde mon dossier et me suit")
    ORIENTATION = "orientation", _("Mon dossier est envoyé à cette structure")
    PARTAGE = "partage", _("Les structures qui me suivent savent lesquelles et travaillent ensemble")


class ConsentText(models.Model):
    """What was read by whoever agreed: never changed, a new version takes its place."""

    aim = models.CharField(max_length=12, choices=Aim)
    language = models.CharField(max_length=3, default="fr")
    number = models.PositiveSmallIntegerField()  # of the version
    body = models.TextField()
    published_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["aim", "language", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["aim", "language", "number"], name="consent_text_once"),
            models.CheckConstraint(condition=~Q(body=""), name="consent_text_said"),
        ]

    def __str__(self) -> str:
        return f"{self.aim} {self.language} {self.number}"


class Consent(models.Model):
    """One agreement of one person, for one aim and one organisation. Only its withdrawal is ever written after it."""

    class How(models.TextChoices):
        SCREEN = "screen", _("À l’écran, par la personne")
        LINK = "link", _("Par un lien reçu")
        ORAL = "oral", _("De vive voix, devant témoin")

    person = models.ForeignKey("journeys.Person", on_delete=models.CASCADE, related_name="consents")
    aim = models.CharField(max_length=12, choices=Aim)
    organisation = models.ForeignKey(
        "organisations.Organisation", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )  # null: for all of those that follow the person (partage)
    text = models.ForeignKey(ConsentText, on_delete=models.PROTECT, related_name="+")
    how = models.CharField(max_length=10, choices=How)
    given_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    recorded_by_organisation = models.ForeignKey(
        "organisations.Organisation", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    witness = models.CharField(_("témoin"), max_length=120, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    HANDLED_BY = frozenset({"recorded_by"})

    class Meta:
        db_table_comment = "personal: what someone agreed to, and when they took it back"
        constraints = [
            models.UniqueConstraint(
                fields=["person", "aim", "organisation"],
                condition=Q(withdrawn_at=None),
                nulls_distinct=False,
                name="consent_live_once",
            ),
            models.CheckConstraint(
                condition=Q(aim="partage", organisation=None)
                | (~Q(aim="partage") & Q(organisation__isnull=False)),
                name="consent_organisation",
            ),
            models.CheckConstraint(
                condition=~Q(how="oral") | ~Q(witness=""), name="consent_oral_has_witness"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class ConsentRequest(Keyed):
    """A structure asks someone to agree, by a link that they receive. Whoever asks learns nothing until the answer."""

    class Answer(models.TextChoices):
        WAITING = "", _("En attente")
        GIVEN = "given", _("Accordé")
        REFUSED = "refused", _("Refusé")

    person = models.ForeignKey("journeys.Person", on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey("organisations.Organisation", on_delete=models.CASCADE, related_name="+")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    aims = models.JSONField(default=list)  # [[aim, organisation number]]
    label = models.CharField(max_length=80, blank=True)  # what the one who asked wrote to find it again
    asked_at = models.DateTimeField(default=timezone.now)
    answer = models.CharField(max_length=10, choices=Answer, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    HANDLED_BY = frozenset({"asked_by"})

    class Meta:
        db_table_comment = "personal: whom a structure asks to agree"
        constraints = [
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None) | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="consent_request_whole",
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)
