-- Each remaining service with what it stands for: its structure, its place, the service that it already is.
-- Parameter: origin. A point that is nowhere in France is left out: see `outside`.
CREATE TEMPORARY TABLE resolved_services ON COMMIT DROP AS
SELECT r.*, k.id AS structure, COALESCE(p.written, p.here) AS commune_found,
    CASE WHEN p.near OR p.here IS NOT NULL THEN r.point END AS point_found,
    r.point IS NOT NULL AND NOT p.near AND p.here IS NULL AS outside,
    known.id AS service, known.source_digest AS known_digest, known.structure_id AS known_structure,
    known.gone_on IS NOT NULL AS was_gone
FROM incoming_services r
JOIN places_services p USING (line)
JOIN organisations_organisation k ON k.origin = %(origin)s AND k.origin <> '' AND k.source_key = r.structure_key
LEFT JOIN offers_service known ON known.origin = %(origin)s AND known.origin <> '' AND known.source_key = r.key
