import pghistory
from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, GistIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db.models import F, Func
from django.utils.translation import gettext_lazy as _


class Theme(models.Model):
    """One of the themes by which initiatives are found; an instance can change the default ten."""

    code = models.SlugField(primary_key=True, max_length=40)
    name = models.CharField(max_length=80)
    position = models.PositiveSmallIntegerField(unique=True)
    colour = models.CharField(max_length=7)  # white on it has a contrast of 5.7 or more
    icon = models.CharField(max_length=40)  # a name of lucide-static
    shape = models.CharField(max_length=20)  # of the marker, so that colour never speaks alone
    bit = models.PositiveSmallIntegerField(
        unique=True, null=True, editable=False
    )  # its number in Initiative.facets, given by a trigger

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return self.name


class Public(models.TextChoices):
    JEUNES = "jeunes", _("Jeunes")
    FEMMES = "femmes", _("Femmes")
    DEMANDEURS_EMPLOI = "demandeurs-emploi", _("Demandeurs d’emploi")
    RSA = "rsa", _("Bénéficiaires du RSA")
    HABITANTS = "habitants", _("Tous les habitants")
    ENTREPRENEURS = "entrepreneurs", _("Entrepreneurs et commerçants")
    PROFESSIONNELS = "professionnels", _("Professionnels et relais")


class Phase(models.TextChoices):
    IDEE = "idee", _("Idée")
    AMORCAGE = "amorcage", _("Émergence et amorçage")
    CREATION = "creation", _("Création")
    DEVELOPPEMENT = "developpement", _("Développement")


PUBLICS, PHASES = Public.values, Phase.values


class Licence(models.TextChoices):
    LO2 = "LO-2.0", _("Licence Ouverte 2.0")
    CC_BY = "CC-BY-4.0", _("Creative Commons BY 4.0")
    CC_BY_SA = "CC-BY-SA-4.0", _("Creative Commons BY-SA 4.0")
    ODBL = "ODbL-1.0", _("ODbL 1.0")


