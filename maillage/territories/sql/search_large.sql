-- The same as search_names.sql, among what bears exactly that name and the large places: where these fill the limit, no other
-- place could come before them. Parameters: typed, start, limit. Returns: kind, code, nom, context, lon, lat, generation.
SELECT kind, code, nom, context, lon, lat, generation
FROM (
    SELECT DISTINCT ON (kind, code, generation, nom) *
    FROM (
        SELECT *, 0 AS tier FROM territories_searchname WHERE alias = %(typed)s AND rank = 0
        UNION ALL
        SELECT *, 1 AS tier FROM territories_searchname WHERE alias LIKE %(start)s AND weight >= 10000 AND rank = 0
    ) found
    ORDER BY kind, code, generation, nom, tier
) best
ORDER BY tier, weight DESC, nom, code, generation
LIMIT %(limit)s
