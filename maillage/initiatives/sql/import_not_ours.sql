-- Takes out the lines that lie, or whose fiche lies, in none of these territories. Parameters: commune, epci, departement,
-- region (arrays of codes). Returns: line.
WITH lying AS (
    SELECT r.line, r.commune, r.departement, r.region FROM resolved r
    UNION ALL
    SELECT m.line, i.commune_id, i.departement_id, i.region_id
    FROM matched m JOIN initiatives_initiative i ON i.id = m.initiative
), elsewhere AS (
    SELECT DISTINCT lying.line
    FROM lying
    LEFT JOIN territories_commune c ON c.code = lying.commune
    LEFT JOIN territories_departement d ON d.code = c.departement_id
    WHERE NOT COALESCE(
        c.code = ANY(%(commune)s) OR c.parent_id = ANY(%(commune)s) OR c.epci_id = ANY(%(epci)s)
        OR c.departement_id = ANY(%(departement)s) OR d.region_id = ANY(%(region)s), false)
      AND NOT COALESCE(lying.departement = ANY(%(departement)s), false)
      AND NOT COALESCE(lying.region = ANY(%(region)s), false)
)
DELETE FROM incoming USING elsewhere WHERE incoming.line = elsewhere.line
RETURNING elsewhere.line
