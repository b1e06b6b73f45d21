-- a commune or country (five), a département (two or three), an EPCI (nine), or the whole country
ALTER TABLE offers_service ADD CONSTRAINT service_zone_codes CHECK (
    zone_eligibilite = '{}' OR array_to_string(zone_eligibilite, ' ', '?')
        ~ '^(france|[0-9][0-9AB][0-9]{3}|[0-9][0-9AB]|9[78][0-9]|[0-9]{9})( (france|[0-9][0-9AB][0-9]{3}|[0-9][0-9AB]|9[78][0-9]|[0-9]{9}))*$');

CREATE FUNCTION offers_keep_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := clock_timestamp();
    NEW.version := CASE WHEN TG_OP = 'INSERT' THEN 1 ELSE OLD.version + 1 END;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_version BEFORE INSERT OR UPDATE ON offers_service
    FOR EACH ROW EXECUTE FUNCTION offers_keep_version();

-- what is searched of these services, made again: see SearchRow
CREATE FUNCTION offers_refresh_search(ids bigint[]) RETURNS void LANGUAGE sql AS $$
DELETE FROM offers_searchrow WHERE service_id = ANY (ids) AND service_id NOT IN (
    SELECT s.id FROM offers_service s JOIN organisations_organisation o ON o.id = s.structure_id
    WHERE s.id = ANY (ids) AND s.status = 'published' AND s.gone_on IS NULL AND o.closed_on IS NULL);
INSERT INTO offers_searchrow AS known (
    service_id, structure_id, point, commune, zones, served, qpv_codes, qpv_only, on_site, remote, by_person,
    has_phone, has_places, business, free, phases, kinds, brakes, categories, publics, languages, themes, places_left,
    delay_days, confirmed_on, is_example, hours, search)
SELECT s.id AS service_id, s.structure_id,
    CASE WHEN placed.departements IS NULL OR s.point IS NOT NULL
        THEN COALESCE(s.point, CASE WHEN home.same THEN o.point END, c.town_hall, oc.town_hall) END AS point,
    COALESCE(s.commune_id, o.commune_id, '') AS commune, s.zone_eligibilite AS zones,
    CASE
        WHEN s.zone_eligibilite <> '{}' THEN s.zone_eligibilite
        WHEN 'a-distance' = ANY (s.modes_accueil) THEN '{france}'
        WHEN placed.departements IS NOT NULL THEN ARRAY(
            SELECT DISTINCT code FROM unnest(placed.departements || COALESCE(c.departement_id, oc.departement_id)) AS code
            WHERE code IS NOT NULL ORDER BY code)
        WHEN COALESCE(s.point, c.town_hall, oc.town_hall, o.point) IS NULL THEN '{france}'
        ELSE '{}'
    END AS served,
    s.qpv_codes, s.qpv_only,
    s.modes_accueil = '{}' OR 'en-presentiel' = ANY (s.modes_accueil) AS on_site,
    'a-distance' = ANY (s.modes_accueil) AS remote,
    s.mobilisable_par = '{}' OR 'usagers' = ANY (s.mobilisable_par) AS by_person,
    s.telephone <> '' OR o.telephone <> '' AS has_phone, placed.departements IS NOT NULL AS has_places,
    COALESCE(said.phases, themed.phases, 0) <> 0 OR COALESCE(themed.categories, 0) & b.mask <> 0
        OR (s.kind <> '' AND COALESCE(themed.brakes, 0) = 0) AS business,
    CASE s.frais WHEN 'gratuit' THEN true WHEN 'payant' THEN false END AS free,
    COALESCE(said.phases, themed.phases, 0)::smallint AS phases, COALESCE(1 << k.number, 0)::smallint AS kinds,
    COALESCE(themed.brakes, 0)::smallint AS brakes, COALESCE(themed.categories, 0) AS categories,
    COALESCE(said.publics, 0) AS publics, COALESCE(said.languages, 0) AS languages,
    COALESCE(themed.themes, '{}') AS themes, s.places_left, s.delay_days,
    COALESCE(s.confirmed_on, s.date_maj) AS confirmed_on, s.is_example,
    COALESCE(NULLIF(s.horaires_accueil, ''), CASE WHEN home.same THEN o.horaires_accueil END, '') AS hours,
    setweight(to_tsvector('fr', s.nom), 'A')
        || setweight(to_tsvector('fr', o.name || ' ' || COALESCE(themed.labels, '')), 'B')
        || setweight(to_tsvector('fr', left(s.description, 2000)), 'C') AS search
