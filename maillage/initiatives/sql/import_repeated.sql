-- The lines whose key, or fiche, an earlier line of the file has. No parameter. Returns: line, first line, key, whether the key was given.
WITH ranked AS (
    SELECT line, key, key_given, first_value(line) OVER same AS first_line, row_number() OVER same AS rank
    FROM incoming
    WINDOW same AS (PARTITION BY key ORDER BY line)
)
DELETE FROM incoming USING ranked
WHERE ranked.rank > 1 AND incoming.line = ranked.line
RETURNING ranked.line, ranked.first_line, ranked.key, ranked.key_given
