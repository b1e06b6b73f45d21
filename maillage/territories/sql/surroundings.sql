-- Every territory around a place. Parameters: lon, lat (degrees, SRID 4326), code (Insee), one or the other null.
-- A point that no commune covers is of the nearest one within 0.02 degree (2 km): a quay, a general contour, one no longer published.
-- Returns one row, or none at sea, abroad or for an unknown code: commune, nom, departement, parent commune, epci,
-- QPV codes of the newest generation loaded (null for a commune, or when no contour is loaded), lon and lat of the town hall. Schematic
-- outlines of the demo make no official contour older.
WITH here AS (
    SELECT ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326) AS point
), inside AS MATERIALIZED (
    -- looked for once: contours are long. On the line between two communes, the smallest code
    SELECT code FROM territories_commune, here
    WHERE %(code)s::text IS NULL AND kind = 'COM' AND ST_Covers(contour, here.point) ORDER BY code LIMIT 1
), found AS MATERIALIZED (
    SELECT code FROM territories_commune WHERE code = %(code)s
    UNION ALL
    SELECT code FROM inside
    UNION ALL
    (SELECT code FROM territories_commune, here
     WHERE %(code)s::text IS NULL AND NOT EXISTS (SELECT FROM inside) AND kind = 'COM'
        AND ST_DWithin(contour, here.point, 0.02)
     ORDER BY ST_Distance(contour, here.point), code LIMIT 1)
)
SELECT c.code, c.nom, COALESCE(c.departement_id, p.departement_id), c.parent_id, COALESCE(c.epci_id, p.epci_id),
    CASE WHEN here.point IS NOT NULL AND EXISTS (SELECT FROM territories_qpv) THEN ARRAY(
        SELECT q.code FROM territories_qpv q
        WHERE ST_Covers(q.contour, here.point)
            AND NOT EXISTS (SELECT FROM territories_qpv newer WHERE newer.generation > q.generation AND NOT newer.is_schematic)
        ORDER BY q.code)
    END,
    ST_X(c.town_hall), ST_Y(c.town_hall)
FROM found
CROSS JOIN here
JOIN territories_commune c ON c.code = found.code
LEFT JOIN territories_commune p ON p.code = c.parent_id