FROM offers_service s
JOIN organisations_organisation o ON o.id = s.structure_id AND o.closed_on IS NULL
-- a service that gives no address of its own is where its structure is
CROSS JOIN LATERAL (
    SELECT s.point IS NULL AND s.adresse = '' AND (s.commune_id IS NULL OR s.commune_id = o.commune_id) AS same
) home
CROSS JOIN (
    SELECT 1 << number AS mask FROM offers_term WHERE vocabulary = 'category' AND code = 'creer-une-entreprise'
) b
-- row by row: nothing that depends on how many rows the planner expects
CROSS JOIN LATERAL (
    SELECT array_agg(t.number ORDER BY t.number) AS themes, string_agg(t.label, ' ') AS labels,
        bit_or(1 << t.category) AS categories, bit_or(1 << t.brake) AS brakes, bit_or(t.phases) AS phases
    FROM offers_term t WHERE t.vocabulary = 'theme' AND t.code = ANY (s.thematiques)
) themed
CROSS JOIN LATERAL (
    SELECT bit_or(1 << t.number) FILTER (WHERE t.vocabulary = 'public' AND t.code = ANY (s.publics)) AS publics,
        bit_or(1 << t.number) FILTER (WHERE t.vocabulary = 'phase' AND t.code = ANY (s.phases)) AS phases,
        bit_or(1 << t.number) FILTER (WHERE t.vocabulary = 'language' AND t.code = ANY (s.languages)) AS languages
    FROM offers_term t
    WHERE t.vocabulary IN ('public', 'phase', 'language') AND t.code = ANY (s.publics || s.phases || s.languages)
) said
LEFT JOIN LATERAL (
    SELECT array_agg(DISTINCT pc.departement_id) AS departements
    FROM offers_permanence p JOIN territories_commune pc ON pc.code = p.commune_id
    WHERE p.service_id = s.id
    HAVING count(*) > 0
) placed ON true
LEFT JOIN territories_commune c ON c.code = s.commune_id
LEFT JOIN territories_commune oc ON oc.code = o.commune_id
LEFT JOIN offers_term k ON k.vocabulary = 'kind' AND k.code = COALESCE(NULLIF(s.kind, ''), CASE s.type
    WHEN 'accompagnement' THEN 'accompagnement' WHEN 'formation' THEN 'formation' WHEN 'atelier' THEN 'groupe'
    WHEN 'aide-financiere' THEN 'financement' WHEN 'information' THEN 'accueil' END)
WHERE s.id = ANY (ids) AND s.status = 'published' AND s.gone_on IS NULL
ON CONFLICT (service_id) DO UPDATE SET (
    structure_id, point, commune, zones, served, qpv_codes, qpv_only, on_site, remote, by_person, has_phone,
    has_places, business, free, phases, kinds, brakes, categories, publics, languages, themes, places_left, delay_days,
    confirmed_on, is_example, hours, search
) = (
    excluded.structure_id, excluded.point, excluded.commune, excluded.zones, excluded.served, excluded.qpv_codes,
    excluded.qpv_only, excluded.on_site, excluded.remote, excluded.by_person, excluded.has_phone, excluded.has_places,
    excluded.business, excluded.free, excluded.phases, excluded.kinds, excluded.brakes, excluded.categories,
    excluded.publics, excluded.languages, excluded.themes, excluded.places_left, excluded.delay_days,
    excluded.confirmed_on, excluded.is_example, excluded.hours, excluded.search)
WHERE known IS DISTINCT FROM excluded
$$;

-- by statement, so that a file of 100 000 services is one pass
CREATE FUNCTION offers_keep_search() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM offers_refresh_search((SELECT array_agg(id) FROM changed));
    RETURN NULL;
END $$;
CREATE TRIGGER keep_search_on_insert AFTER INSERT ON offers_service
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION offers_keep_search();
CREATE TRIGGER keep_search_on_update AFTER UPDATE ON offers_service
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION offers_keep_search();
CREATE TRIGGER keep_search_on_delete AFTER DELETE ON offers_service
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION offers_keep_search();

CREATE FUNCTION offers_keep_search_of_structure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM offers_refresh_search((SELECT array_agg(id) FROM offers_service WHERE structure_id = NEW.id));
    RETURN NULL;
END $$;

CREATE TRIGGER offers_keep_search
    AFTER UPDATE OF name, commune_id, point, telephone, horaires_accueil, closed_on ON organisations_organisation
    FOR EACH ROW WHEN (
        (OLD.name, OLD.commune_id, OLD.point::bytea, OLD.telephone, OLD.horaires_accueil, OLD.closed_on)
        IS DISTINCT FROM (NEW.name, NEW.commune_id, NEW.point::bytea, NEW.telephone, NEW.horaires_accueil, NEW.closed_on))
    EXECUTE FUNCTION offers_keep_search_of_structure();

CREATE FUNCTION offers_keep_search_of_permanences() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM offers_refresh_search((SELECT array_agg(DISTINCT service_id) FROM changed));
    RETURN NULL;
