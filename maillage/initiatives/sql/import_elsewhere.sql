-- Takes out the lines whose place cannot be: abroad (no commune), or further than 50 km from the commune that they name.
-- No parameter. Returns: line, lon, lat, name of the commune or null, distance in km or null.
WITH wrong AS (
    SELECT i.line, i.lon, i.lat, c.nom, ST_DistanceSphere(c.town_hall, i.point) / 1000 AS km
    FROM incoming i
    LEFT JOIN territories_commune c ON c.code = i.commune
    WHERE i.point IS NOT NULL AND (i.commune IS NOT NULL OR i.lies_in IS NULL)
      AND (i.commune IS NULL OR ST_DistanceSphere(c.town_hall, i.point) > 50000)
)
DELETE FROM incoming USING wrong WHERE incoming.line = wrong.line
RETURNING wrong.line, wrong.lon, wrong.lat, wrong.nom, wrong.km
