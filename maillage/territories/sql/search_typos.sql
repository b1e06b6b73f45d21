-- Places whose name looks like what was typed. Parameters: typed, departement (a hint, or ''), limit.
-- Returns: kind, code, nom, context, lon, lat, generation.
SELECT kind, code, nom, context, lon, lat, generation
FROM territories_searchname
WHERE likeness %% territories_likeness(%(typed)s) AND likeness <> ''
ORDER BY
    departement = %(departement)s DESC,
    -- between two likenesses, the place that more people look for
    similarity(likeness, territories_likeness(%(typed)s)) + 0.04 * log(10 + weight)::real DESC,
    nom, code, generation
LIMIT %(limit)s
