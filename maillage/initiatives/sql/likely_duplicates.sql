-- Fiches that may be the one about to be sent. Parameters: title, siret, lon and lat (degrees, null without a point), near_lon and near_lat
-- (degrees around them), scope, communes (codes), departement, region, statuses, exclude (id or null), limit.
-- Returns: id, title, scope, commune_id, same_siret, distance_m (null when one of the two has no point).
SELECT i.id, i.title, i.scope, i.commune_id, o.siret = %(siret)s AND %(siret)s <> '' AS same_siret,
       CASE WHEN i.point IS NOT NULL AND %(lon)s::float8 IS NOT NULL
            THEN ST_DistanceSphere(i.point, ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326)) END AS distance_m
FROM initiatives_initiative i LEFT JOIN organisations_organisation o ON o.id = i.carrier_id
WHERE i.status = ANY(%(statuses)s) AND i.id IS DISTINCT FROM %(exclude)s
  AND (
    (%(siret)s <> '' AND i.carrier_id IN (SELECT id FROM organisations_organisation WHERE siret = %(siret)s AND siret <> ''))
    OR (%(lon)s::float8 IS NOT NULL AND i.scope <> 'commune' AND i.point && ST_Expand(
            ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326), %(near_lon)s, %(near_lat)s))
    OR (i.commune_id = ANY(%(communes)s::text[]) AND (i.scope = 'commune' OR %(scope)s = 'commune'))
    OR (%(lon)s::float8 IS NULL AND i.point IS NULL AND i.scope = %(scope)s
        AND i.departement_id IS NOT DISTINCT FROM NULLIF(%(departement)s, '')
        AND i.region_id IS NOT DISTINCT FROM NULLIF(%(region)s, ''))
  )
ORDER BY same_siret DESC, similarity(maillage_plain(i.title), maillage_plain(%(title)s)) DESC, i.id
LIMIT %(limit)s
