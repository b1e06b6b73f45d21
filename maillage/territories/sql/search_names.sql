-- Places by the start of one of their names, of a word in it, or of their code. Parameters: typed (by territories_plain),
-- start (LIKE pattern), departement (a hint, or ''), limit. Returns: kind, code, nom, context, lon, lat, generation.
SELECT kind, code, nom, context, lon, lat, generation
FROM (
    SELECT DISTINCT ON (kind, code, generation, nom) *
    FROM (
        SELECT *, CASE WHEN rank = 0 AND alias = %(typed)s THEN 0 ELSE 1 + rank END AS tier
        FROM territories_searchname
        WHERE alias LIKE %(start)s
    ) found
    ORDER BY kind, code, generation, nom, tier
) best
ORDER BY departement = %(departement)s DESC, tier, weight DESC, nom, code, generation
LIMIT %(limit)s