END $$;
CREATE FUNCTION offers_keep_search_of_moved_permanences() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM offers_refresh_search((
        SELECT array_agg(DISTINCT service_id)
        FROM (SELECT service_id FROM changed UNION SELECT service_id FROM before) AS either));
    RETURN NULL;
END $$;
CREATE TRIGGER keep_search_on_insert AFTER INSERT ON offers_permanence
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION offers_keep_search_of_permanences();
CREATE TRIGGER keep_search_on_delete AFTER DELETE ON offers_permanence
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION offers_keep_search_of_permanences();
CREATE TRIGGER keep_search_on_update AFTER UPDATE ON offers_permanence
    REFERENCING OLD TABLE AS before NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION offers_keep_search_of_moved_permanences();

-- a row as the finder reads it, 58 bytes, big-endian: see PACKED in queries/finder/candidates.py
CREATE FUNCTION offers_packed(r offers_searchrow) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
SELECT int8send(r.service_id) || float4send(COALESCE(ST_X(r.point), 'NaN')::real)
    || float4send(COALESCE(ST_Y(r.point), 'NaN')::real)
    || int4send((r.business::int) | (r.on_site::int << 1) | (r.remote::int << 2) | (r.by_person::int << 3)
        | (r.has_phone::int << 4) | (r.has_places::int << 5) | (r.qpv_only::int << 6)
        | ((r.qpv_codes <> '{}')::int << 7) | ((r.zones <> '{}')::int << 8))
    || int2send(r.phases) || int2send(r.kinds) || int2send(r.brakes) || int4send(r.categories) || int4send(r.publics)
    || int4send(r.languages)
    || int8send(COALESCE((SELECT bit_or(1::bigint << t) FROM unnest(r.themes) AS t WHERE t < 63), 0))
    || int4send(COALESCE((SELECT bit_or(1 << (t - 63)) FROM unnest(r.themes) AS t WHERE t >= 63), 0))
    || int2send(LEAST(COALESCE(r.places_left, -1), 32767)::smallint) || int2send(COALESCE(r.delay_days, -1::smallint))
    || int4send(r.confirmed_on - DATE '1970-01-01')
$$;
-- how a row may be found: see FinderRow
CREATE FUNCTION offers_finder_codes(r offers_searchrow) RETURNS TABLE (purpose smallint, code varchar)
LANGUAGE sql IMMUTABLE AS $$
SELECT p.purpose, c.code
FROM unnest(CASE WHEN r.business THEN '{0}'::smallint[] ELSE ARRAY(
    SELECT (1 + n)::smallint FROM generate_series(0, 30) AS n WHERE r.categories & (1 << n) <> 0
) END) AS p (purpose)
CROSS JOIN (
    SELECT DISTINCT unnest(CASE WHEN r.served = '{}' AND r.point IS NOT NULL
        THEN ARRAY[('c' || floor(ST_X(r.point) * 2)::int || ':' || floor(ST_Y(r.point) * 2)::int)::varchar]
        ELSE r.served END)
) AS c (code)
$$;
CREATE FUNCTION offers_keep_finder() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        DELETE FROM offers_finderrow WHERE service_id IN (SELECT service_id FROM before);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO offers_finderrow (purpose, code, service_id, has_places, packed)
        SELECT k.purpose, k.code, r.service_id, r.has_places, offers_packed(r.row)
        FROM (SELECT s AS row, s.service_id, s.has_places FROM changed c JOIN offers_searchrow s USING (service_id)) AS r
        CROSS JOIN LATERAL offers_finder_codes(r.row) AS k;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER keep_finder_on_insert AFTER INSERT ON offers_searchrow
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION offers_keep_finder();
CREATE TRIGGER keep_finder_on_update AFTER UPDATE ON offers_searchrow
    REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION offers_keep_finder();
CREATE TRIGGER keep_finder_on_delete AFTER DELETE ON offers_searchrow
    REFERENCING OLD TABLE AS before FOR EACH STATEMENT EXECUTE FUNCTION offers_keep_finder();

CREATE FUNCTION offers_answers_for(service bigint) RETURNS boolean LANGUAGE sql STABLE
    RETURN EXISTS (
        SELECT FROM accounts_role
        WHERE user_id = maillage_user_id() AND kind IN ('moderator', 'animator', 'network')
    ) OR EXISTS (
        SELECT FROM offers_service s JOIN organisations_membership m ON m.organisation_id = s.structure_id
        WHERE s.id = service AND m.user_id = maillage_user_id()
    );
ALTER TABLE offers_errorreport ENABLE ROW LEVEL SECURITY;
ALTER TABLE offers_errorreport FORCE ROW LEVEL SECURITY;
CREATE POLICY answering ON offers_errorreport USING (
    maillage_purpose() IN ('proof', 'administration') OR offers_answers_for(service_id)
);
