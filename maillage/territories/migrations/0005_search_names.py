from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import migrations, models
from django.db.models import F

# how names are compared: without accents, case, marks, and with « saint » in full
PLAIN = """
CREATE FUNCTION territories_plain(value text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN btrim(regexp_replace(
    regexp_replace(
        regexp_replace(maillage_plain(value), '\\ms/', 'sur ', 'g'),
        '[^[:alnum:]]+', ' ', 'g'),
    '\\mst(es|e|s)?\\M', 'saint\\1', 'g'));

-- what a name looks like: « saint », in one name of ten, would make them all alike
CREATE FUNCTION territories_likeness(plain text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN regexp_replace(plain, '\\msaint(es|e|s)?\\M', 's\\1', 'g');
"""


class Migration(migrations.Migration):
    dependencies = [("territories", "0004_drawing"), ("core", "0001_text_search")]
    operations = [
        migrations.RunSQL(PLAIN, "DROP FUNCTION territories_likeness(text); DROP FUNCTION territories_plain(text);"),
        migrations.CreateModel(
            name="SearchName",
            fields=[
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
                    models.Index(
                        OpClass(F("alias"), name="text_pattern_ops"),
                        name="searchname_large",
                        condition=models.Q(weight__gte=10_000, rank=0),
                    ),
                    GinIndex(
                        OpClass(F("likeness"), name="gin_trgm_ops"),
                        name="searchname_trigrams",
                        condition=~models.Q(likeness=""),
                    ),
                ],
            },
        ),
    ]