@pghistory.track(
    pghistory.UpdateEvent("before_update", row=pghistory.Old),
    pghistory.DeleteEvent("before_delete", row=pghistory.Old),
    exclude=["search", "facets", "map_x", "map_y", "map_theme"],
    model_name="InitiativeEvent",
    append_only=True,
)
class Initiative(models.Model):
    """One initiative of the collaborative map.

    The history keeps the row as it was before each update or deletion: with the present row, every version.
    `version` is raised by a trigger; a save that carries another number than the row's is refused.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("Brouillon")
        PROPOSED = "proposed", _("Proposée")
        PUBLISHED = "published", _("Publiée")
        TO_CONFIRM = "to-confirm", _("À confirmer")
        ARCHIVED = "archived", _("Archivée")

    class Scope(models.TextChoices):
        """How precise the place is: what the point stands for."""

        ADDRESS = "address", _("À une adresse")
        QPV = "qpv", _("Dans un quartier")
        COMMUNE = "commune", _("Position à la commune")
        DEPARTEMENT = "departement", _("Départementale")
        REGION = "region", _("Régionale")
        NATIONAL = "national", _("Nationale")

    slug = models.SlugField(max_length=120, unique=True)
    title = models.CharField(_("titre"), max_length=160)
    summary = models.CharField(_("résumé"), max_length=400)
    body = models.TextField(_("description"), blank=True, max_length=20_000)
    themes = ArrayField(models.CharField(max_length=40), verbose_name=_("thèmes"), default=list)
    publics = ArrayField(
        models.CharField(max_length=40, choices=Public), verbose_name=_("publics"), default=list, blank=True
    )
    phases = ArrayField(
        models.CharField(max_length=40, choices=Phase), verbose_name=_("phases"), default=list, blank=True
    )

    carrier = models.ForeignKey(
        "organisations.Organisation",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="initiatives",
        verbose_name=_("portée par"),
    )
    partners = ArrayField(
        models.CharField(max_length=200), verbose_name=_("partenaires"), default=list, blank=True
    )

    scope = models.CharField(_("lieu"), max_length=12, choices=Scope)
    # lon/lat; its index is in Meta: Django would make another of its own
    point = models.PointField(srid=4326, null=True, blank=True, spatial_index=False)
    address = models.CharField(_("adresse"), max_length=300, blank=True)
    # the indexes of the territories are in Meta too: a million rows pay for each at every import
    commune = models.ForeignKey(
        "territories.Commune",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="initiatives",
        db_index=False,
    )
    qpv = models.ForeignKey(
        "territories.Qpv",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="initiatives",
        db_index=False,
    )
    departement = models.ForeignKey(
        "territories.Departement",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    region = models.ForeignKey(
        "territories.Region",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )

    starts_on = models.DateField(_("début"), null=True, blank=True)
    ends_on = models.DateField(_("fin"), null=True, blank=True)
    contact_name = models.CharField(_("contact"), max_length=120, blank=True)
    contact_email = models.EmailField(_("adresse e-mail du contact"), blank=True)
    contact_phone = models.CharField(_("téléphone"), max_length=30, blank=True)
    links = models.JSONField(_("liens"), default=list, blank=True)  # [{"url", "label"}]

    source_name = models.CharField(_("source"), max_length=200, blank=True)
    source_url = models.URLField(_("adresse de la source"), max_length=500, blank=True)
    author_name = models.CharField(_("auteur ou autrice de la fiche"), max_length=120, blank=True)
    licence = models.CharField(_("licence"), max_length=20, choices=Licence, default=Licence.LO2)
    is_example = models.BooleanField(default=False)

    status = models.CharField(_("état"), max_length=12, choices=Status, default=Status.DRAFT)
    confirmed_on = models.DateField(_("confirmée le"), null=True, blank=True)
    reminded_on = models.DateField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )

    # where an imported row comes from, and what it said then: fields that still say so follow the source, others are local edits
    origin = models.CharField(max_length=120, blank=True)
    origin_key = models.CharField(max_length=200, blank=True)
    origin_values = models.JSONField(null=True, blank=True)

    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField()  # set by a trigger
    version = models.PositiveIntegerField(default=1)  # raised by a trigger
    search = SearchVectorField(null=True, editable=False)  # of title, summary and body, set by a trigger
    # what the clusters of the map are counted from, alone in an index: Web Mercator metres and the first theme
    map_x = models.GeneratedField(
        expression=Func(F("point"), template="round(ST_X(%(expressions)s) * 111319.49079327358)"),
        output_field=models.IntegerField(),
        db_persist=True,
    )
    map_y = models.GeneratedField(
        expression=Func(
            F("point"),
            template="CASE WHEN %(expressions)s IS NOT NULL THEN round(ln(tan(radians(45 + least(greatest(ST_Y(%(expressions)s), -85.05), 85.05) / 2))) * 6378137) END",
        ),
        output_field=models.IntegerField(),
        db_persist=True,
    )
    map_theme = models.GeneratedField(
        expression=F("themes__0"),  # type: ignore[arg-type]
        output_field=models.CharField(max_length=40),
        db_persist=True,
    )
    # themes, publics and phases as bits, set by a trigger: the counts of the facets come from this column's index alone
    facets = models.BigIntegerField(db_default=0, editable=False)

    class Meta:
        indexes = [
            GinIndex(fields=["search"], name="initiative_search"),
            GinIndex(
                OpClass(Func("title", function="maillage_plain"), name="gin_trgm_ops"),
                name="initiative_title_trigrams",
            ),
            GinIndex(fields=["themes"], name="initiative_themes"),
            GistIndex(fields=["point"], name="initiative_point"),
            models.Index(
                fields=["map_x", "map_y", "map_theme", "id"],
                condition=models.Q(status__in=["published", "to-confirm"]),
                name="initiative_map",
            ),
            models.Index(
                fields=["facets"],
                condition=models.Q(status__in=["published", "to-confirm"]),
                name="initiative_facets",
            ),
            models.Index(fields=["updated_at", "id"], name="initiative_updated"),
            models.Index(fields=["-published_at", "id"], name="initiative_published"),
            models.Index(fields=["commune"], name="initiative_commune"),
            *(
                models.Index(
                    fields=[name], condition=models.Q(**{f"{name}__isnull": False}), name=f"initiative_{name}"
                )
                for name in ("qpv", "departement", "region", "owner")
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["origin", "origin_key"], condition=~models.Q(origin=""), name="initiative_origin_once"
            ),
            models.CheckConstraint(
                condition=models.Q(point__isnull=False, scope__in=["address", "qpv", "commune"])
                | models.Q(point__isnull=True, scope__in=["departement", "region", "national"]),
                name="initiative_point_as_scope",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True)
                | models.Q(starts_on__isnull=True)
                | models.Q(ends_on__gte=models.F("starts_on")),
                name="initiative_dates_in_order",
            ),
            models.CheckConstraint(condition=~models.Q(title=""), name="initiative_title_given"),
            models.CheckConstraint(
                condition=~models.Q(status__in=["published", "to-confirm"])
                | models.Q(published_at__isnull=False, confirmed_on__isnull=False),
                name="initiative_published_dated",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_public(self) -> bool:
        """Whether everyone may read it."""
        return self.status in {self.Status.PUBLISHED, self.Status.TO_CONFIRM}


InitiativeEvent = Initiative.pgh_event_model  # type: ignore[attr-defined]
