-- Every service that may answer a person, as bytes to rank: nothing else leaves the narrow table.
-- Parameters: zones (codes around the person, "france" included), west, south, east, north (degrees, null: nowhere; the
-- box where a service of no known zone is looked for), qpv (codes), others (whether a brake or a category was asked),
-- brakes, categories (masks of these), today (date).
-- Returns one row: packed (see PACKED in queries/finder/candidates.py), the ids of those kept for other neighbourhoods,
-- and the places where those with permanences receive (see PLACES).
WITH found AS MATERIALIZED (
    SELECT string_agg(packed, '') AS packed,
        array_agg(service_id) FILTER (WHERE NOT only_qpv && %(qpv)s::varchar[]) AS for_others,
        array_agg(service_id) FILTER (WHERE has_places) AS held
    FROM (
        -- branches that share no row, so that each reads an index of its own and checks nothing again
        SELECT service_id, packed, only_qpv, has_places FROM offers_finderrow
        WHERE business AND served && %(zones)s::varchar[]
        UNION ALL
        SELECT service_id, packed, only_qpv, has_places FROM offers_finderrow
        WHERE business AND served = '{}'
            AND point && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326)
        UNION ALL
        -- who lifts a brake that nobody spoke of is not looked at
        SELECT service_id, packed, only_qpv, has_places FROM offers_finderrow
        WHERE %(others)s AND NOT business AND served && %(zones)s::varchar[]
            AND (brakes & %(brakes)s <> 0 OR categories & %(categories)s <> 0)
        UNION ALL
        SELECT service_id, packed, only_qpv, has_places FROM offers_finderrow
        WHERE %(others)s AND NOT business AND served = '{}'
            AND point && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326)
            AND (brakes & %(brakes)s <> 0 OR categories & %(categories)s <> 0)
    ) AS candidate
)
SELECT packed, for_others, (
    SELECT string_agg(
        int8send(p.service_id) || int8send(p.id) || float8send(ST_X(p.point)) || float8send(ST_Y(p.point)), ''
        ORDER BY p.id)
    FROM (
        SELECT service_id, id, COALESCE(point, (
            SELECT town_hall FROM territories_commune WHERE code = commune_id)) AS point
        FROM offers_permanence
        WHERE service_id = ANY (found.held)
            AND (ends_on IS NULL OR ends_on >= %(today)s)
            AND (starts_on IS NULL OR starts_on <= %(today)s::date + 31)
    ) p)
FROM found
