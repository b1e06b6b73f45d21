-- Every service that may answer a person, as bytes to rank: an index holds them all, in this order.
-- Parameters: purposes (what for), codes (where: zones and cells), both as FinderRow keeps them, apart by
-- spaces, today (date).
-- Returns one row: packed (see PACKED in queries/finder/candidates.py; a service comes as often as it is found), and the
-- places where those with permanences receive (see PLACES).
-- `found` is no CTE: half a megabyte would be copied aside. OFFSET 0: a point is looked for once.
SELECT packed, (
    SELECT string_agg(
        int8send(p.service_id) || int8send(p.id) || float8send(ST_X(p.point)) || float8send(ST_Y(p.point)), ''
        ORDER BY p.id)
    FROM (
        SELECT service_id, id, COALESCE(point, (
            SELECT town_hall FROM territories_commune WHERE code = commune_id)) AS point
        FROM offers_permanence
        WHERE service_id = ANY (found.held)
            AND (ends_on IS NULL OR ends_on >= %(today)s::date)
            AND (starts_on IS NULL OR starts_on <= %(today)s::date + 31)
        OFFSET 0
    ) p)
FROM (
    SELECT string_agg(packed, '') AS packed, array_agg(service_id) FILTER (WHERE has_places) AS held
    FROM offers_finderrow
    WHERE purpose = ANY (string_to_array(%(purposes)s, ' ')::smallint[]) AND code = ANY (string_to_array(%(codes)s, ' '))
) found
