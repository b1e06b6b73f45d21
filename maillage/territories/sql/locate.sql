-- What is at one point, and the nearest QPV. Parameters: lon, lat (degrees, SRID 4326).
-- Returns one row: commune, arrondissement, epci, departement, region ({code, nom} or null), qpv (array, one generation
-- after the other), nearest (with distance_m on the spheroid, or null when there is no QPV at all).
WITH here AS (
    SELECT ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326) AS point
), at_sphere AS (
    -- the index knows the sphere only: what it finds is at most half a percent too far, hence the second look below;
    -- lateral: the index is walked from the point outwards only when the point is known before the walk
    SELECT first.distance_m
    FROM here, LATERAL (
        SELECT ST_Distance(q.contour::geography, here.point::geography) AS distance_m
        FROM territories_qpv q
        ORDER BY q.contour::geography <-> here.point::geography
        LIMIT 1
    ) first
)
SELECT
    -- where several communes share one published contour, what they all belong to is known, and not which it is
    CASE WHEN NOT c.shares_contour THEN json_build_object('code', c.code, 'nom', c.nom) END,
    CASE WHEN a.code IS NOT NULL THEN json_build_object('code', a.code, 'nom', a.nom) END,
    CASE WHEN e.code IS NOT NULL THEN json_build_object('code', e.code, 'nom', e.nom) END,
    CASE WHEN d.code IS NOT NULL THEN json_build_object('code', d.code, 'nom', d.nom) END,
    CASE WHEN r.code IS NOT NULL THEN json_build_object('code', r.code, 'nom', r.nom) END,
    (SELECT COALESCE(json_agg(json_build_object(
            'code', q.code, 'nom', q.nom, 'generation', q.generation, 'is_schematic', q.is_schematic
        ) ORDER BY q.generation, q.code), '[]')
     FROM territories_qpv q WHERE ST_Covers(q.contour, here.point)),
    (SELECT json_build_object('code', q.code, 'nom', q.nom, 'generation', q.generation,
            'is_schematic', q.is_schematic, 'distance_m', q.distance_m)
     FROM (
        SELECT q.*, ST_Distance(q.contour::geography, here.point::geography) AS distance_m
        FROM at_sphere, territories_qpv q
        WHERE ST_DWithin(q.contour::geography, here.point::geography, at_sphere.distance_m + 0.001)
     ) q
     -- inside several, or as far from two: the newest contours, then the smallest code
     ORDER BY round(q.distance_m::numeric, 3), q.generation DESC, q.code LIMIT 1)
FROM here
-- on the line between two communes: the smallest code
LEFT JOIN LATERAL (
    SELECT * FROM territories_commune WHERE kind = 'COM' AND ST_Covers(contour, here.point) ORDER BY code LIMIT 1
) c ON true
LEFT JOIN LATERAL (
    SELECT * FROM territories_commune
    WHERE kind = 'ARM' AND parent_id = c.code AND ST_Covers(contour, here.point) ORDER BY code LIMIT 1
) a ON true
LEFT JOIN territories_epci e ON e.code = c.epci_id
LEFT JOIN territories_departement d ON d.code = c.departement_id
LEFT JOIN territories_region r ON r.code = d.region_id
