-- Give the incoming communes the land of the former communes that joined them and whose own contour is no longer published: the hole
-- that the contours leave beside them. No parameter, no column. A hole beside two such communes, or none, stays: nothing says whose it is.
WITH grown AS MATERIALIZED (
    SELECT DISTINCT c.code, c.contour
    FROM incoming_commune former JOIN incoming_commune c ON c.code = former.parent AND c.kind = 'COM'
    WHERE former.kind = 'COMD' AND former.contour IS NULL AND c.contour IS NOT NULL
), around AS MATERIALIZED (
    -- 0.15 degree is wider than any hole
    SELECT g.code, ST_Union(c.contour) AS land
    FROM grown g JOIN incoming_commune c ON c.kind = 'COM' AND c.contour && ST_Expand(g.contour, 0.15)
    GROUP BY g.code
), holes AS MATERIALIZED (
    -- what lies inside a ring and is nobody's: the ring may hold an island, as Hesdin is
    SELECT hole.geom AS shape
    FROM around a, ST_Dump(a.land) AS part, ST_DumpRings(part.geom) AS ring, ST_Dump(ST_Difference(ring.geom, a.land)) AS hole
    WHERE ring.path[1] > 0 AND ST_Area(hole.geom::geography) > 100000
), claimed AS (
    SELECT min(g.code) AS code, h.shape
    FROM holes h JOIN grown g ON g.contour && h.shape AND ST_Length(ST_Intersection(ST_Boundary(h.shape), g.contour)) > 0
    GROUP BY h.shape
    HAVING count(DISTINCT g.code) = 1
)
UPDATE incoming_commune c SET contour = ST_Multi(ST_Union(c.contour, joined.shape))
FROM (SELECT code, ST_Union(shape) AS shape FROM claimed GROUP BY code) joined
WHERE c.code = joined.code AND c.kind = 'COM'
