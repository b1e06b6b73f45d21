from importlib import import_module

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models

LANGUAGES = [
    "fr", "en", "ar", "bm", "ber", "es", "ff", "fsl", "ku", "ln", "pt", "ro", "ru", "snk", "ta", "tr", "uk", "wo", "zh",
]  # fmt: skip


def add_languages(apps, schema_editor):
    Term = apps.get_model("offers", "Term")
    Term.objects.using(schema_editor.connection.alias).bulk_create(
        Term(vocabulary="language", code=code, number=number, label=code)
        for number, code in enumerate(LANGUAGES)
    )


def remove_languages(apps, schema_editor):
    Term = apps.get_model("offers", "Term")
    Term.objects.using(schema_editor.connection.alias).filter(vocabulary="language").delete()


REFRESH = """
-- a row as the finder reads it, 74 bytes, big-endian: see PACKED in queries/finder/candidates.py
CREATE FUNCTION offers_packed(
    id bigint, at geometry, flags integer, phases smallint, kinds smallint, brakes smallint, categories integer,
    publics integer, languages integer, themes smallint[], places_left integer, delay_days smallint, confirmed_on date
) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
SELECT int8send(id) || float8send(COALESCE(ST_X(at), 'NaN')) || float8send(COALESCE(ST_Y(at), 'NaN'))
    || int4send(flags) || int2send(phases) || int2send(kinds) || int2send(brakes) || int4send(categories)
    || int4send(publics) || int4send(languages)
    || int8send(COALESCE((SELECT bit_or(1::bigint << t) FROM unnest(themes) AS t WHERE t < 63), 0))
    || int8send(COALESCE((SELECT bit_or(1::bigint << (t - 63)) FROM unnest(themes) AS t WHERE t >= 63), 0))
    || int4send(COALESCE(places_left, -1)) || int4send(COALESCE(delay_days, -1))
    || int4send(confirmed_on - DATE '1970-01-01')
$$;
-- what the finder ranks, made again for these services: see SearchRow
CREATE OR REPLACE FUNCTION offers_refresh_search(ids bigint[]) RETURNS void LANGUAGE sql AS $$
DELETE FROM offers_searchrow WHERE service_id = ANY (ids) AND service_id NOT IN (
    SELECT s.id FROM offers_service s JOIN organisations_organisation o ON o.id = s.structure_id
    WHERE s.id = ANY (ids) AND s.status = 'published' AND s.gone_on IS NULL AND o.closed_on IS NULL);
WITH changed AS (
    SELECT s.* FROM offers_service s JOIN organisations_organisation o ON o.id = s.structure_id
    WHERE s.id = ANY (ids) AND s.status = 'published' AND s.gone_on IS NULL AND o.closed_on IS NULL
), themed AS (
    SELECT s.id, array_agg(t.number ORDER BY t.number) AS themes, string_agg(t.label, ' ') AS labels,
        bit_or(1 << t.category) AS categories, bit_or(1 << t.brake) AS brakes, bit_or(t.phases) AS phases
    FROM changed s CROSS JOIN LATERAL unnest(s.thematiques) AS given(code)
    JOIN offers_term t ON t.vocabulary = 'theme' AND t.code = given.code
    GROUP BY s.id
), aimed AS (
    SELECT s.id, bit_or(1 << t.number) AS publics
    FROM changed s CROSS JOIN LATERAL unnest(s.publics) AS given(code)
    JOIN offers_term t ON t.vocabulary = 'public' AND t.code = given.code
    GROUP BY s.id
), phased AS (
    SELECT s.id, bit_or(1 << t.number) AS phases
    FROM changed s CROSS JOIN LATERAL unnest(s.phases) AS given(code)
    JOIN offers_term t ON t.vocabulary = 'phase' AND t.code = given.code
    GROUP BY s.id
), spoken AS (
    SELECT s.id, bit_or(1 << t.number) AS languages
    FROM changed s CROSS JOIN LATERAL unnest(s.languages) AS given(code)
    JOIN offers_term t ON t.vocabulary = 'language' AND t.code = given.code
    GROUP BY s.id
), placed AS (
    SELECT p.service_id AS id, array_agg(DISTINCT pc.departement_id) AS departements
    FROM offers_permanence p JOIN territories_commune pc ON pc.code = p.commune_id
    WHERE p.service_id = ANY (ids)
    GROUP BY p.service_id
)
INSERT INTO offers_searchrow AS known (
    service_id, structure_id, point, commune, zones, served, qpv_codes, qpv_only, on_site, remote, by_person,
    has_phone, has_places, business, free, phases, kinds, brakes, categories, publics, languages, themes, places_left,
    delay_days, confirmed_on, is_example, hours, search, packed)
SELECT made.*, offers_packed(
    made.service_id, made.point, (made.business::int) | (made.on_site::int << 1) | (made.remote::int << 2)
        | (made.by_person::int << 3) | (made.has_phone::int << 4) | (made.has_places::int << 5)
        | (made.qpv_only::int << 6) | ((made.qpv_codes <> '{}')::int << 7) | ((made.zones <> '{}')::int << 8),
    made.phases, made.kinds, made.brakes, made.categories, made.publics, made.languages, made.themes,
    made.places_left, made.delay_days, made.confirmed_on)
FROM (
SELECT s.id AS service_id, s.structure_id,
    CASE WHEN placed.id IS NULL OR s.point IS NOT NULL
        THEN COALESCE(s.point, CASE WHEN home.same THEN o.point END, c.town_hall, oc.town_hall) END AS point,
    COALESCE(s.commune_id, o.commune_id, '') AS commune, s.zone_eligibilite AS zones,
    CASE
        WHEN s.zone_eligibilite <> '{}' THEN s.zone_eligibilite
        WHEN 'a-distance' = ANY (s.modes_accueil) THEN '{france}'
        WHEN placed.id IS NOT NULL THEN ARRAY(
            SELECT DISTINCT code FROM unnest(placed.departements || COALESCE(c.departement_id, oc.departement_id)) AS code
            WHERE code IS NOT NULL ORDER BY code)
        WHEN COALESCE(s.point, c.town_hall, oc.town_hall, o.point) IS NULL THEN '{france}'
        ELSE '{}'
    END AS served,
    s.qpv_codes, s.qpv_only,
    s.modes_accueil = '{}' OR 'en-presentiel' = ANY (s.modes_accueil) AS on_site,
    'a-distance' = ANY (s.modes_accueil) AS remote,
    s.mobilisable_par = '{}' OR 'usagers' = ANY (s.mobilisable_par) AS by_person,
    s.telephone <> '' OR o.telephone <> '' AS has_phone, placed.id IS NOT NULL AS has_places,
    COALESCE(phased.phases, themed.phases, 0) <> 0 OR COALESCE(themed.categories, 0) & b.mask <> 0
        OR (s.kind <> '' AND COALESCE(themed.brakes, 0) = 0) AS business,
    CASE s.frais WHEN 'gratuit' THEN true WHEN 'payant' THEN false END AS free,
    COALESCE(phased.phases, themed.phases, 0)::smallint AS phases, COALESCE(1 << k.number, 0)::smallint AS kinds,
    COALESCE(themed.brakes, 0)::smallint AS brakes, COALESCE(themed.categories, 0) AS categories,
    COALESCE(aimed.publics, 0) AS publics, COALESCE(spoken.languages, 0) AS languages,
    COALESCE(themed.themes, '{}') AS themes, s.places_left, s.delay_days,
    COALESCE(s.confirmed_on, s.date_maj) AS confirmed_on, s.is_example, COALESCE(NULLIF(s.horaires_accueil, ''), CASE WHEN home.same THEN o.horaires_accueil END, '') AS hours,
    setweight(to_tsvector('fr', s.nom), 'A')
        || setweight(to_tsvector('fr', o.name || ' ' || COALESCE(themed.labels, '')), 'B')
        || setweight(to_tsvector('fr', left(s.description, 2000)), 'C') AS search
FROM changed s
JOIN organisations_organisation o ON o.id = s.structure_id
-- a service that gives no address of its own is where its structure is
CROSS JOIN LATERAL (
    SELECT s.point IS NULL AND s.adresse = '' AND (s.commune_id IS NULL OR s.commune_id = o.commune_id) AS same
) home
CROSS JOIN (
    SELECT 1 << number AS mask FROM offers_term WHERE vocabulary = 'category' AND code = 'creer-une-entreprise'
) b
LEFT JOIN territories_commune c ON c.code = s.commune_id
LEFT JOIN territories_commune oc ON oc.code = o.commune_id
LEFT JOIN themed ON themed.id = s.id
LEFT JOIN aimed ON aimed.id = s.id
LEFT JOIN phased ON phased.id = s.id
LEFT JOIN spoken ON spoken.id = s.id
LEFT JOIN placed ON placed.id = s.id
LEFT JOIN offers_term k ON k.vocabulary = 'kind' AND k.code = COALESCE(NULLIF(s.kind, ''), CASE s.type
    WHEN 'accompagnement' THEN 'accompagnement' WHEN 'formation' THEN 'formation' WHEN 'atelier' THEN 'groupe'
    WHEN 'aide-financiere' THEN 'financement' WHEN 'information' THEN 'accueil' END)
) AS made
ON CONFLICT (service_id) DO UPDATE SET (
    structure_id, point, commune, zones, served, qpv_codes, qpv_only, on_site, remote, by_person, has_phone,
    has_places, business, free, phases, kinds, brakes, categories, publics, languages, themes, places_left, delay_days,
    confirmed_on, is_example, hours, search, packed
) = (
    excluded.structure_id, excluded.point, excluded.commune, excluded.zones, excluded.served, excluded.qpv_codes,
    excluded.qpv_only, excluded.on_site, excluded.remote, excluded.by_person, excluded.has_phone, excluded.has_places,
    excluded.business, excluded.free, excluded.phases, excluded.kinds, excluded.brakes, excluded.categories,
    excluded.publics, excluded.languages, excluded.themes, excluded.places_left, excluded.delay_days,
    excluded.confirmed_on, excluded.is_example, excluded.hours, excluded.search,
    excluded.packed)
WHERE known IS DISTINCT FROM excluded
$$;
"""
PERMANENCES = """
-- the words of the full text are long: kept apart, so that a search reads few pages
ALTER TABLE offers_searchrow SET (toast_tuple_target = 256);

CREATE FUNCTION offers_keep_search_of_permanences() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM offers_refresh_search((SELECT array_agg(DISTINCT service_id) FROM changed));
    RETURN NULL;
END $$;
CREATE FUNCTION offers_keep_search_of_moved_permanences() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM offers_refresh_search((
        SELECT array_agg(DISTINCT service_id)
        FROM (SELECT service_id FROM changed UNION SELECT service_id FROM before) AS either));
    RETURN NULL;
END $$;
CREATE TRIGGER keep_search_on_insert AFTER INSERT ON offers_permanence
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION offers_keep_search_of_permanences();
CREATE TRIGGER keep_search_on_delete AFTER DELETE ON offers_permanence
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION offers_keep_search_of_permanences();
CREATE TRIGGER keep_search_on_update AFTER UPDATE ON offers_permanence
    REFERENCING OLD TABLE AS before NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION offers_keep_search_of_moved_permanences();

DROP TRIGGER offers_keep_search ON organisations_organisation;
CREATE TRIGGER offers_keep_search
    AFTER UPDATE OF name, commune_id, point, telephone, horaires_accueil, closed_on ON organisations_organisation
    FOR EACH ROW WHEN (
        (OLD.name, OLD.commune_id, OLD.point::bytea, OLD.telephone, OLD.horaires_accueil, OLD.closed_on)
        IS DISTINCT FROM (NEW.name, NEW.commune_id, NEW.point::bytea, NEW.telephone, NEW.horaires_accueil, NEW.closed_on))
    EXECUTE FUNCTION offers_keep_search_of_structure();

SELECT offers_refresh_search((SELECT array_agg(id) FROM offers_service));
"""
NO_PERMANENCES = """
DROP FUNCTION offers_keep_search_of_permanences() CASCADE;
DROP FUNCTION offers_keep_search_of_moved_permanences() CASCADE;
ALTER TABLE offers_searchrow RESET (toast_tuple_target);
DROP TRIGGER offers_keep_search ON organisations_organisation;
CREATE TRIGGER offers_keep_search AFTER UPDATE OF name, commune_id ON organisations_organisation
    FOR EACH ROW WHEN ((OLD.name, OLD.commune_id) IS DISTINCT FROM (NEW.name, NEW.commune_id))
    EXECUTE FUNCTION offers_keep_search_of_structure();
"""


