-- The services whose structure no file has given. Parameter: origin. Returns: line, id of the structure, producer.
SELECT i.line, i.structure_key, i.source FROM incoming_services i
WHERE NOT EXISTS (
    SELECT FROM organisations_organisation k WHERE k.origin = %(origin)s AND k.source_key = i.structure_key)
ORDER BY i.line
