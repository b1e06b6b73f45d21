-- Points just off a coast or a border (a quay, a mouth, a generalised contour): the nearest commune within 0.02 degrees.
-- No parameter.
UPDATE incoming i SET lies_in = (
    SELECT c.code FROM territories_commune c
    WHERE c.kind = 'COM' AND ST_DWithin(c.contour, i.point, 0.02)
    ORDER BY c.contour <-> i.point, c.code LIMIT 1
)
WHERE i.commune IS NULL AND i.lies_in IS NULL AND i.point IS NOT NULL
