-- Incoming former communes into the table, once their commune is there. Returns: created (boolean), one row for each that changed.
INSERT INTO territories_formercommune AS t (code, nom, commune_id, population, place)
SELECT f.code, f.nom, c.code, f.population, COALESCE(
    -- some published positions are those of another commune
    CASE WHEN NOT ST_IsEmpty(f.town_hall) AND ST_DWithin(f.town_hall, c.contour, 0.01) THEN f.town_hall END,
    ST_PointOnSurface(f.contour), c.town_hall)
FROM incoming_commune f JOIN territories_commune c ON c.code = f.parent
WHERE f.kind IN ('COMD', 'COMA') AND f.code <> f.parent
ON CONFLICT (code) DO UPDATE SET
    nom = EXCLUDED.nom, commune_id = EXCLUDED.commune_id, population = EXCLUDED.population, place = EXCLUDED.place
WHERE (t.nom, t.commune_id, t.population, t.place) IS DISTINCT FROM (EXCLUDED.nom, EXCLUDED.commune_id, EXCLUDED.population, EXCLUDED.place)
RETURNING xmax = 0
