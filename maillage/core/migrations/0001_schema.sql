CREATE TEXT SEARCH CONFIGURATION fr (COPY = pg_catalog.french);
ALTER TEXT SEARCH CONFIGURATION fr
    ALTER MAPPING FOR asciihword, asciiword, hword, hword_asciipart, hword_part, word WITH unaccent, french_stem;

-- unaccent() is only STABLE because its dictionary may change; ours does not, and indexes need IMMUTABLE
CREATE FUNCTION maillage_plain(value text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN lower(public.unaccent('public.unaccent'::regdictionary, value));

CREATE FUNCTION maillage_user_id() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
    RETURN NULLIF(current_setting('maillage.user_id', true), '')::bigint;

CREATE FUNCTION maillage_purpose() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    RETURN COALESCE(current_setting('maillage.purpose', true), '');

-- the number of the subject when it is of this kind: maillage_subject('person') is 12 for « person:12 », else NULL
CREATE FUNCTION maillage_subject(kind text) RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE WHEN starts_with(current_setting('maillage.subject', true), kind || ':')
        THEN substr(current_setting('maillage.subject', true), length(kind) + 2)::bigint END;

-- counters and cache may be lost in a crash: they are not worth the write-ahead log. The second is Django's DatabaseCache's
ALTER TABLE core_ratelimit SET UNLOGGED;
CREATE UNLOGGED TABLE core_cache (
    cache_key varchar(255) PRIMARY KEY,
    value text NOT NULL,
    expires timestamptz NOT NULL
);
CREATE INDEX core_cache_expires ON core_cache (expires);

ALTER TABLE core_outgoingmail ENABLE ROW LEVEL SECURITY;
ALTER TABLE core_outgoingmail FORCE ROW LEVEL SECURITY;
CREATE POLICY written_by_all ON core_outgoingmail FOR INSERT WITH CHECK (true);
CREATE POLICY read_to_deliver ON core_outgoingmail USING (maillage_purpose() IN ('mail', 'administration'));

ALTER TABLE core_outgoingtext ENABLE ROW LEVEL SECURITY;
ALTER TABLE core_outgoingtext FORCE ROW LEVEL SECURITY;
CREATE POLICY written_by_all ON core_outgoingtext FOR INSERT WITH CHECK (true);
CREATE POLICY read_to_deliver ON core_outgoingtext USING (maillage_purpose() = 'mail');
ALTER TABLE core_onetimecode ENABLE ROW LEVEL SECURITY;
ALTER TABLE core_onetimecode FORCE ROW LEVEL SECURITY;
CREATE POLICY proving ON core_onetimecode USING (maillage_purpose() = 'proof');
