-- The names of the EPCI into the search table, at the town hall of the largest commune.
-- materialized: the plain name, three regular expressions, is used many times
WITH named AS MATERIALIZED (
    SELECT e.code, e.nom, territories_plain(e.nom) AS plain, seat.town_hall,
        CASE e.nature WHEN 'CC' THEN 'communauté de communes' WHEN 'CA' THEN 'communauté d’agglomération'
            WHEN 'CU' THEN 'communauté urbaine' WHEN 'ME' THEN 'métropole' ELSE e.nature END
            || COALESCE(' · ' || d.nom || ' (' || d.code || ')', '') AS context,
        COALESCE(d.code, '') AS departement, seat.population
    FROM territories_epci e
    JOIN LATERAL (
        SELECT town_hall, departement_id, sum(population) OVER () AS population
        FROM territories_commune c WHERE c.epci_id = e.code AND c.kind = 'COM'
        ORDER BY c.population DESC NULLS LAST, c.code LIMIT 1
    ) seat ON true
    LEFT JOIN territories_departement d ON d.code = seat.departement_id
)
INSERT INTO territories_searchname (alias, rank, likeness, kind, code, nom, context, departement, weight, lon, lat)
-- a tenth of its people: the town comes before the body that bears its name
SELECT alias, rank, likeness, 'epci', code, nom, context, departement, COALESCE(population, 0) / 10, ST_X(town_hall), ST_Y(town_hall)
FROM named, LATERAL (
    SELECT plain, 0, territories_likeness(plain)
    UNION SELECT bare, 0, '' FROM (SELECT regexp_replace(
        plain,
        '^(communaute (de communes|d agglomeration|urbaine)|metropole|eurometropole)( (de la|de l|du|des|de|d))? ', ''
    )) AS b (bare) WHERE bare <> plain
    UNION SELECT bare, 0, '' FROM (SELECT regexp_replace(
        plain, '^(communaute (de communes|d agglomeration|urbaine)|metropole|eurometropole)( (du|des|de|d))? ', ''
    )) AS b (bare) WHERE bare <> plain
    UNION SELECT code, 0, ''
    UNION SELECT substr(plain, word.at), 1, ''
    FROM generate_series(2, length(plain)) AS word (at)
    WHERE substr(plain, word.at - 1, 1) = ' ' AND substr(plain, word.at) ~ '^[[:alnum:]]{3}' AND substr(plain, word.at) !~ '^(les|des|sur|sous|aux) '
) AS written (alias, rank, likeness)
