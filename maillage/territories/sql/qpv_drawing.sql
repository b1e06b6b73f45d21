-- The QPV in a box. Parameters: xmin, ymin, xmax, ymax (EPSG:3857), scale (drawing units a metre), margin_m, generation (null: every one).
-- Returns: generation, is_schematic, is_latest (no later generation of official contours is loaded), d (SVG path data, whole units).
WITH view AS (
    SELECT box, ST_Transform(box, 4326) AS degrees
    FROM ST_Expand(ST_MakeEnvelope(%(xmin)s, %(ymin)s, %(xmax)s, %(ymax)s, 3857), %(margin_m)s) AS box
), latest AS (SELECT max(generation) AS generation FROM territories_qpv WHERE NOT is_schematic)
SELECT q.generation, q.is_schematic, q.is_schematic OR q.generation = latest.generation AS is_latest,
    string_agg(ST_AsSVG(drawn, 1, 0), ' ' ORDER BY q.code) AS d
FROM territories_qpv q, view, latest,
    ST_SnapToGrid(ST_Affine(ST_ClipByBox2D(ST_Transform(q.contour, 3857), view.box), %(scale)s, 0, 0, %(scale)s,
        -%(xmin)s * %(scale)s, -%(ymax)s * %(scale)s), 1) AS drawn
WHERE q.contour && view.degrees AND (q.generation = %(generation)s OR %(generation)s::int IS NULL) AND NOT ST_IsEmpty(drawn)
GROUP BY q.generation, q.is_schematic, latest.generation
ORDER BY q.generation
