-- The communes' names that may show in a box. Parameters: xmin, ymin, xmax, ymax (EPSG:3857), scale (drawing units a metre), margin_m, zoom.
-- Returns: nom, x, y (drawing units from the top left corner), min_zoom, population.
SELECT c.nom, round((ST_X(l.place) - %(xmin)s) * %(scale)s)::int, round((%(ymax)s - ST_Y(l.place)) * %(scale)s)::int, l.min_zoom, c.population
FROM territories_label l JOIN territories_commune c ON c.code = l.commune_id
WHERE l.min_zoom <= %(zoom)s AND l.place && ST_Expand(ST_MakeEnvelope(%(xmin)s, %(ymin)s, %(xmax)s, %(ymax)s, 3857), %(margin_m)s)
ORDER BY l.rank
