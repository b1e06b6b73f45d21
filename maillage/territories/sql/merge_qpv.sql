-- Incoming QPV into the table; `incoming_qpv` is what the file says. Returns: created (boolean), one row for each that changed.
INSERT INTO territories_qpv AS t (code, generation, nom, commune_id, contour, is_schematic)
SELECT i.code, i.generation, i.nom, COALESCE(declared.parent_id, declared.code, around.code), i.contour, false
FROM incoming_qpv i
LEFT JOIN territories_commune declared ON declared.code = i.commune
LEFT JOIN LATERAL (
    SELECT c.code FROM territories_commune c
    WHERE c.kind = 'COM' AND ST_Intersects(c.contour, i.contour)
    ORDER BY ST_Area(ST_Intersection(c.contour, i.contour)) DESC, c.code LIMIT 1
) around ON declared.code IS NULL
ON CONFLICT (code, generation) DO UPDATE SET
    nom = EXCLUDED.nom, commune_id = EXCLUDED.commune_id, contour = EXCLUDED.contour
WHERE (t.nom, t.commune_id, t.contour) IS DISTINCT FROM (EXCLUDED.nom, EXCLUDED.commune_id, EXCLUDED.contour)
RETURNING xmax = 0
