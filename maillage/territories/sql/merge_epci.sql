-- Incoming EPCI into the table. Returns: created (boolean), one row for each that changed.
INSERT INTO territories_epci AS t (code, nom, nature)
SELECT code, nom, nature FROM incoming_epci
ON CONFLICT (code) DO UPDATE SET nom = EXCLUDED.nom, nature = EXCLUDED.nature
WHERE (t.nom, t.nature) IS DISTINCT FROM (EXCLUDED.nom, EXCLUDED.nature)
RETURNING xmax = 0
