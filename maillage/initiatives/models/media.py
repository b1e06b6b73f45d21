from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Photo(models.Model):
    """One picture of an initiative, re-encoded by us; shown once a moderator accepted it."""

    class Status(models.TextChoices):
        PENDING = "pending", _("À vérifier")
        PUBLISHED = "published", _("Publiée")

    initiative = models.ForeignKey(
        "initiatives.Initiative", on_delete=models.CASCADE, null=True, related_name="photos"
    )
    proposal = models.ForeignKey(
        "initiatives.Proposal", on_delete=models.CASCADE, null=True, related_name="photos"
    )
    file = models.ImageField(upload_to="photos/%Y/", width_field="width", height_field="height")
    thumbnail = models.ImageField(upload_to="photos/%Y/")
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    deleted_from = models.BigIntegerField(
        null=True
    )  # number of the deleted initiative that it comes back with
    alternative = models.CharField(_("texte de remplacement"), max_length=200)
    credit = models.CharField(_("crédit"), max_length=120, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["file"], name="photo_file"),
            models.Index(fields=["thumbnail"], name="photo_thumbnail"),
        ]
        constraints = [
            models.CheckConstraint(condition=~models.Q(alternative=""), name="photo_has_alternative"),
            models.CheckConstraint(
                condition=models.Q(initiative__isnull=False)
                | models.Q(proposal__isnull=False)
                | models.Q(deleted_from__isnull=False),
                name="photo_belongs_somewhere",
            ),
        ]

    def __str__(self) -> str:
        return self.alternative


class Document(models.Model):
    """One file beside an initiative (PDF)."""

    initiative = models.ForeignKey(
        "initiatives.Initiative", on_delete=models.CASCADE, null=True, related_name="documents"
    )
    deleted_from = models.BigIntegerField(null=True)  # as for a photo
    file = models.FileField(upload_to="documents/%Y/")
    title = models.CharField(_("titre"), max_length=160)
    size = models.PositiveIntegerField()
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["file"], name="document_file")]

    def __str__(self) -> str:
        return self.title


class LinkCheck(models.Model):
    """What the last visit of one link or source said."""

    url = models.CharField(max_length=500, primary_key=True)
    checked_at = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(null=True)  # HTTP status; null: no answer
    failing_since = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.url
