-- What the base map shows in a box, in pixels from its top left corner. Parameters: xmin, ymin, xmax, ymax (EPSG:3857), scale (drawing
-- units a metre), margin_m (drawn around the box), zoom, level (of the smallest territories to draw). Returns: what ('land' or a
-- border's level), d (SVG path data, whole units). The land is drawn by regions: fewer lines that borders draw again.
WITH view AS (
    SELECT ST_Expand(ST_MakeEnvelope(%(xmin)s, %(ymin)s, %(xmax)s, %(ymax)s, 3857), %(margin_m)s) AS box
), pieces AS (
    SELECT 'land' AS what, ST_ClipByBox2D(c.shape, view.box) AS shape
    FROM territories_contour c, view
    WHERE c.kind = 'region' AND %(zoom)s BETWEEN c.min_zoom AND c.max_zoom AND c.shape && view.box
    UNION ALL
    SELECT b.level::text, ST_ClipByBox2D(b.shape, view.box)
    FROM territories_border b, view
    WHERE %(zoom)s BETWEEN b.min_zoom AND b.max_zoom AND b.shape && view.box AND b.level <= %(level)s
)
SELECT what, string_agg(ST_AsSVG(drawn, 1, 0), ' ') AS d
FROM pieces, ST_SnapToGrid(ST_Affine(shape, %(scale)s, 0, 0, %(scale)s, -%(xmin)s * %(scale)s, -%(ymax)s * %(scale)s), 1) AS drawn
WHERE NOT ST_IsEmpty(shape) AND NOT ST_IsEmpty(drawn)
GROUP BY what
ORDER BY what = 'land' DESC, what DESC
