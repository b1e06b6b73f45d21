from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

DEMO_DOMAIN = "exemple.invalid"  # RFC 2606: no mail ever reaches it


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, name: str = "", **fields: object) -> "User":
        """A person who can sign in by a code sent to `email`; there is no password."""
        user = self.model(email=self.normalize_email(email).lower(), name=name, **fields)
        user.set_unusable_password()
        user.save(using=self._db)
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """One person with an account, known by an e-mail address."""

    email = models.EmailField(_("adresse e-mail"), unique=True)
    name = models.CharField(_("nom affiché"), max_length=80, blank=True)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(default=timezone.now)

    objects = UserManager()
    USERNAME_FIELD = "email"

    class Meta:
        db_table_comment = "personal: to sign in and to answer contributors"
        constraints = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="user_email_lower")
        ]

    def __str__(self) -> str:
        return self.name or _("Compte n° %(number)s") % {"number": self.pk}


class Role(models.Model):
    """What one person may do, everywhere or in one territory. Everyone signed in is a resident, without a row."""

    class Kind(models.TextChoices):
        CONTRIBUTOR = "contributor", _("Contributeur ou contributrice")
        MODERATOR = "moderator", _("Modérateur ou modératrice")
        ANIMATOR = "animator", _("Animateur ou animatrice de territoire")
        NETWORK = "network", _("Administration du réseau")

    class TerritoryKind(models.TextChoices):
        EVERYWHERE = "", _("Partout")
        COMMUNE = "commune", _("Commune")
        EPCI = "epci", _("EPCI")
        DEPARTEMENT = "departement", _("Département")
        REGION = "region", _("Région")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="roles")
    kind = models.CharField(max_length=20, choices=Kind)
    # text, not keys: accounts and territories do not know each other
    territory_kind = models.CharField(max_length=20, choices=TerritoryKind, blank=True)
    territory_code = models.CharField(max_length=9, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind", "territory_kind", "territory_code"], name="role_once"
            ),
            models.CheckConstraint(
                condition=models.Q(territory_kind="", territory_code="")
                | (~models.Q(territory_kind="") & ~models.Q(territory_code="")),
                name="role_territory_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.territory_code}".strip()
