import django.contrib.postgres.indexes
from django.db import migrations, models

# PostGIS' own index of a model has no condition
UNBOUNDED = """
DROP INDEX finderrow_unbounded;
CREATE INDEX finderrow_near_business ON offers_finderrow USING gist (point) WHERE business AND served = '{}';
CREATE INDEX finderrow_near_others ON offers_finderrow USING gist (point) WHERE NOT business AND served = '{}';
"""
UNBOUNDED_BEFORE = """
DROP INDEX finderrow_near_business;
DROP INDEX finderrow_near_others;
CREATE INDEX finderrow_unbounded ON offers_finderrow USING gist (point) WHERE served = '{}';
"""


class Migration(migrations.Migration):
    """Who lifts a brake that nobody spoke of is not even visited."""

    dependencies = [("offers", "0006_service_names")]
    operations = [
        migrations.RemoveIndex("finderrow", "finderrow_served"),
        migrations.AddIndex(
            "finderrow",
            django.contrib.postgres.indexes.GinIndex(
                condition=models.Q(("business", True)),
                fastupdate=False,
                fields=["served"],
                name="finderrow_business",
            ),
        ),
        migrations.AddIndex(
            "finderrow",
            django.contrib.postgres.indexes.GinIndex(
                condition=models.Q(("business", False)),
                fastupdate=False,
                fields=["served"],
                name="finderrow_others",
            ),
        ),
        migrations.RunSQL(UNBOUNDED, UNBOUNDED_BEFORE),
    ]
