import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from maillage.core.keys import Keyed
from maillage.core.phones import readable_phone


class Provable(Keyed):
    """A row asked for by someone whose address a mailed key proves (core.proof): until then it is as if it were not."""

    created_at = models.DateTimeField(auto_now_add=True)
    proven_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class OutgoingMail(models.Model):
    """One mail to send: written in the transaction that causes it, sent by a job, emptied then, forgotten after a month."""

    to = models.EmailField()
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField(blank=True)
    headers = models.JSONField(default=dict, blank=True)  # name: value, such as List-Unsubscribe
    attachments = models.JSONField(default=list, db_default=[], blank=True)  # [[name, media type, text]]
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)  # of the next attempt; null: at once
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        db_table_comment = "personal: to deliver a mail"
        indexes = [
            models.Index(
                fields=["created_at", "id"],
                condition=models.Q(sent_at=None, given_up_at=None),
                name="mail_to_send",
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


class OutgoingText(models.Model):
    """One text message to send: written in the transaction that causes it, deleted once the gateway has taken it."""

    to = models.CharField(max_length=20)  # E.164
    text = models.CharField(max_length=480)  # three messages of an older phone, at most
    created_at = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField()  # of no use after that: a code that is over
    due_at = models.DateTimeField(default=timezone.now)  # of the next attempt
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        db_table_comment = "personal: to deliver a text message"
        constraints = [
            models.CheckConstraint(condition=Q(to__regex=r"^\+[0-9]{6,15}$"), name="outgoing_text_to"),
            models.CheckConstraint(condition=~Q(text=""), name="outgoing_text_said"),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def number(self) -> str:
        """The number as people say it."""
        return readable_phone(self.to)


class OneTimeCode(models.Model):
    """One code that was asked for (core.codes). The address is forgotten as soon as the code has left for it."""

    key = models.UUIDField(
        primary_key=True, default=uuid.uuid4, editable=False
    )  # kept by the browser that asked
    kind = models.CharField(max_length=20)  # what it opens
    address = models.CharField(max_length=254, blank=True)
    subject = models.CharField(max_length=40, blank=True)  # « person:12 », once the code has left
    code_hash = models.CharField(max_length=64, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField()

    class Meta:
        db_table_comment = "personal: where to send a code"
        indexes = [models.Index(fields=["asked_at"], name="one_time_code_asked")]

    def __str__(self) -> str:
        return str(self.key)[:8]


class RateLimit(models.Model):
    """How often one hashed key acted in its current window."""

    key = models.CharField(max_length=64, primary_key=True)
    window_ends_at = models.DateTimeField()
    count = models.PositiveIntegerField()

    def __str__(self) -> str:
        return self.key[:8]


class Progress(models.Model):
    """How far one long work has come. Its key is the address of its page; with an owner, theirs alone."""

    class State(models.TextChoices):
        WAITING = "waiting", _("En attente")
        RUNNING = "running", _("En cours")
        DONE = "done", _("Terminé")
        FAILED = "failed", _("Échoué")
        CANCELLED = "cancelled", _("Annulé")

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=60)  # the job's name
    label = models.CharField(max_length=200)  # what the page says that it is, in French
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)  # 0: not known
    message = models.CharField(max_length=500, blank=True)
    result = models.JSONField(null=True)
    owner_id = models.BigIntegerField(null=True)  # a user's number
    cancel_asked = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

    @property
    def is_over(self) -> bool:
        return self.state in {self.State.DONE, self.State.FAILED, self.State.CANCELLED}

    @property
    def percent(self) -> int | None:
        """From 0 to 100, or None when the total is not known."""
        return min(100, self.done * 100 // self.total) if self.total else None
