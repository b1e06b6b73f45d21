-- The names of the QPV into the search table, one row a generation.
-- materialized: the plain name, three regular expressions, is used many times
WITH named AS MATERIALIZED (
    SELECT q.code, q.generation, q.nom, territories_plain(q.nom) AS plain, ST_PointOnSurface(q.contour) AS point,
        CASE WHEN q.is_schematic THEN 'périmètre schématique (exemple)' ELSE 'QPV ' || q.generation END
            || COALESCE(' · ' || c.nom || ' (' || c.departement_id || ')', '') AS context,
        COALESCE(c.departement_id, '') AS departement
    FROM territories_qpv q LEFT JOIN territories_commune c ON c.code = q.commune_id
)
INSERT INTO territories_searchname (alias, rank, likeness, kind, code, generation, nom, context, departement, weight, lon, lat)
-- about the people of one; the newest first
SELECT alias, rank, likeness, 'qpv', code, generation, nom, context, departement, generation, ST_X(point), ST_Y(point)
FROM named, LATERAL (
    SELECT plain, 0, territories_likeness(plain)
    UNION SELECT bare, 0, '' FROM (SELECT regexp_replace(plain, '^(le|la|les|l) ', '')) AS b (bare) WHERE bare <> plain
    UNION SELECT lower(code), 0, ''
    UNION SELECT substr(plain, word.at), 1, ''
    FROM generate_series(2, length(plain)) AS word (at)
    WHERE substr(plain, word.at - 1, 1) = ' ' AND substr(plain, word.at) ~ '^[[:alnum:]]{3}' AND substr(plain, word.at) !~ '^(les|des|sur|sous|aux) '
) AS written (alias, rank, likeness)
