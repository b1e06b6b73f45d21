-- What each known fiche takes from its line: three ways, field by field. {given} and {present} are jsonb expressions of
-- the mapped fields, of the line (r) and of the row (i). A field that still says what the source last said follows it;
-- an empty one is filled; another is a local edit, kept, and reported when the source has changed.
-- A line that carries the row's present version was edited from it: all its fields are taken. Parameter: origin.
CREATE TEMPORARY TABLE changes ON COMMIT DROP AS
SELECT r.line, i.id, difference.take, difference.kept
FROM resolved r
CROSS JOIN LATERAL (SELECT * FROM initiatives_initiative i WHERE i.id = r.initiative LIMIT 1) i
CROSS JOIN LATERAL (SELECT {given} AS given) g
CROSS JOIN LATERAL (
    SELECT {present} AS present,
        CASE WHEN i.origin = %(origin)s THEN COALESCE(i.origin_values, '{{}}') ELSE '{{}}' END AS base
) p
CROSS JOIN LATERAL (
    SELECT jsonb_object_agg(field, value) FILTER (WHERE follows) AS take,
        array_agg(field ORDER BY field) FILTER (WHERE NOT follows AND value IS DISTINCT FROM p.base -> field) AS kept
    FROM (
        SELECT e.key AS field, e.value,
            COALESCE(r.row_version = i.version, false)
            OR COALESCE(p.present -> e.key = p.base -> e.key, false)
            OR (NOT p.base ? e.key AND p.present -> e.key IN ('""', '[]', 'null', 'false')) AS follows
        FROM jsonb_each(g.given) e
        WHERE e.value IS DISTINCT FROM p.present -> e.key
    ) differing
) difference
WHERE (i.origin_values IS DISTINCT FROM g.given OR r.row_version IS NOT NULL OR i.origin <> %(origin)s)
  AND (difference.take IS NOT NULL OR difference.kept IS NOT NULL)
