-- The commune of each point whose line names none: the one that covers it (the smallest code on a border).
CREATE TEMPORARY TABLE located ON COMMIT DROP AS
SELECT i.line, min(c.code) AS commune
FROM territories_commune c
JOIN incoming i ON c.contour && i.point AND ST_Covers(c.contour, i.point)
WHERE c.kind = 'COM' AND i.commune IS NULL AND i.point IS NOT NULL
GROUP BY i.line
