-- Points just off a coast or a border (a quay, a mouth, a generalised contour): the nearest commune within 0.02 degrees.
INSERT INTO located
SELECT i.line, nearest.code
FROM incoming i
CROSS JOIN LATERAL (
    SELECT c.code FROM territories_commune c
    WHERE c.kind = 'COM' AND ST_DWithin(c.contour, i.point, 0.02)
    ORDER BY c.contour <-> i.point, c.code LIMIT 1
) nearest
WHERE i.commune IS NULL AND i.point IS NOT NULL AND i.line NOT IN (SELECT line FROM located)
