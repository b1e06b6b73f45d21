-- Incoming départements into the table. Returns: created (boolean), one row for each that changed.
INSERT INTO territories_departement AS t (code, nom, region_id)
SELECT code, nom, region FROM incoming_departement
ON CONFLICT (code) DO UPDATE SET nom = EXCLUDED.nom, region_id = EXCLUDED.region_id
WHERE (t.nom, t.region_id) IS DISTINCT FROM (EXCLUDED.nom, EXCLUDED.region_id)
RETURNING xmax = 0
