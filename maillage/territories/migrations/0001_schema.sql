CREATE FUNCTION territories_plain(value text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN btrim(regexp_replace(
    regexp_replace(
        regexp_replace(maillage_plain(value), '\ms/', 'sur ', 'g'),
        '[^[:alnum:]]+', ' ', 'g'),
    '\mst(es|e|s)?\M', 'saint\1', 'g'));

-- what a name looks like: « saint », in one name of ten, would make them all alike
CREATE FUNCTION territories_likeness(plain text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN regexp_replace(plain, '\msaint(es|e|s)?\M', 's\1', 'g');

-- distances are asked on the spheroid; the index of the contours in degrees cannot answer them
CREATE INDEX territories_qpv_geography ON territories_qpv USING gist ((contour::geography));

ALTER TABLE territories_qpv
    ADD CONSTRAINT qpv_contour_is_drawn CHECK (ST_IsValid(contour) AND NOT ST_IsEmpty(contour)),
    ADD CONSTRAINT qpv_schematic_has_its_own_codes CHECK (is_schematic = (code LIKE 'EX%')),
    ADD CONSTRAINT qpv_code_is_of_its_generation CHECK (
        is_schematic
        OR (generation = 2015 AND code ~ '^QP[0-9]{2}[0-9AB][0-9]{3}$')
        OR (generation = 2024 AND code ~ '^QN[0-9A-Z]{4,8}$')
    );

-- whoever changes a QPV, the tiles that show it get another address
CREATE FUNCTION territories_new_qpv_drawing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO territories_drawing (layer, version) VALUES ('qpv', left(md5(clock_timestamp()::text || random()), 10))
    ON CONFLICT (layer) DO UPDATE SET version = EXCLUDED.version;
    RETURN NULL;
END $$;
CREATE TRIGGER new_drawing AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON territories_qpv
    FOR EACH STATEMENT EXECUTE FUNCTION territories_new_qpv_drawing();
INSERT INTO territories_drawing (layer, version) VALUES ('contours', '0000000000'), ('qpv', '0000000000');
