-- The communes and QPV that bear a name in full, or whose name begins with it as whole words: the five likeliest of each.
-- Parameters: names (text[]), departement (a hint, or ''). Returns: name (as given), kind, code, nom, context, lon, lat,
-- generation, whole (the name is all of it), departement, likely (the population of a commune, ten times for a whole name).
SELECT given.name, best.*
FROM unnest(%(names)s::text[]) WITH ORDINALITY AS given(name, place)
CROSS JOIN LATERAL territories_plain(given.name) AS plain
CROSS JOIN LATERAL (
    -- a name in full is worth ten times its inhabitants: « Évry » is Évry-Courcouronnes before a village of Yonne
    SELECT kind, code, nom, context, lon, lat, generation, whole, departement,
        CASE kind WHEN 'qpv' THEN 10000 ELSE weight END * CASE WHEN whole THEN 10 ELSE 1 END AS likely
    FROM (
        SELECT DISTINCT ON (kind, code, generation) *, alias = plain AS whole
        FROM territories_searchname
        -- « ! » comes after the space: the name itself, and what goes on with a space
        WHERE alias ~>=~ plain AND alias ~<~ (plain || '!') AND rank = 0 AND kind IN ('commune', 'qpv')
        ORDER BY kind, code, generation, alias = plain DESC
    ) found
    ORDER BY departement = %(departement)s DESC, likely DESC, nom, code, generation
    LIMIT 5
) best
WHERE plain <> ''
ORDER BY given.place, best.departement = %(departement)s DESC, likely DESC, nom, code, generation
