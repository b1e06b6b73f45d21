-- Each structure with its place and the organisation that it already is: the one of its (origin, id); else one written here
-- that no source brings, known by its SIRET if the name or the commune agrees, or by its name in the same commune. Such
-- an organisation is adopted: what it says already counts as changed here. Parameter: origin.
CREATE TEMPORARY TABLE resolved_structures ON COMMIT DROP AS
WITH placed AS (
    SELECT r.*, COALESCE(p.written, p.here) AS commune_found,
        CASE WHEN p.near OR p.here IS NOT NULL THEN r.point END AS point_found,
        r.point IS NOT NULL AND NOT p.near AND p.here IS NULL AS outside,
        regexp_replace(maillage_plain(r.nom), '[^a-z0-9]+', ' ', 'g') AS bare
    FROM incoming_structures r JOIN places_structures p USING (line)
), ours AS (
    SELECT id, siret, commune_id, regexp_replace(maillage_plain(name), '[^a-z0-9]+', ' ', 'g') AS bare
    FROM organisations_organisation WHERE origin = ''
), like_ours AS (
    SELECT p.line, o.id, o.siret <> '' AND o.siret = p.siret AS by_siret
    FROM placed p JOIN ours o ON o.siret = p.siret AND p.siret <> ''
        AND (o.bare = p.bare OR o.commune_id IS NULL OR o.commune_id = p.commune_found)
    UNION ALL
    SELECT p.line, o.id, false
    FROM placed p JOIN ours o ON o.bare = p.bare AND o.commune_id = p.commune_found AND (o.siret = '' OR p.siret = '')
), adopted AS (
    -- one row an organisation, one organisation a row
    SELECT DISTINCT ON (id) id, line FROM (
        SELECT DISTINCT ON (line) line, id, by_siret FROM like_ours ORDER BY line, by_siret DESC, id
    ) best ORDER BY id, by_siret DESC, line
)
SELECT p.*, COALESCE(known.id, a.id) AS organisation, known.id IS NULL AND a.id IS NOT NULL AS adopts,
    known.source_digest AS known_digest, known.gone_on IS NOT NULL AS was_gone
FROM placed p
LEFT JOIN organisations_organisation known ON known.origin = %(origin)s AND known.origin <> '' AND known.source_key = p.key
LEFT JOIN adopted a ON a.line = p.line AND known.id IS NULL
