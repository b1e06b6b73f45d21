-- Each remaining line with what it stands for: its place, its organisation, the fiche that it already is.
-- Parameter: origin. A line that gives the address (slug) of a fiche is that fiche, whatever its origin.
CREATE TEMPORARY TABLE resolved ON COMMIT DROP AS
SELECT s.line, s.key, s.row_version, s.title, s.base_slug, s.summary, s.body, s.themes, s.publics, s.phases, s.partners,
    s.address, s.starts_on, s.ends_on, s.contact_name, s.contact_email, s.contact_phone, s.links, s.source_name,
    s.source_url, s.author_name, s.licence, s.confirmed_on,
    s.scope, COALESCE(s.point, hall.town_hall) AS point, COALESCE(s.commune, l.commune) AS commune, s.departement, s.region,
    CASE WHEN s.scope IN ('address', 'qpv') THEN q.id END AS qpv, o.id AS carrier,
    COALESCE(by_slug.id, by_key.id) AS initiative
FROM incoming s
LEFT JOIN located l ON l.line = s.line
LEFT JOIN territories_commune hall ON hall.code = s.commune AND s.point IS NULL
LEFT JOIN (
    SELECT DISTINCT ON (i.line) i.line, q.id FROM territories_qpv q
    JOIN incoming i ON q.contour && i.point AND ST_Covers(q.contour, i.point)
    ORDER BY i.line, q.generation DESC, q.code
) q ON q.line = s.line
LEFT JOIN (
    SELECT DISTINCT ON (siret) siret, id FROM organisations_organisation
    WHERE siret IN (SELECT siret FROM incoming WHERE siret <> '') ORDER BY siret, origin, id
) by_siret ON by_siret.siret = s.siret
LEFT JOIN (
    SELECT lower(unaccent(name)) AS name, min(id) AS id FROM organisations_organisation
    WHERE lower(unaccent(name)) IN (SELECT DISTINCT lower(unaccent(carrier)) FROM incoming WHERE carrier <> '')
    GROUP BY lower(unaccent(name))
) by_name ON by_name.name = lower(unaccent(s.carrier)) AND s.carrier <> ''
LEFT JOIN organisations_organisation o ON o.id = COALESCE(by_siret.id, by_name.id)
LEFT JOIN initiatives_initiative by_slug ON by_slug.slug = s.slug
LEFT JOIN initiatives_initiative by_key ON by_key.origin = %(origin)s AND by_key.origin_key = s.key
