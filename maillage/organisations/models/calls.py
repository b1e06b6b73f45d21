from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Moment(models.TextChoices):
    """When someone can be called."""

    MATIN = "matin", _("Le matin")
    MIDI = "midi", _("Entre midi et deux")
    APRES_MIDI = "apres-midi", _("L’après-midi")
    SOIR = "soir", _("En fin de journée")


class CallBack(models.Model):
    """Someone who asks to be called back: no more than it takes to call. Forgotten a month after the call.

    Seen by the people of the banner's rota, by whoever took it, and by the network's administration (a policy).
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("À rappeler")
        TAKEN = "taken", _("Pris")
        CALLED = "called", _("Rappelé")
        UNREACHED = "unreached", _("Injoignable")

    banner = models.ForeignKey(
        "organisations.Banner", on_delete=models.SET_NULL, null=True, blank=True, related_name="calls"
    )
    first_name = models.CharField(_("prénom"), max_length=60)
    phone = models.CharField(_("téléphone"), max_length=20)
    moments = ArrayField(
        models.CharField(max_length=20, choices=Moment), verbose_name=_("quand"), default=list, blank=True
    )
    about = models.CharField(_("à quel sujet"), max_length=500, blank=True)
    commune = models.ForeignKey(
        "territories.Commune", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    status = models.CharField(_("état"), max_length=10, choices=Status, default=Status.WAITING)
    due_at = models.DateTimeField()  # late from then on
    # who was told, and who took it
    told = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    taken_at = models.DateTimeField(null=True, blank=True)
    late_told_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    # these columns say who dealt with someone else's row: what it says is not theirs to take away
    HANDLED_BY = frozenset({"told", "taken_by"})

    class Meta:
        db_table_comment = "personal: to call someone back"
        indexes = [models.Index(fields=["status", "due_at"], name="callback_due")]
        constraints = [
            models.CheckConstraint(condition=~Q(first_name=""), name="callback_first_name_given"),
            models.CheckConstraint(condition=Q(phone__regex=r"^\+[0-9]{6,15}$"), name="callback_phone"),
            models.CheckConstraint(
                condition=Q(moments__contained_by=Moment.values), name="callback_moments_known"
            ),
            models.CheckConstraint(
                condition=Q(status="waiting", taken_at=None, taken_by=None, ended_at=None)
                | Q(status="taken", taken_at__isnull=False, ended_at=None)
                | Q(status__in=["called", "unreached"], taken_at__isnull=False, ended_at__isnull=False),
                name="callback_state_whole",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
