from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Group(models.Model):
    """Several people accompanied together by one organisation."""

    class Kind(models.TextChoices):
        PROMOTION = "promotion", _("Promotion")
        ATELIER = "atelier", _("Atelier")
        CARREFOUR = "carrefour", _("Carrefour des projets")
        COMPTOIR = "comptoir", _("Comptoir des projets")
        COOPERATIVE = "cooperative", _("Coopérative")

    organisation = models.ForeignKey("organisations.Organisation", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(_("nature"), max_length=12, choices=Kind)
    name = models.CharField(_("nom"), max_length=120)
    place = models.CharField(_("où"), max_length=300, blank=True)
    starts_on = models.DateField(_("du"))
    ends_on = models.DateField(_("au"), null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)  # raised by a trigger
    is_example = models.BooleanField(default=False)

    class Meta:
        ordering = ["-starts_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="group_ends_after"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="group_named"),
        ]

    def __str__(self) -> str:
        return self.name


class GroupMember(models.Model):
    """One person in one group."""

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="members")
    person = models.ForeignKey("journeys.Person", on_delete=models.CASCADE, related_name="groups")
    joined_on = models.DateField()
    left_on = models.DateField(null=True, blank=True)

    class Meta:
        db_table_comment = "personal: who is in a group"
        constraints = [models.UniqueConstraint(fields=["group", "person"], name="group_member_once")]

    def __str__(self) -> str:
        return str(self.pk)


class GroupMeeting(models.Model):
    """One meeting of a group."""

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="meetings")
    starts_at = models.DateTimeField(_("début"))
    ends_at = models.DateTimeField(_("fin"))
    title = models.CharField(_("sujet"), max_length=120, blank=True)

    class Meta:
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="group_meeting_ends_after")
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Attendance(models.Model):
    """Whether one member came to one meeting."""

    class Status(models.TextChoices):
        PRESENT = "present", _("Présent ou présente")
        ABSENT = "absent", _("Absent ou absente")
        EXCUSE = "excuse", _("Excusé ou excusée")

    meeting = models.ForeignKey(GroupMeeting, on_delete=models.CASCADE, related_name="attendances")
    person = models.ForeignKey("journeys.Person", on_delete=models.CASCADE, related_name="attendances")
    status = models.CharField(max_length=10, choices=Status)

    class Meta:
        db_table_comment = "personal: who came to a group's meeting"
        constraints = [models.UniqueConstraint(fields=["meeting", "person"], name="attendance_once")]

    def __str__(self) -> str:
        return str(self.pk)
