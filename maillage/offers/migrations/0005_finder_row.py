from importlib import import_module

import django.contrib.gis.db.models
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models

REFRESH = """
-- what is searched of these services, made again: see SearchRow
CREATE OR REPLACE FUNCTION offers_refresh_search(ids bigint[]) RETURNS void LANGUAGE sql AS $$
DELETE FROM offers_searchrow WHERE service_id = ANY (ids) AND service_id NOT IN (
    SELECT s.id FROM offers_service s JOIN organisations_organisation o ON o.id = s.structure_id
    WHERE s.id = ANY (ids) AND s.status = 'published' AND s.gone_on IS NULL AND o.closed_on IS NULL);
INSERT INTO offers_searchrow AS known (
    service_id, structure_id, point, commune, zones, served, qpv_codes, qpv_only, on_site, remote, by_person,
    has_phone, has_places, business, free, phases, kinds, brakes, categories, publics, languages, themes, places_left,
    delay_days, confirmed_on, is_example, hours, search)
SELECT s.id AS service_id, s.structure_id,
    CASE WHEN placed.departements IS NULL OR s.point IS NOT NULL
        THEN COALESCE(s.point, CASE WHEN home.same THEN o.point END, c.town_hall, oc.town_hall) END AS point,
    COALESCE(s.commune_id, o.commune_id, '') AS commune, s.zone_eligibilite AS zones,
    CASE
        WHEN s.zone_eligibilite <> '{}' THEN s.zone_eligibilite
        WHEN 'a-distance' = ANY (s.modes_accueil) THEN '{france}'
        WHEN placed.departements IS NOT NULL THEN ARRAY(
            SELECT DISTINCT code FROM unnest(placed.departements || COALESCE(c.departement_id, oc.departement_id)) AS code
            WHERE code IS NOT NULL ORDER BY code)
        WHEN COALESCE(s.point, c.town_hall, oc.town_hall, o.point) IS NULL THEN '{france}'
        ELSE '{}'
    END AS served,
    s.qpv_codes, s.qpv_only,
    s.modes_accueil = '{}' OR 'en-presentiel' = ANY (s.modes_accueil) AS on_site,
    'a-distance' = ANY (s.modes_accueil) AS remote,
    s.mobilisable_par = '{}' OR 'usagers' = ANY (s.mobilisable_par) AS by_person,
    s.telephone <> '' OR o.telephone <> '' AS has_phone, placed.departements IS NOT NULL AS has_places,
    COALESCE(said.phases, themed.phases, 0) <> 0 OR COALESCE(themed.categories, 0) & b.mask <> 0
        OR (s.kind <> '' AND COALESCE(themed.brakes, 0) = 0) AS business,
    CASE s.frais WHEN 'gratuit' THEN true WHEN 'payant' THEN false END AS free,
    COALESCE(said.phases, themed.phases, 0)::smallint AS phases, COALESCE(1 << k.number, 0)::smallint AS kinds,
    COALESCE(themed.brakes, 0)::smallint AS brakes, COALESCE(themed.categories, 0) AS categories,
    COALESCE(said.publics, 0) AS publics, COALESCE(said.languages, 0) AS languages,
    COALESCE(themed.themes, '{}') AS themes, s.places_left, s.delay_days,
    COALESCE(s.confirmed_on, s.date_maj) AS confirmed_on, s.is_example,
    COALESCE(NULLIF(s.horaires_accueil, ''), CASE WHEN home.same THEN o.horaires_accueil END, '') AS hours,
    setweight(to_tsvector('fr', s.nom), 'A')
        || setweight(to_tsvector('fr', o.name || ' ' || COALESCE(themed.labels, '')), 'B')
        || setweight(to_tsvector('fr', left(s.description, 2000)), 'C') AS search
FROM offers_service s
JOIN organisations_organisation o ON o.id = s.structure_id AND o.closed_on IS NULL
-- a service that gives no address of its own is where its structure is
CROSS JOIN LATERAL (
    SELECT s.point IS NULL AND s.adresse = '' AND (s.commune_id IS NULL OR s.commune_id = o.commune_id) AS same
) home
CROSS JOIN (
    SELECT 1 << number AS mask FROM offers_term WHERE vocabulary = 'category' AND code = 'creer-une-entreprise'
) b
-- row by row: nothing that depends on how many rows the planner expects
CROSS JOIN LATERAL (
    SELECT array_agg(t.number ORDER BY t.number) AS themes, string_agg(t.label, ' ') AS labels,
        bit_or(1 << t.category) AS categories, bit_or(1 << t.brake) AS brakes, bit_or(t.phases) AS phases
    FROM offers_term t WHERE t.vocabulary = 'theme' AND t.code = ANY (s.thematiques)
) themed
CROSS JOIN LATERAL (
    SELECT bit_or(1 << t.number) FILTER (WHERE t.vocabulary = 'public' AND t.code = ANY (s.publics)) AS publics,
        bit_or(1 << t.number) FILTER (WHERE t.vocabulary = 'phase' AND t.code = ANY (s.phases)) AS phases,
        bit_or(1 << t.number) FILTER (WHERE t.vocabulary = 'language' AND t.code = ANY (s.languages)) AS languages
    FROM offers_term t
    WHERE t.vocabulary IN ('public', 'phase', 'language') AND t.code = ANY (s.publics || s.phases || s.languages)
) said
LEFT JOIN LATERAL (
    SELECT array_agg(DISTINCT pc.departement_id) AS departements
    FROM offers_permanence p JOIN territories_commune pc ON pc.code = p.commune_id
    WHERE p.service_id = s.id
    HAVING count(*) > 0
) placed ON true
LEFT JOIN territories_commune c ON c.code = s.commune_id
LEFT JOIN territories_commune oc ON oc.code = o.commune_id
LEFT JOIN offers_term k ON k.vocabulary = 'kind' AND k.code = COALESCE(NULLIF(s.kind, ''), CASE s.type
    WHEN 'accompagnement' THEN 'accompagnement' WHEN 'formation' THEN 'formation' WHEN 'atelier' THEN 'groupe'
    WHEN 'aide-financiere' THEN 'financement' WHEN 'information' THEN 'accueil' END)
WHERE s.id = ANY (ids) AND s.status = 'published' AND s.gone_on IS NULL
ON CONFLICT (service_id) DO UPDATE SET (
    structure_id, point, commune, zones, served, qpv_codes, qpv_only, on_site, remote, by_person, has_phone,
    has_places, business, free, phases, kinds, brakes, categories, publics, languages, themes, places_left, delay_days,
    confirmed_on, is_example, hours, search
) = (
    excluded.structure_id, excluded.point, excluded.commune, excluded.zones, excluded.served, excluded.qpv_codes,
    excluded.qpv_only, excluded.on_site, excluded.remote, excluded.by_person, excluded.has_phone, excluded.has_places,
    excluded.business, excluded.free, excluded.phases, excluded.kinds, excluded.brakes, excluded.categories,
    excluded.publics, excluded.languages, excluded.themes, excluded.places_left, excluded.delay_days,
    excluded.confirmed_on, excluded.is_example, excluded.hours, excluded.search)
WHERE known IS DISTINCT FROM excluded;
-- and the few bytes that the finder reads: see FinderRow
DELETE FROM offers_finderrow WHERE service_id = ANY (ids) AND service_id NOT IN (
    SELECT service_id FROM offers_searchrow WHERE service_id = ANY (ids));
INSERT INTO offers_finderrow AS known (
    service_id, served, point, business, has_places, brakes, categories, only_qpv, packed)
SELECT r.service_id, r.served, CASE WHEN r.served = '{}' THEN r.point END, r.business, r.has_places, r.brakes,
    r.categories, CASE WHEN r.qpv_only AND r.qpv_codes <> '{}' THEN r.qpv_codes END,
    offers_packed(
        r.service_id, r.point, (r.business::int) | (r.on_site::int << 1) | (r.remote::int << 2)
            | (r.by_person::int << 3) | (r.has_phone::int << 4) | (r.has_places::int << 5) | (r.qpv_only::int << 6)
            | ((r.qpv_codes <> '{}')::int << 7) | ((r.zones <> '{}')::int << 8),
        r.phases, r.kinds, r.brakes, r.categories, r.publics, r.languages, r.themes, r.places_left, r.delay_days,
        r.confirmed_on)
FROM offers_searchrow r WHERE r.service_id = ANY (ids)
ON CONFLICT (service_id) DO UPDATE SET (served, point, business, has_places, brakes, categories, only_qpv, packed)
    = (excluded.served, excluded.point, excluded.business, excluded.has_places, excluded.brakes, excluded.categories,
        excluded.only_qpv, excluded.packed)
WHERE known IS DISTINCT FROM excluded
$$;
"""
INDEXES = """
-- PostGIS' own index of a model has no condition
CREATE INDEX finderrow_unbounded ON offers_finderrow USING gist (point) WHERE served = '{}';
ALTER TABLE offers_searchrow RESET (toast_tuple_target);
SELECT offers_refresh_search((SELECT array_agg(id) FROM offers_service));
"""


