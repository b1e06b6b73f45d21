CREATE FUNCTION organisations_keep_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := clock_timestamp();
    NEW.version := CASE WHEN TG_OP = 'INSERT' THEN 1 ELSE OLD.version + 1 END;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_version BEFORE INSERT OR UPDATE ON organisations_organisation
    FOR EACH ROW EXECUTE FUNCTION organisations_keep_version();
CREATE TRIGGER keep_version BEFORE INSERT OR UPDATE ON organisations_banner
    FOR EACH ROW EXECUTE FUNCTION organisations_keep_version();

ALTER TABLE organisations_organisation
    ADD CONSTRAINT organisation_zones_written CHECK (
        zones = '{}' OR array_to_string(zones, ' ', '?')
            ~ '^(france|commune:[0-9][0-9AB][0-9]{3}|epci:[0-9]{9}|(departement|region):[0-9AB]{2,3}|qpv:[A-Z0-9]{4,10})( (france|commune:[0-9][0-9AB][0-9]{3}|epci:[0-9]{9}|(departement|region):[0-9AB]{2,3}|qpv:[A-Z0-9]{4,10}))*$'),
    ADD CONSTRAINT organisation_contacts_listed CHECK (jsonb_typeof(contacts) = 'array');

-- a network that others belong to is one, and nobody belongs to itself
CREATE FUNCTION organisations_check_network() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.from_organisation_id = NEW.to_organisation_id OR NOT EXISTS (
        SELECT FROM organisations_organisation WHERE id = NEW.to_organisation_id AND 'reseau' = ANY (kinds)
    ) THEN
        RAISE check_violation USING MESSAGE = 'organisation ' || NEW.to_organisation_id || ' is not a network for ' || NEW.from_organisation_id,
            CONSTRAINT = 'organisation_belongs_to_networks';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_network BEFORE INSERT OR UPDATE ON organisations_organisation_networks
    FOR EACH ROW EXECUTE FUNCTION organisations_check_network();

CREATE FUNCTION organisations_keep_network() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM organisations_organisation_networks WHERE to_organisation_id = NEW.id) THEN
        RAISE check_violation USING MESSAGE = 'others belong to the network ' || NEW.id,
            CONSTRAINT = 'organisation_network_in_use';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_network BEFORE UPDATE OF kinds ON organisations_organisation
    FOR EACH ROW WHEN ('reseau' = ANY (OLD.kinds) AND NOT 'reseau' = ANY (NEW.kinds))
    EXECUTE FUNCTION organisations_keep_network();

-- WCAG 2: relative luminance of « #rrggbb », then the contrast of two colours; nothing for what is no colour
CREATE FUNCTION organisations_luminance(colour text) RETURNS double precision LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
SELECT CASE WHEN colour ~ '^#[0-9a-f]{6}$' THEN (
    SELECT sum(weight * CASE WHEN c <= 0.04045 THEN c / 12.92 ELSE power((c + 0.055) / 1.055, 2.4) END)
    FROM (VALUES (2, 0.2126), (4, 0.7152), (6, 0.0722)) AS part (at, weight),
        LATERAL (SELECT ('x' || substr(colour, at, 2))::bit(8)::int / 255.0::double precision AS c) AS channel
) END
$$;
CREATE FUNCTION organisations_contrast(one text, other text) RETURNS double precision LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
SELECT (greatest(a, b) + 0.05) / (least(a, b) + 0.05)
FROM (SELECT organisations_luminance(one) AS a, organisations_luminance(other) AS b) AS both_of_them
$$;
CREATE FUNCTION organisations_reads(colour text, papers text[]) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
SELECT COALESCE(bool_and(COALESCE(organisations_contrast(colour, paper), 0) >= 4.5), false) FROM unnest(papers) AS paper
$$;
-- the papers of ui/tokens.css
ALTER TABLE organisations_banner
    ADD CONSTRAINT banner_reads_in_light CHECK (
        organisations_reads(canal, '{#fbfaf6,#efebe1,#ffffff}') AND organisations_reads(brick, '{#fbfaf6,#efebe1,#ffffff}')),
    ADD CONSTRAINT banner_reads_in_dark CHECK (
        organisations_reads(canal_dark, '{#12181f,#1a222b,#182029}') AND organisations_reads(brick_dark, '{#12181f,#1a222b,#182029}')),
    ADD CONSTRAINT banner_zones_written CHECK (
        zones = '{}' OR array_to_string(zones, ' ', '?') ~ '^([0-9]{9}|[0-9][0-9AB][0-9]{3}|(QP|QN|EX)[0-9A-Z]{2,8})( ([0-9]{9}|[0-9][0-9AB][0-9]{3}|(QP|QN|EX)[0-9A-Z]{2,8}))*$');

-- one territory, one banner: two published ones share no zone, whoever is first
CREATE FUNCTION organisations_one_banner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('organisations_one_banner'));
    IF EXISTS (SELECT FROM organisations_banner WHERE is_published AND id <> NEW.id AND zones && NEW.zones) THEN
        RAISE exclusion_violation USING MESSAGE = 'another banner has a zone of ' || NEW.zones::text, CONSTRAINT = 'banner_zone_once';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER one_banner BEFORE INSERT OR UPDATE OF zones, is_published ON organisations_banner
    FOR EACH ROW WHEN (NEW.is_published) EXECUTE FUNCTION organisations_one_banner();

-- a call that one person took is not another's, unless it was given back
CREATE FUNCTION organisations_taken_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE exclusion_violation USING MESSAGE = 'call ' || OLD.id || ' is taken', CONSTRAINT = 'callback_taken_once';
END $$;
CREATE TRIGGER taken_once BEFORE UPDATE OF taken_by_id ON organisations_callback
    FOR EACH ROW WHEN (OLD.taken_by_id <> NEW.taken_by_id) EXECUTE FUNCTION organisations_taken_once();

-- whose calls: those of the rota (until a week after their last day), who took it, the network's administration
CREATE FUNCTION organisations_answers(banner bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
SELECT EXISTS (
    SELECT FROM organisations_duty
    WHERE banner_id = banner AND user_id = maillage_user_id() AND upper(period) > CURRENT_DATE - 7
) OR EXISTS (
    SELECT FROM accounts_role WHERE user_id = maillage_user_id() AND kind = 'network' AND territory_kind = ''
)
$$;
ALTER TABLE organisations_callback ENABLE ROW LEVEL SECURITY;
ALTER TABLE organisations_callback FORCE ROW LEVEL SECURITY;
CREATE POLICY rota_or_purpose ON organisations_callback USING (
    taken_by_id = maillage_user_id() OR organisations_answers(banner_id) OR maillage_purpose() IN ('call-back', 'administration')
);

ALTER TABLE organisations_claim ENABLE ROW LEVEL SECURITY;
ALTER TABLE organisations_claim FORCE ROW LEVEL SECURITY;
CREATE POLICY own_moderated_or_proven ON organisations_claim USING (
    user_id = maillage_user_id() OR maillage_purpose() IN ('proof', 'administration') OR EXISTS (
        SELECT FROM accounts_role WHERE user_id = maillage_user_id() AND kind::text IN ('moderator', 'animator', 'network'))
);
