-- The commune that covers each point whose line names none (the smallest code on a border), and the neighbourhood, of the
-- latest generation. No parameter. For the few lines of a small file: initiatives.imports.contours does it for many.
UPDATE incoming i SET
    lies_in = CASE WHEN i.commune IS NULL THEN (
        SELECT (array_agg(c.code ORDER BY c.code))[1] FROM territories_commune c
        WHERE c.kind = 'COM' AND ST_Covers(c.contour, i.point)
    ) END,
    qpv = (
        SELECT (array_agg(q.id ORDER BY q.generation DESC, q.code))[1] FROM territories_qpv q
        WHERE ST_Covers(q.contour, i.point)
    )
WHERE i.point IS NOT NULL
