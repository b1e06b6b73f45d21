import django.db.models.deletion
from django.conf import settings
from django.contrib.gis.db.models import PointField
from django.db import migrations, models

# a second index of the point, one that nothing reads, and those for LIKE on codes and addresses that are only compared
UNREAD = """
DROP INDEX IF EXISTS initiatives_initiative_point_2dd0d954_id;
DROP INDEX IF EXISTS initiatives_initiativeevent_point_0d671a71_id;
DROP INDEX IF EXISTS initiatives_initiative_slug_89639998_like;
DROP INDEX IF EXISTS initiatives_initiativeevent_commune_id_6ecac958_like;
DROP INDEX IF EXISTS initiatives_initiativeevent_departement_id_119af671_like;
DROP INDEX IF EXISTS initiatives_initiativeevent_region_id_2c6105c3_like;
"""
READ_AGAIN = """
CREATE INDEX initiatives_initiative_point_2dd0d954_id ON initiatives_initiative USING gist (point);
CREATE INDEX initiatives_initiativeevent_point_0d671a71_id ON initiatives_initiativeevent USING gist (point);
CREATE INDEX initiatives_initiative_slug_89639998_like ON initiatives_initiative (slug varchar_pattern_ops);
CREATE INDEX initiatives_initiativeevent_commune_id_6ecac958_like
    ON initiatives_initiativeevent (commune_id varchar_pattern_ops);
CREATE INDEX initiatives_initiativeevent_departement_id_119af671_like
    ON initiatives_initiativeevent (departement_id varchar_pattern_ops);
CREATE INDEX initiatives_initiativeevent_region_id_2c6105c3_like
    ON initiatives_initiativeevent (region_id varchar_pattern_ops);
"""
POINT = PointField(blank=True, null=True, spatial_index=False, srid=4326)


def without_index(name: str, to: str, related_name: str, on_delete: object) -> migrations.AlterField:
    field = models.ForeignKey(
        blank=True, db_index=False, null=True, on_delete=on_delete, related_name=related_name, to=to
    )
    return migrations.AlterField("initiative", name, field)


def where_given(name: str) -> migrations.AddIndex:
    index = models.Index(
        condition=models.Q((f"{name}__isnull", False)), fields=[name], name=f"initiative_{name}"
    )
    return migrations.AddIndex("initiative", index)


class Migration(migrations.Migration):
    dependencies = [("initiatives", "0007_facet_bits")]
    operations = [
        migrations.RunSQL(
            UNREAD,
            READ_AGAIN,
            state_operations=[
                migrations.AlterField("initiative", "point", POINT),
                migrations.AlterField("initiativeevent", "point", POINT),
            ],
        ),
        without_index("commune", "territories.commune", "initiatives", django.db.models.deletion.PROTECT),
        without_index("qpv", "territories.qpv", "initiatives", django.db.models.deletion.SET_NULL),
        without_index("departement", "territories.departement", "+", django.db.models.deletion.PROTECT),
        without_index("region", "territories.region", "+", django.db.models.deletion.PROTECT),
        without_index("owner", settings.AUTH_USER_MODEL, "+", django.db.models.deletion.SET_NULL),
        migrations.AddIndex("initiative", models.Index(fields=["commune"], name="initiative_commune")),
        *(where_given(name) for name in ("qpv", "departement", "region", "owner")),
    ]
