from pathlib import Path

from django.contrib.gis.db import models as gis
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, GistIndex, OpClass
from django.db import migrations, models
from django.db.models import F, Q


SQL = Path(__file__).with_suffix(".sql").read_text()
NO_SQL = """
DROP FUNCTION territories_new_qpv_drawing, territories_likeness, territories_plain CASCADE;
"""


class Migration(migrations.Migration):
    """Communes, EPCI, QPV, the shapes drawn from them and the names searched."""

    initial = True
    replaces = [
        ("territories", "0001_initial"),
        ("territories", "0002_commune_type_nom"),
        ("territories", "0003_qpv_rules_and_distance"),
        ("territories", "0004_drawing"),
        ("territories", "0005_search_names"),
        ("territories", "0006_commune_shares_contour"),
        ("territories", "0007_drawing_indexes"),
        ("territories", "0008_former_communes"),
    ]
    dependencies = [("core", "0001_schema")]
    operations = [
        migrations.CreateModel(
            "Region",
            [
                ("code", models.CharField(max_length=3, primary_key=True, serialize=False)),
                ("nom", models.CharField(max_length=200)),
            ],
        ),
        migrations.CreateModel(
            "Departement",
            [
                ("code", models.CharField(max_length=3, primary_key=True, serialize=False)),
                ("nom", models.CharField(max_length=200)),
                ("region", models.ForeignKey(on_delete=models.PROTECT, related_name="departements", to="territories.region")),
            ],
        ),
        migrations.CreateModel(
            "Epci",
            [
                ("code", models.CharField(max_length=9, primary_key=True, serialize=False)),
                ("nom", models.CharField(max_length=300)),
                ("nature", models.CharField(max_length=10)),
            ],
        ),
        migrations.CreateModel(
            "Commune",
            [
                ("code", models.CharField(max_length=5, primary_key=True, serialize=False)),
                ("nom", models.CharField(max_length=200)),
                ("type_nom", models.SmallIntegerField(default=0)),
                ("kind", models.CharField(choices=[("COM", "commune"), ("ARM", "arrondissement")], default="COM", max_length=3)),
                ("parent", models.ForeignKey(null=True, on_delete=models.PROTECT, related_name="arrondissements", to="territories.commune")),
                ("departement", models.ForeignKey(null=True, on_delete=models.PROTECT, related_name="communes", to="territories.departement")),
                ("epci", models.ForeignKey(null=True, on_delete=models.PROTECT, related_name="communes", to="territories.epci")),
                ("population", models.IntegerField(null=True)),
                ("postal_codes", ArrayField(models.CharField(max_length=5), default=list)),
                ("town_hall", gis.PointField(srid=4326)),
                ("contour", gis.MultiPolygonField(null=True, srid=4326)),
                ("shares_contour", models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            "FormerCommune",
            [
                ("code", models.CharField(max_length=5, primary_key=True, serialize=False)),
                ("nom", models.CharField(max_length=200)),
                ("commune", models.ForeignKey(on_delete=models.CASCADE, related_name="former_communes", to="territories.commune")),
                ("population", models.IntegerField(null=True)),
                ("place", gis.PointField(spatial_index=False, srid=4326)),
            ],
        ),
        migrations.CreateModel(
            "Qpv",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=10)),
                ("generation", models.SmallIntegerField()),
                ("nom", models.CharField(max_length=200)),
                ("commune", models.ForeignKey(null=True, on_delete=models.PROTECT, related_name="qpv", to="territories.commune")),
                ("contour", gis.MultiPolygonField(srid=4326)),
                ("is_schematic", models.BooleanField(default=False)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("code", "generation"), name="qpv_once_a_generation"),
                ],
            },
        ),
        migrations.CreateModel(
            "Contour",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(choices=[("commune", "commune"), ("epci", "EPCI"), ("departement", "département"), ("region", "région")], max_length=12),
                ),
                ("code", models.CharField(max_length=9)),
                ("min_zoom", models.SmallIntegerField()),
                ("max_zoom", models.SmallIntegerField()),
                ("shape", gis.MultiPolygonField(spatial_index=False, srid=3857)),
            ],
            options={
                "indexes": [
                    GistIndex(F("shape"), condition=Q(("kind", "departement")), name="contour_land"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "code", "min_zoom"), name="contour_once_a_zoom"),
                ],
            },
        ),
        migrations.CreateModel(
            "Border",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("level", models.SmallIntegerField(choices=[(0, "Coast"), (1, "Region"), (2, "Departement"), (3, "Epci"), (4, "Commune")])),
                ("min_zoom", models.SmallIntegerField()),
                ("max_zoom", models.SmallIntegerField()),
                ("shape", gis.LineStringField(spatial_index=False, srid=3857)),
            ],
            options={
                "indexes": [
                    GistIndex(F("shape"), condition=Q(("min_zoom__lte", 8)), name="border_far"),
                    GistIndex(F("shape"), condition=Q(("max_zoom__gte", 9)), name="border_near"),
                ],
            },
        ),
        migrations.CreateModel(
            "Label",
            [
                (
                    "commune",
                    models.OneToOneField(
                        db_constraint=False, on_delete=models.DO_NOTHING, primary_key=True, related_name="+", serialize=False, to="territories.commune"
                    ),
                ),
                ("min_zoom", models.SmallIntegerField()),
                ("rank", models.IntegerField()),
                ("place", gis.PointField(srid=3857)),
            ],
        ),
        migrations.CreateModel(
            "Drawing",
            [
                ("layer", models.CharField(max_length=12, primary_key=True, serialize=False)),
                ("version", models.CharField(max_length=16)),
            ],
        ),
        migrations.CreateModel(
            "SearchName",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("alias", models.TextField()),
                ("rank", models.SmallIntegerField()),
                ("likeness", models.TextField()),
                ("kind", models.CharField(max_length=10)),
                ("code", models.CharField(max_length=10)),
                ("generation", models.SmallIntegerField(null=True)),
                ("nom", models.CharField(max_length=300)),
                ("context", models.CharField(max_length=300)),
                ("departement", models.CharField(max_length=3)),
                ("weight", models.IntegerField()),
                ("lon", models.FloatField()),
                ("lat", models.FloatField()),
            ],
            options={
                "indexes": [
                    models.Index(OpClass(F("alias"), name="text_pattern_ops"), name="searchname_prefix"),
                    models.Index(OpClass(F("alias"), name="text_pattern_ops"), condition=Q(("rank", 0), ("weight__gte", 10000)), name="searchname_large"),
                    GinIndex(OpClass(F("likeness"), name="gin_trgm_ops"), condition=Q(("likeness", ""), _negated=True), name="searchname_trigrams"),
                ],
            },
        ),
        migrations.RunSQL(SQL, NO_SQL),
    ]
