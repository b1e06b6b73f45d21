-- The outline of one territory. Parameters: kind (commune, epci or qpv), code, generation (of a QPV, else null), xmin, ymax (EPSG:3857, the
-- top left corner), scale (drawing units a metre). Returns: d (SVG path data, whole units).
SELECT ST_AsSVG(ST_SnapToGrid(ST_Affine(shape, %(scale)s, 0, 0, %(scale)s, -%(xmin)s * %(scale)s, -%(ymax)s * %(scale)s), 1), 1, 0)
FROM (
    SELECT ST_Transform(contour, 3857) AS shape FROM territories_commune WHERE %(kind)s = 'commune' AND code = %(code)s
    UNION ALL
    SELECT ST_Transform(contour, 3857) FROM territories_qpv WHERE %(kind)s = 'qpv' AND code = %(code)s AND generation = %(generation)s
    UNION ALL
    SELECT shape FROM territories_contour WHERE kind = %(kind)s AND kind = 'epci' AND code = %(code)s
) territory
WHERE shape IS NOT NULL
