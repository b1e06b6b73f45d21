import pghistory
from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GistIndex
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from maillage.offers.models import vocabulary as words
from maillage.offers.models.vocabulary import Kind, codes_field, known


@pghistory.track(
    pghistory.UpdateEvent("before_update", row=pghistory.Old),
    pghistory.DeleteEvent("before_delete", row=pghistory.Old),
    model_name="ServiceEvent",
    append_only=True,
)
class Service(models.Model):
    """One service of one structure, in the shape of data·inclusion v1 (the fields with French names), with what
    entrepreneurship adds (the fields with English names).

    Of a service that comes from a file (`origin`), the French fields follow the source, but for those named in
    `local_fields`, which were changed here; the English fields are ours alone. Absent values are "" or [].
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("Brouillon")
        PUBLISHED = "published", _("Publié")
        WITHDRAWN = "withdrawn", _("Retiré")

    slug = models.SlugField(max_length=120, unique=True)
    structure = models.ForeignKey(
        "organisations.Organisation",
        on_delete=models.PROTECT,
        related_name="services",
        verbose_name=_("structure"),
    )

    # --- data·inclusion v1
    nom = models.CharField(_("nom"), max_length=150)
    description = models.TextField(_("description"), max_length=10_000)
    lien_source = models.URLField(_("page chez le producteur"), max_length=2000, blank=True)
    date_maj = models.DateField(_("modifié le"))
    type = models.CharField(_("type de service"), max_length=40, blank=True)
    thematiques = codes_field(verbose_name=_("thématiques"))
    frais = models.CharField(_("frais"), max_length=20, blank=True)
    frais_precisions = models.TextField(_("précisions sur les frais"), max_length=2000, blank=True)
    publics = codes_field(verbose_name=_("publics"))
    publics_precisions = models.TextField(_("précisions sur les publics"), max_length=2000, blank=True)
    conditions_acces = models.TextField(_("conditions d’accès"), max_length=5000, blank=True)
    nom_commune = models.CharField(_("commune, comme écrite"), max_length=200, blank=True)
    code_postal = models.CharField(_("code postal"), max_length=5, blank=True)
    commune = models.ForeignKey(
        "territories.Commune", on_delete=models.PROTECT, null=True, blank=True, related_name="services"
    )
    adresse = models.CharField(_("adresse"), max_length=300, blank=True)
    complement_adresse = models.CharField(_("complément d’adresse"), max_length=300, blank=True)
    point = models.PointField(srid=4326, null=True, blank=True)  # lon/lat
    telephone = models.CharField(_("téléphone"), max_length=50, blank=True)
    courriel = models.EmailField(_("adresse e-mail"), blank=True)
    contact_nom_prenom = models.CharField(_("contact"), max_length=200, blank=True)
    modes_accueil = codes_field(verbose_name=_("modes d’accueil"))
    # codes of communes, départements, EPCI or countries, « france »: a migration checks their form
    zone_eligibilite = ArrayField(
        models.CharField(max_length=9), verbose_name=_("zone d’éligibilité"), default=list, blank=True
    )
    lien_mobilisation = models.URLField(_("lien pour s’inscrire"), max_length=2000, blank=True)
    modes_mobilisation = codes_field(verbose_name=_("comment s’y prendre"))
    mobilisable_par = codes_field(verbose_name=_("qui peut demander"))
    mobilisation_precisions = models.TextField(_("précisions pour demander"), max_length=5000, blank=True)
    volume_horaire_hebdomadaire = models.FloatField(_("heures par semaine"), null=True, blank=True)
    nombre_semaines = models.PositiveIntegerField(_("nombre de semaines"), null=True, blank=True)
    horaires_accueil = models.CharField(_("horaires d’accueil"), max_length=1000, blank=True)
    score_qualite = models.FloatField(null=True, editable=False)  # 0 to 1, data·inclusion's own formula

    # --- entrepreneurship
    kind = models.CharField(_("nature"), max_length=20, choices=Kind, blank=True)
    phases = codes_field(verbose_name=_("étapes"))
    languages = codes_field(verbose_name=_("langues parlées"))
    accessibility = codes_field(verbose_name=_("accessibilité"))
    qpv_only = models.BooleanField(_("réservé aux quartiers prioritaires"), default=False)
    qpv_codes = ArrayField(
        models.CharField(max_length=10), verbose_name=_("quartiers servis"), default=list, blank=True
    )  # none: all those of the zone
    capacity = models.PositiveIntegerField(_("personnes suivies à la fois"), null=True, blank=True)
    places_left = models.PositiveIntegerField(_("places libres"), null=True, blank=True)
    delay_days = models.PositiveSmallIntegerField(
        _("jours avant un premier rendez-vous"), null=True, blank=True
    )

    # --- where it comes from, who keeps it, how fresh it is
    origin = models.CharField(max_length=120, blank=True)  # the import that brings it; "" when written here
    source = models.CharField(_("source"), max_length=120, blank=True)  # data·inclusion's producer
    source_key = models.CharField(max_length=300, blank=True)  # data·inclusion's id
    source_digest = models.CharField(max_length=32, blank=True)  # of the row as last imported
    local_fields = codes_field(editable=False)
    gone_on = models.DateField(null=True, blank=True)  # since when its source no longer has it
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    status = models.CharField(_("état"), max_length=12, choices=Status, default=Status.DRAFT)
    confirmed_on = models.DateField(_("confirmé le"), null=True, blank=True)
    reminded_on = models.DateField(null=True, blank=True)
    is_example = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField()  # set by a trigger
    version = models.PositiveIntegerField(default=1)  # raised by a trigger

    class Meta:
        indexes = [
            models.Index(fields=["structure"], name="service_structure"),
            GistIndex(fields=["point"], name="service_point"),
            models.Index(fields=["updated_at", "id"], name="service_updated"),
            models.Index(
                fields=["nom", "id"],
                condition=Q(status="published", gone_on__isnull=True),
                name="service_public_names",
            ),
            models.Index(
                fields=["created_at", "id"],
                condition=Q(status="published", gone_on__isnull=True),
                name="service_public_news",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["origin", "source_key"], condition=~Q(origin=""), name="service_origin_once"
            ),
            models.CheckConstraint(condition=Q(nom__regex=r"^.{3,}$"), name="service_nom_given"),
            models.CheckConstraint(
                condition=Q(description__regex=r"^(.|\n){5,}$"), name="service_description_given"
            ),
            models.CheckConstraint(condition=Q(type__in=["", *words.TYPES]), name="service_type_known"),
            models.CheckConstraint(condition=Q(frais__in=["", *words.FRAIS]), name="service_frais_known"),
            models.CheckConstraint(condition=Q(kind__in=["", *words.KINDS]), name="service_kind_known"),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "published", "withdrawn"]), name="service_status_known"
            ),
            known("service_thematiques_known", "thematiques", words.THEMATIQUES),
            known("service_publics_known", "publics", words.PUBLICS),
            known("service_modes_accueil_known", "modes_accueil", words.MODES_ACCUEIL),
            known("service_mobilisation_known", "modes_mobilisation", words.MODES_MOBILISATION),
            known("service_personnes_known", "mobilisable_par", words.PERSONNES),
            known("service_phases_known", "phases", words.PHASES),
            known("service_languages_known", "languages", words.Language.values),
            known("service_accessibility_known", "accessibility", words.Accessibility.values),
            models.CheckConstraint(
                condition=~Q(publics__contains=["tous-publics"]) | Q(publics__len=1),
                name="service_tous_publics_alone",
            ),
            models.CheckConstraint(
                condition=Q(code_postal="") | Q(code_postal__regex=r"^\d{5}$"), name="service_code_postal"
            ),
            models.CheckConstraint(
                condition=Q(places_left__isnull=True)
                | Q(capacity__isnull=True)
                | Q(places_left__lte=models.F("capacity")),
                name="service_places_within_capacity",
            ),
            models.CheckConstraint(
                condition=Q(score_qualite__isnull=True) | Q(score_qualite__range=(0, 1)),
                name="service_score_share",
            ),
            models.CheckConstraint(
                condition=Q(volume_horaire_hebdomadaire__isnull=True)
                | Q(volume_horaire_hebdomadaire__range=(0, 168)),
                name="service_hours_a_week",
            ),
            models.CheckConstraint(
                condition=Q(nombre_semaines__isnull=True) | Q(nombre_semaines__gte=1), name="service_weeks"
            ),
        ]

    def __str__(self) -> str:
        return self.nom


ServiceEvent = Service.pgh_event_model  # type: ignore[attr-defined]
