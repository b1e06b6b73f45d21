-- Each line at hand with what it stands for: its place, its organisation, the fiche that it already is. No parameter.
CREATE TEMPORARY VIEW resolved AS
SELECT s.line, s.key, s.row_version, s.title, s.base_slug, s.summary, s.body, s.themes, s.publics, s.phases, s.facets,
    s.partners, s.address, s.starts_on, s.ends_on, s.contact_name, s.contact_email, s.contact_phone, s.links,
    s.source_name, s.source_url, s.author_name, s.licence, s.is_example, s.confirmed_on, s.search, s.scope,
    CASE WHEN s.point IS NULL THEN (SELECT c.town_hall FROM territories_commune c WHERE c.code = s.commune)
         ELSE s.point END AS point,
    COALESCE(s.commune, s.lies_in) AS commune, s.departement, s.region,
    CASE WHEN s.scope IN ('address', 'qpv') THEN s.qpv END AS qpv, n.organisation AS carrier, m.initiative
FROM incoming s
LEFT JOIN named n ON n.number = s.carried
LEFT JOIN matched m ON m.line = s.line
