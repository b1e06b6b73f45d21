from django.db import migrations

# those that Django adds for LIKE, on addresses and codes that are only compared
UNREAD = """
DROP INDEX initiatives_initiative_slug_89639998_like;
DROP INDEX initiatives_initiativeevent_commune_id_6ecac958_like;
DROP INDEX initiatives_initiativeevent_departement_id_119af671_like;
DROP INDEX initiatives_initiativeevent_region_id_2c6105c3_like;
"""
READ_AGAIN = """
CREATE INDEX initiatives_initiative_slug_89639998_like ON initiatives_initiative (slug varchar_pattern_ops);
CREATE INDEX initiatives_initiativeevent_commune_id_6ecac958_like
    ON initiatives_initiativeevent (commune_id varchar_pattern_ops);
CREATE INDEX initiatives_initiativeevent_departement_id_119af671_like
    ON initiatives_initiativeevent (departement_id varchar_pattern_ops);
CREATE INDEX initiatives_initiativeevent_region_id_2c6105c3_like
    ON initiatives_initiativeevent (region_id varchar_pattern_ops);
"""


class Migration(migrations.Migration):
    """A migration of its own: the indexes of the first are made at its very end."""

    replaces = [("initiatives", "0008_fewer_indexes"), ("initiatives", "0009_rows_by_the_million")]
    dependencies = [("initiatives", "0001_schema")]
    operations = [migrations.RunSQL(UNREAD, READ_AGAIN)]
