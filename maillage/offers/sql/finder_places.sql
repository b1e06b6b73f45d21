-- Permanences where people are received. Parameters: ids, apart by spaces, today (date).
-- Returns one row each: id, place, adresse, commune, hours, by_appointment, starts_on, ends_on, exceptions ({day: hours}),
-- lon, lat (degrees), is_placed (false: at the town hall).
SELECT p.id, p.place, p.adresse, c.nom AS commune, p.hours, p.by_appointment, p.starts_on, p.ends_on,
    COALESCE((
        SELECT json_object_agg(e.day, e.hours) FROM offers_permanenceexception e
        WHERE e.permanence_id = p.id AND e.day >= %(today)s::date - 1
    ), '{}') AS exceptions,
    ST_X(COALESCE(p.point, c.town_hall)) AS lon, ST_Y(COALESCE(p.point, c.town_hall)) AS lat,
    p.point IS NOT NULL AS is_placed
FROM offers_permanence p
JOIN territories_commune c ON c.code = p.commune_id
WHERE p.id = ANY (string_to_array(%(ids)s, ' ')::bigint[])
