from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from maillage.core.models import Provable
from maillage.organisations.models.organisation import Organisation


class Claim(Provable):
    """Someone who says that a structure is theirs (« C’est ma structure »).

    An address of the structure's own domain, proven by a mailed key, gives the place at once when nobody manages the
    structure yet; otherwise a moderator of the territory answers.
    """

    class Status(models.TextChoices):
        UNPROVEN = "unproven", _("Adresse à prouver")
        WAITING = "waiting", _("En attente")
        ACCEPTED = "accepted", _("Acceptée")
        REFUSED = "refused", _("Refusée")

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="claims")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    email = models.EmailField(_("adresse e-mail professionnelle"), blank=True)  # emptied with the answer
    message = models.CharField(_("message"), max_length=1000, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    reason = models.CharField(_("raison"), max_length=1000, blank=True)
    moderator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)

    HANDLED_BY = frozenset({"moderator"})

    class Meta:
        db_table_comment = "personal: to know who speaks for a structure"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "user"],
                condition=Q(status__in=["unproven", "waiting"]),
                name="claim_open_once",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["unproven", "waiting"], answered_at=None)
                | Q(status__in=["accepted", "refused"], answered_at__isnull=False, email=""),
                name="claim_answered_whole",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
