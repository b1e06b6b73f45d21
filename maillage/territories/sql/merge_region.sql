-- Incoming régions into the table. Returns: created (boolean), one row for each that changed.
INSERT INTO territories_region AS t (code, nom)
SELECT code, nom FROM incoming_region
ON CONFLICT (code) DO UPDATE SET nom = EXCLUDED.nom
WHERE t.nom <> EXCLUDED.nom
RETURNING xmax = 0
