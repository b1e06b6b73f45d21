-- core/sql/drop_ours.sql: empty the schema `public` of all that the present role owns; extensions belong to another role and stay.
DO $$
DECLARE statement text;
BEGIN
    -- an array, read whole before the first drop: what a CASCADE takes along has no name any more
    FOREACH statement IN ARRAY COALESCE((
        SELECT array_agg(format('DROP %s IF EXISTS %s CASCADE', kind, name) ORDER BY rank)
        FROM (
            SELECT CASE relkind WHEN 'S' THEN 2 ELSE 1 END AS rank, oid::regclass::text AS name,
                CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS kind
            FROM pg_class
            WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S') AND pg_get_userbyid(relowner) = current_user
            UNION ALL
            SELECT 3, oid::regprocedure::text, 'ROUTINE' FROM pg_proc
            WHERE pronamespace = 'public'::regnamespace AND pg_get_userbyid(proowner) = current_user
            UNION ALL
            -- a table's own row type goes with its table
            SELECT 4, t.oid::regtype::text, 'TYPE' FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
            WHERE t.typnamespace = 'public'::regnamespace AND pg_get_userbyid(t.typowner) = current_user
                AND (t.typtype IN ('e', 'd') OR c.relkind = 'c')
            UNION ALL
            SELECT 5, oid::regconfig::text, 'TEXT SEARCH CONFIGURATION' FROM pg_ts_config
            WHERE cfgnamespace = 'public'::regnamespace AND pg_get_userbyid(cfgowner) = current_user
        ) AS ours
    ), '{}')
    LOOP
        EXECUTE statement;
    END LOOP;
END $$;
