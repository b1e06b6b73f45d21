-- Makes the fiches that are new, in the file's order. {given}: the jsonb of the mapped fields. Parameters: origin, status,
-- at, today, owner. A title already taken gives an address that ends with a digest of its key, the same at each import.
WITH first AS (
    SELECT DISTINCT ON (s.base_slug) s.line, s.base_slug
    FROM incoming s
    WHERE NOT EXISTS (SELECT FROM matched m WHERE m.line = s.line)
    ORDER BY s.base_slug, s.line
), free AS MATERIALIZED (
    -- one look in an index an address
    SELECT first.line FROM first
    WHERE (SELECT i.id FROM initiatives_initiative i WHERE i.slug = first.base_slug LIMIT 1) IS NULL
      AND first.base_slug NOT IN (SELECT m.old_slug FROM initiatives_merge m)
)
INSERT INTO initiatives_initiative (
    slug, title, summary, body, themes, publics, phases, facets, carrier_id, partners, scope, point, address, commune_id,
    qpv_id, departement_id, region_id, starts_on, ends_on, contact_name, contact_email, contact_phone, links, source_name,
    source_url, author_name, licence, is_example, status, confirmed_on, published_at, owner_id, origin, origin_key,
    origin_values, created_at, updated_at, version, search
)
SELECT
    CASE WHEN free.line IS NOT NULL THEN r.base_slug
         ELSE r.base_slug || '-' || left(md5(%(origin)s || '/' || r.key), 12) END,
    r.title, r.summary, r.body, r.themes, r.publics, r.phases, r.facets, r.carrier, r.partners, r.scope, r.point, r.address,
    r.commune, r.qpv, r.departement, r.region, r.starts_on, r.ends_on, r.contact_name, r.contact_email, r.contact_phone,
    r.links, r.source_name, r.source_url, r.author_name, r.licence, r.is_example, %(status)s,
    CASE WHEN %(status)s = 'published' THEN COALESCE(r.confirmed_on, %(today)s) ELSE r.confirmed_on END,
    CASE WHEN %(status)s = 'published' THEN %(at)s::timestamptz END,
    %(owner)s::bigint, %(origin)s, r.key, {given}, %(at)s, clock_timestamp(), 1, r.search
FROM resolved r
LEFT JOIN free ON free.line = r.line
WHERE r.initiative IS NULL
ORDER BY r.line
