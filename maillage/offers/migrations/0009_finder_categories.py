from importlib import import_module

from django.db import migrations

CODES = """
-- how a row may be found: see FinderRow
CREATE OR REPLACE FUNCTION offers_finder_codes(r offers_searchrow) RETURNS TABLE (purpose smallint, code varchar)
LANGUAGE sql IMMUTABLE AS $$
SELECT p.purpose, c.code
FROM unnest(CASE WHEN r.business THEN '{0}'::smallint[] ELSE ARRAY(
    SELECT (1 + n)::smallint FROM generate_series(0, 30) AS n WHERE r.categories & (1 << n) <> 0
) END) AS p (purpose)
CROSS JOIN (
    SELECT DISTINCT unnest(CASE WHEN r.served = '{}' AND r.point IS NOT NULL
        THEN ARRAY[('c' || floor(ST_X(r.point) * 2)::int || ':' || floor(ST_Y(r.point) * 2)::int)::varchar]
        ELSE r.served END)
) AS c (code)
$$;
"""
AGAIN = """
DELETE FROM offers_finderrow;
INSERT INTO offers_finderrow (purpose, code, service_id, has_places, packed)
SELECT k.purpose, k.code, s.service_id, s.has_places, offers_packed(s)
FROM offers_searchrow s CROSS JOIN LATERAL offers_finder_codes(s) AS k;
"""


def codes_before() -> str:
    """The function as the migration before this one made it."""
    text = import_module("maillage.offers.migrations.0008_finder_codes").PACKED
    start, end = text.index("CREATE FUNCTION offers_finder_codes"), text.index("CREATE FUNCTION offers_keep_finder")
    return text[start:end].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1)


class Migration(migrations.Migration):
    """Every brake is of one category, which is enough to find it: half as many rows to keep."""

    dependencies = [("offers", "0008_finder_codes")]
    operations = [migrations.RunSQL(CODES + AGAIN, codes_before() + AGAIN)]
