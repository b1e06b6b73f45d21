-- The services whose structure no file has given. Parameter: origin. Returns: line, id of the structure, producer.
SELECT i.line, i.structure_key, i.source FROM incoming_services i
-- hashed, whatever is known of structures that came a moment ago
WHERE i.structure_key NOT IN (SELECT source_key FROM organisations_organisation WHERE origin = %(origin)s)
ORDER BY i.line