def refresh_before() -> str:
    """The function as the migration before this one made it."""
    text = import_module("maillage.offers.migrations.0002_terms_versions_and_search").TRIGGERS
    start, end = text.index("CREATE FUNCTION offers_refresh_search"), text.index("-- by statement")
    return text[start:end].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1)


def column(name, field):
    return migrations.AddField("searchrow", name, field, preserve_default=False)


class Migration(migrations.Migration):
    dependencies = [("offers", "0003_quality")]
    operations = [
        migrations.RunPython(add_languages, remove_languages),
        column("served", django.contrib.postgres.fields.ArrayField(models.CharField(max_length=9), default=list)),
        column("has_phone", models.BooleanField(default=False)),
        column("has_places", models.BooleanField(default=False)),
        column("business", models.BooleanField(default=False)),
        column("languages", models.IntegerField(default=0)),
        column("hours", models.CharField(default="", max_length=1000)),
        column("packed", models.BinaryField(default=b"")),
        migrations.RemoveIndex("searchrow", "searchrow_zones"),
        migrations.RemoveIndex("searchrow", "searchrow_point"),
        migrations.AddIndex(
            "searchrow",
            django.contrib.postgres.indexes.GistIndex(
                condition=models.Q(("zones", [])), fields=["point"], name="searchrow_unbounded"
            ),
        ),
        migrations.AddIndex(
            "searchrow",
            django.contrib.postgres.indexes.GinIndex(
                fastupdate=False, fields=["served"], name="searchrow_served"
            ),
        ),
        migrations.RunSQL(REFRESH, refresh_before() + "DROP FUNCTION offers_packed;"),
        migrations.RunSQL(PERMANENCES, NO_PERMANENCES),
    ]
