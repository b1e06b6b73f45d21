-- Takes out the lines whose key an earlier line of the file has. No parameter.
-- Returns: line, first line, key, whether the key was given.
WITH ranked AS (
    SELECT line, key, key_given, first_value(line) OVER same AS first_line, row_number() OVER same AS rank
    FROM incoming
    WINDOW same AS (PARTITION BY key ORDER BY line)
), again AS (
    SELECT r.line, COALESCE(s.line, r.first_line) AS first_line, r.key, r.key_given
    FROM ranked r
    LEFT JOIN LATERAL (
        SELECT s.line FROM seen s
        WHERE s.digest = hashtextextended(r.key, 0) AND s.other_digest = hashtextextended(r.key, 1)
        ORDER BY s.line LIMIT 1
    ) s ON true
    WHERE r.rank > 1 OR s.line IS NOT NULL
)
DELETE FROM incoming USING again
WHERE incoming.line = again.line
RETURNING again.line, again.first_line, again.key, again.key_given
