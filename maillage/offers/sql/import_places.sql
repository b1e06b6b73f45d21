-- Where each row is. {kind}: structures or services. Makes places_{kind}: line, written (the commune that the row names, if
-- it exists), near (its point is there, within some five kilometres), here (the commune found otherwise).
CREATE TEMPORARY TABLE places_{kind} ON COMMIT DROP AS
SELECT i.line, i.point, c.code::text AS written, NULL::text AS here,
    COALESCE(CASE WHEN c.contour IS NULL THEN ST_DistanceSphere(c.town_hall, i.point) < 30000
                  ELSE ST_DWithin(c.contour, i.point, 0.05) END, false) AS near
FROM incoming_{kind} i LEFT JOIN territories_commune c ON c.code = i.code_insee AND i.code_insee <> '';
CREATE INDEX ON places_{kind} USING gist (point);
ANALYZE places_{kind};
-- of a point that names no commune, or is not in it: the commune that it is in (commune by commune: PostGIS then prepares
-- each contour once); else the nearest one within two kilometres (a quay, a general contour)
UPDATE places_{kind} p SET here = inside.code
FROM (
    SELECT found.line, min(c.code) AS code
    FROM territories_commune c CROSS JOIN LATERAL (
        SELECT q.line FROM places_{kind} q WHERE ST_Covers(c.contour, q.point) AND NOT q.near
    ) found
    WHERE c.kind = 'COM' GROUP BY found.line
) inside
WHERE p.line = inside.line;
UPDATE places_{kind} p SET here = found.code
FROM places_{kind} q CROSS JOIN LATERAL (
    SELECT c.code FROM territories_commune c
    WHERE c.kind = 'COM' AND ST_DWithin(c.contour, q.point, 0.02) ORDER BY ST_Distance(c.contour, q.point), c.code LIMIT 1
) found
WHERE p.line = q.line AND q.point IS NOT NULL AND NOT q.near AND q.here IS NULL;
-- of what has neither: the only commune of this name and postal code
UPDATE places_{kind} p SET here = named.code
FROM (
    SELECT i.line, min(c.code) AS code
    FROM incoming_{kind} i
    JOIN places_{kind} q ON q.line = i.line AND q.written IS NULL AND q.here IS NULL
    JOIN (
        SELECT code, regexp_replace(maillage_plain(nom), '[^a-z0-9]+', ' ', 'g') AS nom, unnest(postal_codes) AS postal
        FROM territories_commune WHERE kind = 'COM'
    ) c ON c.postal = i.code_postal
        AND c.nom = regexp_replace(regexp_replace(maillage_plain(i.nom_commune), '[^a-z0-9]+', ' ', 'g'), '\mst(e?)\M', 'saint\1', 'g')
    WHERE i.code_postal <> '' AND i.nom_commune <> '' GROUP BY i.line HAVING count(*) = 1
) named
WHERE p.line = named.line
