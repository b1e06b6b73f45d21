-- Every service that may answer a person, as bytes to rank: of all the rows, only these columns leave the narrow table.
-- Parameters: zones (codes around the person, "france" included), west, south, east, north (degrees, null: nowhere; the
-- box where a service without a known zone is looked for), qpv (codes), brakes, categories, themes (what was asked; 0, 0,
-- {} for nothing), today (date).
-- Returns one row: packed (see PACKED in queries/finder/candidates.py), the ids of those kept for other neighbourhoods,
-- and the places where those with permanences receive (see PLACES).
WITH candidate AS MATERIALIZED (
    SELECT service_id, packed, qpv_only, qpv_codes, has_places
    FROM offers_searchrow
    WHERE (
            served && %(zones)s::varchar[]
            OR (zones = '{}' AND point && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326))
        )
        -- who lifts a brake that nobody spoke of is not looked at
        AND (business OR brakes & %(brakes)s <> 0 OR categories & %(categories)s <> 0 OR themes && %(themes)s::smallint[])
)
SELECT
    (SELECT string_agg(packed, '') FROM candidate),
    (SELECT array_agg(service_id) FROM candidate
     WHERE qpv_only AND qpv_codes <> '{}' AND NOT qpv_codes && %(qpv)s::varchar[]),
    (SELECT string_agg(
            int8send(p.service_id) || int8send(p.id)
            || float8send(ST_X(COALESCE(p.point, c.town_hall))) || float8send(ST_Y(COALESCE(p.point, c.town_hall))),
            '' ORDER BY p.id)
     FROM candidate
     JOIN offers_permanence p USING (service_id)
     JOIN territories_commune c ON c.code = p.commune_id
     WHERE candidate.has_places
        AND (p.ends_on IS NULL OR p.ends_on >= %(today)s)
        AND (p.starts_on IS NULL OR p.starts_on <= %(today)s::date + 31))
