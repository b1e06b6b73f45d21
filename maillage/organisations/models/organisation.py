from typing import Any

import pghistory
from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db.models import Func, Q, Value
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from maillage.core.hours import LONGEST


class Kind(models.TextChoices):
    """What a structure is; it may be several things at once."""

    RESEAU = "reseau", _("Réseau")
    ACCOMPAGNEMENT = "accompagnement", _("Structure d’accompagnement")
    RELAIS = "relais", _("Relais de proximité")
    LIEU = "lieu", _("Lieu pour entreprendre")
    CHAMBRE = "chambre", _("Chambre consulaire")
    COLLECTIVITE = "collectivite", _("Collectivité")
    ETAT = "etat", _("Service de l’État")
    EMPLOI = "emploi", _("Service public de l’emploi")
    RESSOURCES = "ressources", _("Centre de ressources")
    FINANCEUR = "financeur", _("Financeur")
    CLUB = "club", _("Club d’entreprises")
    BAILLEUR = "bailleur", _("Bailleur")
    ENTREPRISE = "entreprise", _("Entreprise")


KINDS = Kind.values


def _text(label: Any, length: int) -> models.CharField:
    """A short text, empty when nothing is said, to plain SQL too."""
    return models.CharField(label, max_length=length, blank=True, default="", db_default="")


def _codes(label: Any, **choices: Any) -> ArrayField:
    return ArrayField(
        models.CharField(max_length=100, **choices),
        verbose_name=label,
        blank=True,
        default=list,
        db_default=[],
    )


@pghistory.track(
    pghistory.UpdateEvent("before_update", row=pghistory.Old),
    pghistory.DeleteEvent("before_delete", row=pghistory.Old),
    exclude=["logo"],
    model_name="OrganisationEvent",
    append_only=True,
)
class Organisation(models.Model):
    """One structure: a network, a relay, a chamber, a collectivity, a club, a place …

    The fields with French names are data·inclusion's (v1). Of a structure that comes from a file (`origin`) they follow
    the source, but for those named in `local_fields`, which were changed here. `version` is raised by a trigger; a save
    that carries another number than the row's is refused.
    """

    name = models.CharField(_("nom"), max_length=200)
    slug = models.SlugField(max_length=220, unique=True)
    kinds = _codes(_("nature"), choices=Kind)
    siret = models.CharField(_("SIRET"), max_length=14, blank=True)
    website = models.URLField(_("site"), blank=True, max_length=500)
    description = models.TextField(
        _("présentation"), max_length=10_000, blank=True, default="", db_default=""
    )

    # --- where
    commune = models.ForeignKey(
        "territories.Commune", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    nom_commune = _text(_("commune, comme écrite"), 200)
    code_postal = _text(_("code postal"), 5)
    adresse = _text(_("adresse"), 300)
    complement_adresse = _text(_("complément d’adresse"), 300)
    point = models.PointField(srid=4326, null=True, blank=True)  # lon/lat
    accessibilite_lieu = models.URLField(
        _("page Accèslibre"), max_length=500, blank=True, default="", db_default=""
    )
    # « france », or a kind and a code: « commune:95268 », « epci:244400404 », « departement:95 », « region:11 », « qpv:QN09501M »
    zones = _codes(_("territoires couverts"))

    # --- how to reach it
    telephone = _text(_("téléphone"), 50)
    courriel = models.EmailField(_("adresse e-mail"), blank=True, default="", db_default="")
    horaires_accueil = _text(_("horaires d’accueil"), LONGEST)
    contacts = models.JSONField(
        _("contacts"), blank=True, default=list, db_default=Value([], models.JSONField())
    )  # [{"label", "name", "phone", "email"}], all of them public

    # --- with whom
    networks = models.ManyToManyField(
        "self", symmetrical=False, related_name="affiliates", blank=True, verbose_name=_("réseaux")
    )
    reseaux_porteurs = _codes(_("réseaux porteurs"))  # codes of data·inclusion
    logo = models.ImageField(upload_to="logos/%Y/", blank=True, default="", db_default="")
    verified_at = models.DateTimeField(_("vérifiée le"), null=True, blank=True)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    # --- where the row comes from, how fresh it is
    origin = _text(_("fichier d’origine"), 120)  # the import that brings it; "" when written here
    source = _text(_("source"), 120)  # data·inclusion's producer
    source_key = _text(_("numéro dans la source"), 300)  # data·inclusion's id
    source_digest = _text(_("empreinte"), 32)  # of the row as last imported
    lien_source = models.URLField(
        _("page chez le producteur"), max_length=2000, blank=True, default="", db_default=""
    )
    date_maj = models.DateField(_("modifiée à la source le"), null=True, blank=True)
    local_fields = _codes(_("champs modifiés ici"))
    gone_on = models.DateField(null=True, blank=True)  # since when its source no longer has it
    closed_on = models.DateField(_("fermée le"), null=True, blank=True)  # as SIRENE says
    confirmed_on = models.DateField(_("confirmée le"), null=True, blank=True)
    reminded_on = models.DateField(null=True, blank=True)
    is_example = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)  # set by a trigger
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)  # raised by a trigger

    class Meta:
        ordering = ["name", "pk"]
        indexes = [
            GinIndex(
                OpClass(Func("name", function="maillage_plain"), name="gin_trgm_ops"),
                name="organisation_name_trigrams",
            ),
            GinIndex(fields=["zones"], name="organisation_zones"),
            GinIndex(fields=["kinds"], name="organisation_kinds"),
            # who follows what changes reads in this order (API `updated_since`)
            models.Index(fields=["updated_at", "id"], name="organisation_updated"),
            models.Index(fields=["siret"], condition=~Q(siret=""), name="organisation_siret"),
        ]
        constraints = [
            # several structures of a file may share the SIRET of their head office
            models.UniqueConstraint(
                fields=["siret"], condition=~Q(siret="") & Q(origin=""), name="organisation_siret_once"
            ),
            models.UniqueConstraint(
                fields=["origin", "source_key"], condition=~Q(origin=""), name="organisation_origin_once"
            ),
            models.CheckConstraint(
                condition=Q(siret="") | Q(siret__regex=r"^\d{14}$"), name="organisation_siret_digits"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="organisation_name_given"),
            models.CheckConstraint(condition=Q(kinds__contained_by=KINDS), name="organisation_kinds_known"),
            models.CheckConstraint(
                condition=Q(code_postal="") | Q(code_postal__regex=r"^\d{5}$"),
                name="organisation_code_postal",
            ),
        ]

    def __str__(self) -> str:
        return self.name


OrganisationEvent = Organisation.pgh_event_model  # type: ignore[attr-defined]


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
