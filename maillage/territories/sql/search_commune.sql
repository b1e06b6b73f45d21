-- The names of the communes into the search table. An arrondissement or a former commune leads to its commune, at its own place.
-- materialized: the plain name, three regular expressions, is used many times
WITH named AS MATERIALIZED (
    SELECT COALESCE(c.parent_id, c.code) AS code, c.nom, territories_plain(c.nom) AS plain, c.code AS insee, c.postal_codes,
        COALESCE(d.nom || ' (' || d.code || ')', '') AS context, COALESCE(d.code, '') AS departement,
        -- « paris » means Paris, not its parts
        CASE c.kind WHEN 'ARM' THEN 1 ELSE COALESCE(c.population, 0) END AS weight,
        ST_X(c.town_hall) AS lon, ST_Y(c.town_hall) AS lat
    FROM territories_commune c LEFT JOIN territories_departement d ON d.code = c.departement_id
    UNION ALL
    SELECT c.code, f.nom, territories_plain(f.nom), f.code, '{}', c.nom || COALESCE(' · ' || d.nom || ' (' || d.code || ')', ''),
        COALESCE(d.code, ''), COALESCE(f.population, 0), ST_X(f.place), ST_Y(f.place)
    FROM territories_formercommune f JOIN territories_commune c ON c.code = f.commune_id
        LEFT JOIN territories_departement d ON d.code = c.departement_id
)
INSERT INTO territories_searchname (alias, rank, likeness, kind, code, nom, context, departement, weight, lon, lat)
SELECT alias, rank, likeness, 'commune', code, nom, context, departement, weight, lon, lat
FROM named, LATERAL (
    SELECT plain, 0, territories_likeness(plain)
    UNION SELECT bare, 0, '' FROM (SELECT regexp_replace(plain, '^(le|la|les|l|aux|las|los) ', '')) AS b (bare) WHERE bare <> plain
    UNION SELECT unnest(postal_codes), 0, ''
    UNION SELECT lower(insee), 0, ''
    UNION SELECT substr(plain, word.at), 1, ''
    FROM generate_series(2, length(plain)) AS word (at)
    WHERE substr(plain, word.at - 1, 1) = ' ' AND substr(plain, word.at) ~ '^[[:alnum:]]{3}' AND substr(plain, word.at) !~ '^(les|des|sur|sous|aux) '
) AS written (alias, rank, likeness)
