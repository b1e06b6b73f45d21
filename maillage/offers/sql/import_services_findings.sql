-- Keeps what the import alone sees of the positions: nowhere in France, or far from the commune that the row names.
-- Parameters: origin, today, outside, elsewhere (kinds of Finding).
WITH seen AS (
    SELECT s.id, CASE WHEN r.outside THEN %(outside)s ELSE %(elsewhere)s END AS kind,
        CASE WHEN r.outside THEN concat(round(r.lon::numeric, 5), ' ; ', round(r.lat::numeric, 5)) ELSE '' END AS detail
    FROM resolved_services r
    JOIN places_services p USING (line)
    JOIN offers_service s ON s.origin = %(origin)s AND s.origin <> '' AND s.source_key = r.key
    WHERE r.outside OR (p.written IS NOT NULL AND p.here IS NOT NULL AND p.here <> p.written)
), healed AS (
    DELETE FROM offers_finding f USING resolved_services r
    WHERE f.service_id = r.service AND f.kind IN (%(outside)s, %(elsewhere)s)
      AND NOT EXISTS (SELECT FROM seen WHERE seen.id = f.service_id AND seen.kind = f.kind)
)
INSERT INTO offers_finding (service_id, kind, detail, found_on)
SELECT id, kind, detail, %(today)s FROM seen
ON CONFLICT (service_id, kind) WHERE service_id IS NOT NULL DO UPDATE SET detail = excluded.detail
WHERE offers_finding.detail <> excluded.detail