def refresh_before() -> str:
    """The function as the migration before this one made it."""
    text = import_module("maillage.offers.migrations.0004_finder").REFRESH
    return text[text.index("CREATE OR REPLACE FUNCTION offers_refresh_search") :]


class Migration(migrations.Migration):
    dependencies = [("offers", "0004_finder")]
    operations = [
        migrations.CreateModel(
            "FinderRow",
            [
                (
                    "service",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=models.DO_NOTHING,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="offers.service",
                    ),
                ),
                ("served", django.contrib.postgres.fields.ArrayField(models.CharField(max_length=9), size=None)),
                ("point", django.contrib.gis.db.models.PointField(null=True, spatial_index=False, srid=4326)),
                ("business", models.BooleanField()),
                ("has_places", models.BooleanField()),
                ("brakes", models.SmallIntegerField()),
                ("categories", models.IntegerField()),
                (
                    "only_qpv",
                    django.contrib.postgres.fields.ArrayField(models.CharField(max_length=10), null=True, size=None),
                ),
                ("packed", models.BinaryField()),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fastupdate=False, fields=["served"], name="finderrow_served"
                    )
                ]
            },
        ),
        migrations.RemoveField("searchrow", "packed"),
        migrations.RemoveIndex("searchrow", "searchrow_served"),
        migrations.RemoveIndex("searchrow", "searchrow_unbounded"),
        migrations.RunSQL(REFRESH, refresh_before()),
        migrations.RunSQL(INDEXES, "DROP INDEX finderrow_unbounded"),
    ]
