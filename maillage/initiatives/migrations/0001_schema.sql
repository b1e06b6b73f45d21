CREATE FUNCTION initiatives_keep_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := clock_timestamp();
    NEW.version := CASE WHEN TG_OP = 'INSERT' THEN 1 ELSE OLD.version + 1 END;
    RETURN NEW;
END $$;

-- a new row that already says version 1, and the time of this very statement, needs nothing
CREATE TRIGGER keep_version_on_insert BEFORE INSERT ON initiatives_initiative
    FOR EACH ROW WHEN (NEW.version IS DISTINCT FROM 1 OR NEW.updated_at IS NULL
        OR NEW.updated_at NOT BETWEEN statement_timestamp() AND clock_timestamp())
    EXECUTE FUNCTION initiatives_keep_version();
CREATE TRIGGER keep_version_on_update BEFORE UPDATE ON initiatives_initiative
    FOR EACH ROW EXECUTE FUNCTION initiatives_keep_version();

-- the themes of a fiche are codes of existing themes, each once
CREATE FUNCTION initiatives_check_themes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT unnest(NEW.themes) EXCEPT SELECT code FROM initiatives_theme)
       OR cardinality(NEW.themes) <> (SELECT count(DISTINCT t) FROM unnest(NEW.themes) t) THEN
        RAISE foreign_key_violation USING MESSAGE = 'unknown or repeated theme in ' || NEW.themes::text;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_themes_on_update BEFORE UPDATE OF themes ON initiatives_initiative
    FOR EACH ROW WHEN (NEW.themes IS DISTINCT FROM OLD.themes) EXECUTE FUNCTION initiatives_check_themes();

CREATE FUNCTION initiatives_keep_used_theme() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM initiatives_initiative WHERE themes @> ARRAY[OLD.code]) THEN
        RAISE foreign_key_violation USING MESSAGE = 'theme ' || OLD.code || ' is in use';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER keep_used_theme BEFORE DELETE OR UPDATE OF code ON initiatives_theme
    FOR EACH ROW EXECUTE FUNCTION initiatives_keep_used_theme();

-- a theme keeps the first free number, whatever its position becomes
CREATE FUNCTION initiatives_number_theme() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.bit := CASE WHEN TG_OP = 'UPDATE' THEN OLD.bit ELSE (
        SELECT min(n) FROM generate_series(0, 45) n WHERE n NOT IN (SELECT bit FROM initiatives_theme WHERE bit IS NOT NULL)
    ) END;
    IF NEW.bit IS NULL THEN
        RAISE check_violation USING MESSAGE = 'no more than 46 themes';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER number_theme BEFORE INSERT OR UPDATE OF bit ON initiatives_theme
    FOR EACH ROW EXECUTE FUNCTION initiatives_number_theme();

-- bits 0-7: phases; 8-15: publics; from 16 on: themes, by their own number
CREATE FUNCTION initiatives_facet_bits(themes varchar[], publics varchar[], phases varchar[]) RETURNS bigint
LANGUAGE sql STABLE RETURN
    COALESCE((SELECT bit_or(1::bigint << (16 + t.bit)) FROM initiatives_theme t WHERE t.code = ANY (themes)), 0)
    | COALESCE((
        SELECT bit_or(1::bigint << (7 + p.place::int)) FROM unnest(ARRAY[
            'jeunes', 'femmes', 'demandeurs-emploi', 'rsa', 'habitants', 'entrepreneurs', 'professionnels'
        ]) WITH ORDINALITY p(code, place) WHERE p.code = ANY (publics)), 0)
    | COALESCE((
        SELECT bit_or(1::bigint << (p.place::int - 1)) FROM unnest(ARRAY[
            'idee', 'amorcage', 'creation', 'developpement'
        ]) WITH ORDINALITY p(code, place) WHERE p.code = ANY (phases)), 0);

CREATE FUNCTION initiatives_keep_facets() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.facets := initiatives_facet_bits(NEW.themes, NEW.publics, NEW.phases);
    RETURN NEW;
END $$;
CREATE TRIGGER keep_facets_on_insert BEFORE INSERT ON initiatives_initiative
    FOR EACH ROW WHEN (NEW.facets = 0) EXECUTE FUNCTION initiatives_keep_facets();
CREATE TRIGGER keep_facets_on_update BEFORE UPDATE ON initiatives_initiative
    FOR EACH ROW WHEN (NEW.themes IS DISTINCT FROM OLD.themes OR NEW.publics IS DISTINCT FROM OLD.publics
        OR NEW.phases IS DISTINCT FROM OLD.phases OR NEW.facets IS DISTINCT FROM OLD.facets)
    EXECUTE FUNCTION initiatives_keep_facets();

-- What a row trigger would check of each new row, a statement trigger checks of all the rows together: once for each different
-- list. The row triggers are for what is not given yet; what is given is believed only after this check.
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
CREATE TRIGGER check_added AFTER INSERT ON initiatives_initiative REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION initiatives_check_added();

CREATE FUNCTION maillage_is_moderator() RETURNS boolean LANGUAGE sql STABLE
    RETURN EXISTS (
        SELECT FROM accounts_role
        WHERE user_id = maillage_user_id() AND kind IN ('moderator', 'animator', 'network')
    );

ALTER TABLE initiatives_proposal ENABLE ROW LEVEL SECURITY;
ALTER TABLE initiatives_proposal FORCE ROW LEVEL SECURITY;
CREATE POLICY own_moderated_or_proven ON initiatives_proposal USING (
    user_id = maillage_user_id()
    OR maillage_purpose() IN ('proof', 'mail', 'freshness', 'administration')
    OR maillage_is_moderator()
);

ALTER TABLE initiatives_subscription ENABLE ROW LEVEL SECURITY;
ALTER TABLE initiatives_subscription FORCE ROW LEVEL SECURITY;
CREATE POLICY proven_or_digest ON initiatives_subscription USING (
    maillage_purpose() IN ('proof', 'digest', 'administration')
);

ALTER TABLE initiatives_incomingfile ENABLE ROW LEVEL SECURITY;
ALTER TABLE initiatives_incomingfile FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON initiatives_incomingfile USING (
    user_id = maillage_user_id() OR maillage_purpose() = 'administration'
);
