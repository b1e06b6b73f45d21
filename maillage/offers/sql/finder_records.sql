-- What is shown of some services. Parameters: ids, apart by spaces.
-- Returns one row a service, in no order, under the names read in queries/finder/items.py.
SELECT s.id, s.slug, s.nom, o.name AS structure, o.slug AS structure_slug,
    COALESCE(NULLIF(s.telephone, ''), o.telephone) AS telephone, COALESCE(NULLIF(s.courriel, ''), o.courriel) AS courriel,
    s.lien_mobilisation, COALESCE(NULLIF(s.adresse, ''), CASE WHEN r.commune = o.commune_id THEN o.adresse END, '') AS adresse,
    s.nom_commune, c.nom AS commune, r.point IS DISTINCT FROM c.town_hall AS is_placed,
    s.languages, s.delay_days, s.places_left, s.publics, s.thematiques, s.is_example,
    r.zones, r.qpv_only, r.confirmed_on, r.free, ST_X(r.point) AS lon, ST_Y(r.point) AS lat
FROM offers_service s
JOIN offers_searchrow r ON r.service_id = s.id
JOIN organisations_organisation o ON o.id = s.structure_id
-- OFFSET 0: planned apart, or the planner weighs every order of the four tables at each answer
LEFT JOIN LATERAL (SELECT nom, town_hall FROM territories_commune WHERE code = r.commune OFFSET 0) c ON true
WHERE s.id = ANY (string_to_array(%(ids)s, ' ')::bigint[])
