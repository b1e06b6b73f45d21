from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Organisation(models.Model):
    """One structure: a network, a relay, a chamber, a collectivity, a club, a place …"""

    name = models.CharField(_("nom"), max_length=200)
    slug = models.SlugField(max_length=220, unique=True)
    siret = models.CharField(_("SIRET"), max_length=14, blank=True)
    website = models.URLField(_("site"), blank=True, max_length=500)
    commune = models.ForeignKey(
        "territories.Commune", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    is_example = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["siret"], condition=~models.Q(siret=""), name="organisation_siret_once"
            ),
            models.CheckConstraint(
                condition=models.Q(siret="") | models.Q(siret__regex=r"^\d{14}$"),
                name="organisation_siret_digits",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """One person's place in one organisation."""

    class Kind(models.TextChoices):
        MEMBER = "member", _("Membre")
        MANAGER = "manager", _("Responsable")

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.MEMBER)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "user"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.organisation_id}:{self.user_id}"
