-- The overseas départements as small drawings. Parameters: size (pixels of the square they fit in). Returns: code, nom, xmin, ymin, xmax, ymax
-- (EPSG:3857), d (SVG path data, in quarters of a pixel from the top left corner of the square).
SELECT d.code, d.nom, ST_XMin(c.shape), ST_YMin(c.shape), ST_XMax(c.shape), ST_YMax(c.shape),
    ST_AsSVG(ST_SnapToGrid(ST_Affine(c.shape, k, 0, 0, k,
        %(size)s * 2 - k * (ST_XMin(c.shape) + ST_XMax(c.shape)) / 2,
        -%(size)s * 2 - k * (ST_YMin(c.shape) + ST_YMax(c.shape)) / 2), 1), 1, 0)
FROM territories_contour c JOIN territories_departement d ON d.code = c.code,
    LATERAL (SELECT %(size)s * 4 / greatest(ST_XMax(c.shape) - ST_XMin(c.shape), ST_YMax(c.shape) - ST_YMin(c.shape)) AS k) AS scale
WHERE c.kind = 'departement' AND c.min_zoom = 8 AND d.code LIKE '97%%'
ORDER BY d.code
