from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from maillage.core.models import Provable


class Proposal(Provable):
    """What someone proposes: a new initiative, or a correction of one. It never alters the published fiche by itself."""

    class Status(models.TextChoices):
        UNPROVEN = "unproven", _("Adresse à prouver")
        WAITING = "waiting", _("En attente")
        ACCEPTED = "accepted", _("Acceptée")
        REFUSED = "refused", _("Refusée")

    initiative = models.ForeignKey(
        "initiatives.Initiative", on_delete=models.CASCADE, null=True, blank=True, related_name="proposals"
    )
    base_version = models.PositiveIntegerField(
        null=True
    )  # of the initiative, when the correction was written; 0 when it was about one that was merged since
    values = models.JSONField()  # field name: proposed value, as the form gives it
    # where it lies and what it is about, so that each moderator finds what is theirs
    themes = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    commune = models.ForeignKey(
        "territories.Commune", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    departement = models.ForeignKey(
        "territories.Departement", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    region = models.ForeignKey(
        "territories.Region", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    message = models.CharField(max_length=1000, blank=True)
    email = models.EmailField(blank=True)  # emptied 90 days after the answer
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    status = models.CharField(max_length=10, choices=Status, default=Status.UNPROVEN)
    reason = models.CharField(max_length=1000, blank=True)
    moderator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)

    HANDLED_BY = frozenset({"moderator"})  # accounts.queries.personal_data

    class Meta:
        db_table_comment = "personal: to answer the person who proposes"
        indexes = [models.Index(fields=["status", "created_at"], name="proposal_queue")]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def title(self) -> str:
        """What it is about: the name proposed, else that of the fiche (load `initiative` with the query)."""
        return self.values.get("title") or (self.initiative.title if self.initiative else "")


class Subscription(Provable):
    """Someone who follows a territory or a theme by mail."""

    class Rhythm(models.TextChoices):
        DAILY = "daily", _("Chaque jour")
        WEEKLY = "weekly", _("Chaque semaine")

    email = models.EmailField()
    criteria = models.CharField(max_length=500)  # a search, as its query string
    rhythm = models.CharField(max_length=10, choices=Rhythm, default=Rhythm.WEEKLY)
    sent_until = models.DateTimeField(null=True)

    class Meta:
        db_table_comment = "personal: to send the digest asked for"
        constraints = [models.UniqueConstraint(fields=["email", "criteria"], name="subscription_once")]

    def __str__(self) -> str:
        return str(self.pk)


class Merge(models.Model):
    """One initiative that went into another: its old address redirects there, again when that one is deleted and comes back."""

    old_slug = models.SlugField(max_length=120, unique=True)
    into = models.ForeignKey(
        "initiatives.Initiative", on_delete=models.DO_NOTHING, db_constraint=False, related_name="merged"
    )
    merged_id = models.BigIntegerField()  # the history of the row that went
    merged_at = models.DateTimeField(auto_now_add=True)
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    def __str__(self) -> str:
        return self.old_slug
