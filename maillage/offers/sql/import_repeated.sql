-- Takes out the rows whose id an earlier row has. {kind}: structures or services. Returns: line, first line, id.
WITH ranked AS (
    SELECT line, key, first_value(line) OVER same AS first_line, row_number() OVER same AS rank
    FROM incoming_{kind} WINDOW same AS (PARTITION BY key ORDER BY line)
)
DELETE FROM incoming_{kind} i USING ranked WHERE ranked.rank > 1 AND i.line = ranked.line
RETURNING ranked.line, ranked.first_line, ranked.key
