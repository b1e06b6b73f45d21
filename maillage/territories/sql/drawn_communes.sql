-- The communes that are drawn. Parameters: none. Returns: code, epci, departement, region ('' without one), population, contour (WKB, 4326).
-- A territory without département is drawn under the first three characters of its code, as départements are.
SELECT c.code, COALESCE(c.epci_id, ''), COALESCE(c.departement_id, left(c.code, 3)), COALESCE(d.region_id, left(c.code, 3)), c.population,
    ST_AsBinary(c.contour)
FROM territories_commune c LEFT JOIN territories_departement d ON d.code = c.departement_id
WHERE c.kind = 'COM' AND c.contour IS NOT NULL
ORDER BY c.code
