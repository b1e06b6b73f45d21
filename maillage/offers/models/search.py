from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField

from maillage.offers.models.service import Service


class Term(models.Model):
    """One word of a vocabulary and its number: bit `number` of a mask of SearchRow, or a member of its `themes`.

    Vocabularies: phase, kind, public, theme, category, brake, language. A theme also says its category, the brake that it lifts
    and the phases that it stands for. Filled by migrations.
    """

    vocabulary = models.CharField(max_length=10)
    code = models.CharField(max_length=100)
    number = models.SmallIntegerField()
    label = models.CharField(max_length=200)
    category = models.SmallIntegerField(null=True)  # number of the theme's category
    brake = models.SmallIntegerField(null=True)  # number of the theme's brake
    phases = models.SmallIntegerField(default=0)  # mask

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["vocabulary", "code"], name="term_once"),
            models.UniqueConstraint(fields=["vocabulary", "number"], name="term_numbered_once"),
        ]

    def __str__(self) -> str:
        return f"{self.vocabulary} {self.code}"


class SearchRow(models.Model):
    """One public service as people search it, its codes as bits.

    Kept by triggers from Service, its permanences and its structure's name: `offers_refresh_search(ids)` makes the rows of these
    services again. A service that is not public (draft, withdrawn, gone from its source) has no row.
    Masks are of bits `1 << Term.number`; 0 says that nothing is known, not that nothing fits. `zones` are not expanded:
    compare (&&) with the codes of every territory around the person, "france" included; none means no known limit.
    `served` is what FinderRow is found by: `zones`, or when there are none, "france" for a service that answers from afar
    or whose place is not known, and the départements of its places; nearby people find such a service by its point.
    `themes` are numbers of terms. Phases and kind are those written here, else deduced from themes and type.
    """

    # no constraint: triggers keep it, and a service is deleted without asking
    service = models.OneToOneField(
        Service, on_delete=models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="+"
    )
    structure_id = models.BigIntegerField()
    # the service's own point, else the town hall of its commune or its structure's, but for a service with permanences
    # and no point of its own: it receives there; lon/lat
    point = models.PointField(srid=4326, null=True)
    commune = models.CharField(max_length=5)
    zones = ArrayField(models.CharField(max_length=9))
    served = ArrayField(models.CharField(max_length=9))
    qpv_codes = ArrayField(models.CharField(max_length=10))
    qpv_only = models.BooleanField()
    on_site = models.BooleanField()
    remote = models.BooleanField()
    by_person = models.BooleanField()  # people may ask by themselves
    has_phone = models.BooleanField()
    has_places = models.BooleanField()  # permanences
    business = models.BooleanField()  # for those who create or run one: the others lift brakes
    free = models.BooleanField(null=True)
    phases = models.SmallIntegerField()
    kinds = models.SmallIntegerField()
    brakes = models.SmallIntegerField()
    categories = models.IntegerField()
    publics = models.IntegerField()
    languages = models.IntegerField()
    themes = ArrayField(models.SmallIntegerField())
    places_left = models.IntegerField(null=True)
    delay_days = models.SmallIntegerField(null=True)
    confirmed_on = models.DateField()  # else the day of the last change
    is_example = models.BooleanField()
    hours = models.CharField(max_length=1000)
    search = SearchVectorField()

    class Meta:
        indexes = [
            GinIndex(fields=["search"], name="searchrow_search"),
        ]

    def __str__(self) -> str:
        return str(self.service_id)


class FinderRow(models.Model):
    """One way in which the finder finds a SearchRow, with the few bytes that rank it: an index holds all of it, in the
    order in which it is looked for, so that one answer reads a few pages. Ids are ranked first, records joined last.

    `purpose`: 0 for those who create or run a business; else 1 + number of a category (every brake is of one).
    `code`: one of `served`; when it says nothing, the cell of half a degree where the service is (« c4:97 »: longitude
    and latitude times two, rounded down). Kept by triggers from SearchRow.
    """

    service = models.ForeignKey(Service, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    purpose = models.SmallIntegerField()
    code = models.CharField(max_length=12)
    has_places = models.BooleanField()
    packed = models.BinaryField()  # the columns that rank: PACKED in queries/finder/candidates.py

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["purpose", "code", "service"], include=["has_places", "packed"], name="finderrow_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.code} {self.service_id}"
