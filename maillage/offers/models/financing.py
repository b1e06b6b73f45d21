from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from maillage.offers.models import vocabulary as words
from maillage.offers.models.vocabulary import codes_field, known


class FinancingKind(models.TextChoices):
    MICROCREDIT = "microcredit", _("Microcrédit")
    PRET_HONNEUR = "pret-honneur", _("Prêt d’honneur")
    GARANTIE = "garantie", _("Garantie")
    SUBVENTION = "subvention", _("Subvention")
    PRIME = "prime", _("Prime")
    PARTICIPATIF = "financement-participatif", _("Financement participatif")
    EXONERATION = "exoneration", _("Exonération de charges")
    ALLOCATION = "allocation", _("Maintien ou versement d’allocations")


class PersonStatus(models.TextChoices):
    DEMANDEUR_EMPLOI = "demandeur-emploi", _("demandeur ou demandeuse d’emploi")
    MINIMA = "minima-sociaux", _("bénéficiaire de minima sociaux")
    SALARIE = "salarie", _("salarié ou salariée")
    INDEPENDANT = "independant", _("indépendant ou indépendante")
    ETUDIANT = "etudiant", _("étudiant ou étudiante")
    SANS_ACTIVITE = "sans-activite", _("sans activité")
    RETRAITE = "retraite", _("retraité ou retraitée")


class Sector(models.TextChoices):
    COMMERCE = "commerce", _("commerce")
    ALIMENTATION = "alimentation", _("alimentation et restauration")
    ARTISANAT = "artisanat", _("artisanat")
    BTP = "batiment", _("bâtiment")
    TRANSPORT = "transport", _("transport et livraison")
    SERVICES = "services", _("services")
    NUMERIQUE = "numerique", _("numérique")
    CULTURE = "culture", _("culture et création")
    AGRICULTURE = "agriculture", _("agriculture")
    ESS = "ess", _("économie sociale et solidaire")


class QpvRule(models.TextChoices):
    NONE = "", _("sans condition de quartier")
    LIVE = "habiter", _("habiter un quartier prioritaire")
    SETTLE = "implanter", _("s’implanter dans un quartier prioritaire")
    EITHER = "habiter-ou-implanter", _("habiter un quartier prioritaire ou s’y implanter")


class FinancingStatus(models.TextChoices):
    DRAFT = "draft", _("Brouillon")
    PUBLISHED = "published", _("Publié")
    WITHDRAWN = "withdrawn", _("Retiré")


class Financing(models.Model):
    """One way to pay for a project, its amounts in whole euros, and who may have it, as data.

    An empty criterion asks for nothing. `publics` and `statuses` each need one match; the other criteria all hold.
    """

    slug = models.SlugField(max_length=120, unique=True)
    nom = models.CharField(_("nom"), max_length=150)
    kind = models.CharField(_("nature"), max_length=30, choices=FinancingKind)
    description = models.TextField(_("description"), max_length=5000)
    structure = models.ForeignKey(
        "organisations.Organisation",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="financings",
    )
    link = models.URLField(_("en savoir plus"), max_length=500, blank=True)
    amount_min = models.PositiveIntegerField(_("montant minimum, en euros"), null=True, blank=True)
    amount_max = models.PositiveIntegerField(_("montant maximum, en euros"), null=True, blank=True)
    conditions = models.TextField(_("autres conditions"), max_length=2000, blank=True)

    # --- who may have it
    phases = codes_field(verbose_name=_("étapes"))
    statuses = codes_field(verbose_name=_("situations"))
    publics = codes_field(verbose_name=_("publics"))
    sectors = codes_field(verbose_name=_("secteurs"))
    excluded_sectors = codes_field(verbose_name=_("secteurs exclus"))
    age_min = models.PositiveSmallIntegerField(_("âge minimum"), null=True, blank=True)
    age_max = models.PositiveSmallIntegerField(_("âge maximum"), null=True, blank=True)
    qpv = models.CharField(_("quartier prioritaire"), max_length=24, choices=QpvRule, blank=True)
    zones = codes_field(
        verbose_name=_("territoires")
    )  # codes of communes, EPCI, départements; none: everywhere
    starts_on = models.DateField(_("à partir du"), null=True, blank=True)
    ends_on = models.DateField(_("jusqu’au"), null=True, blank=True)

    source_key = models.CharField(max_length=120, blank=True)
    source_url = models.URLField(_("source de la règle"), max_length=500, blank=True)
    confirmed_on = models.DateField(_("confirmé le"), null=True, blank=True)
    is_example = models.BooleanField(default=False)
    status = models.CharField(
        _("état"), max_length=12, choices=FinancingStatus, default=FinancingStatus.DRAFT
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source_key"], condition=~Q(source_key=""), name="financing_source_once"
            ),
            models.CheckConstraint(
                condition=Q(amount_min__isnull=True)
                | Q(amount_max__isnull=True)
                | Q(amount_max__gte=F("amount_min")),
                name="financing_amounts_in_order",
            ),
            models.CheckConstraint(
                condition=Q(age_min__isnull=True) | Q(age_max__isnull=True) | Q(age_max__gte=F("age_min")),
                name="financing_ages_in_order",
            ),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True)
                | Q(ends_on__isnull=True)
                | Q(ends_on__gte=F("starts_on")),
                name="financing_days_in_order",
            ),
            known("financing_phases_known", "phases", words.PHASES),
            known("financing_publics_known", "publics", words.PUBLICS),
            known("financing_statuses_known", "statuses", PersonStatus.values),
            known("financing_sectors_known", "sectors", Sector.values),
            known("financing_excluded_known", "excluded_sectors", Sector.values),
            models.CheckConstraint(
                condition=Q(kind__in=FinancingKind.values),
                name="financing_kind_known",
            ),
            models.CheckConstraint(condition=Q(qpv__in=QpvRule.values), name="financing_qpv_known"),
            models.CheckConstraint(
                condition=Q(status__in=FinancingStatus.values), name="financing_status_known"
            ),
        ]

    def __str__(self) -> str:
        return self.nom
