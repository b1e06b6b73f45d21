-- The communes to name on the map, the most populated first. Parameters: none. Returns: code, nom, x, y (EPSG:3857), population.
SELECT c.code, c.nom, ST_X(place), ST_Y(place), COALESCE(c.population, 0)
FROM territories_commune c, ST_Transform(c.town_hall, 3857) AS place
WHERE c.kind = 'COM' AND c.contour IS NOT NULL
ORDER BY c.population DESC NULLS LAST, c.code
