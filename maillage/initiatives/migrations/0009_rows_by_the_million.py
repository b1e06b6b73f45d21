from django.db import migrations

# What a row trigger checked of each row, a statement trigger checks of all the rows together: once for each different
# list. The row triggers remain for what is not given yet; what is given is believed only after this check.
TRIGGERS = """
CREATE FUNCTION initiatives_check_added() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wrong record;
BEGIN
    -- materialized: otherwise the conditions would be asked of every row, before the rows that are alike are put together
    WITH lists AS MATERIALIZED (SELECT DISTINCT themes, publics, phases, facets FROM added)
    SELECT l.*,
        (SELECT count(*) FROM initiatives_theme t WHERE t.code = ANY (l.themes)) = cardinality(l.themes) AS themes_exist
    INTO wrong FROM lists l
    WHERE (SELECT count(*) FROM initiatives_theme t WHERE t.code = ANY (l.themes)) <> cardinality(l.themes)
       OR l.facets <> initiatives_facet_bits(l.themes, l.publics, l.phases)
    LIMIT 1;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    IF wrong.themes_exist THEN
        RAISE check_violation USING MESSAGE = 'facets that are not those of the row: ' || wrong.facets;
    END IF;
    RAISE foreign_key_violation USING MESSAGE = 'unknown or repeated theme in ' || wrong.themes::text;
END $$;
DROP TRIGGER check_themes_on_insert ON initiatives_initiative;
CREATE TRIGGER check_added AFTER INSERT ON initiatives_initiative REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION initiatives_check_added();

DROP TRIGGER keep_facets ON initiatives_initiative;
CREATE TRIGGER keep_facets_on_insert BEFORE INSERT ON initiatives_initiative
    FOR EACH ROW WHEN (NEW.facets = 0) EXECUTE FUNCTION initiatives_keep_facets();
CREATE TRIGGER keep_facets_on_update BEFORE UPDATE ON initiatives_initiative
    FOR EACH ROW WHEN (NEW.themes IS DISTINCT FROM OLD.themes OR NEW.publics IS DISTINCT FROM OLD.publics
        OR NEW.phases IS DISTINCT FROM OLD.phases OR NEW.facets IS DISTINCT FROM OLD.facets)
    EXECUTE FUNCTION initiatives_keep_facets();

-- a new row that already says version 1, and the time of this very statement, needs nothing
DROP TRIGGER keep_version ON initiatives_initiative;
CREATE TRIGGER keep_version_on_insert BEFORE INSERT ON initiatives_initiative
    FOR EACH ROW WHEN (NEW.version IS DISTINCT FROM 1 OR NEW.updated_at IS NULL
        OR NEW.updated_at NOT BETWEEN statement_timestamp() AND clock_timestamp())
    EXECUTE FUNCTION initiatives_keep_version();
CREATE TRIGGER keep_version_on_update BEFORE UPDATE ON initiatives_initiative
    FOR EACH ROW EXECUTE FUNCTION initiatives_keep_version();
"""
AS_BEFORE = """
DROP TRIGGER keep_version_on_update ON initiatives_initiative;
DROP TRIGGER keep_version_on_insert ON initiatives_initiative;
CREATE TRIGGER keep_version BEFORE INSERT OR UPDATE ON initiatives_initiative
    FOR EACH ROW EXECUTE FUNCTION initiatives_keep_version();
DROP TRIGGER keep_facets_on_update ON initiatives_initiative;
DROP TRIGGER keep_facets_on_insert ON initiatives_initiative;
CREATE TRIGGER keep_facets BEFORE INSERT OR UPDATE OF themes, publics, phases, facets ON initiatives_initiative
    FOR EACH ROW EXECUTE FUNCTION initiatives_keep_facets();
DROP TRIGGER check_added ON initiatives_initiative;
CREATE TRIGGER check_themes_on_insert BEFORE INSERT ON initiatives_initiative
    FOR EACH ROW WHEN (cardinality(NEW.themes) > 0) EXECUTE FUNCTION initiatives_check_themes();
DROP FUNCTION initiatives_check_added();
"""


class Migration(migrations.Migration):
    dependencies = [("initiatives", "0008_fewer_indexes")]
    operations = [migrations.RunSQL(TRIGGERS, AS_BEFORE)]
