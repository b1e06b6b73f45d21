-- Marks what its source no longer has. {table}, {kind}: structures or services. Parameters: origin, today.
UPDATE {table} s SET gone_on = %(today)s
WHERE s.origin = %(origin)s AND s.gone_on IS NULL
  AND NOT EXISTS (SELECT FROM incoming_{kind} i WHERE i.key = s.source_key)
  AND NOT EXISTS (SELECT FROM refused_{kind} i WHERE i.key = s.source_key)
