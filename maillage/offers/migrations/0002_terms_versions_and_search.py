from data_inclusion.schema import v1
from django.db import migrations

PHASES = ["idee", "amorcage", "creation", "developpement"]
KINDS = [
    "accueil", "diagnostic", "accompagnement", "groupe", "formation", "financement", "hebergement", "test",
]  # fmt: skip
# brake → the themes that lift it, by the start of their code
BRAKES = {
    "mobilite": "mobilite--",
    "garde-enfant": "famille--garde-denfants",
    "logement": "logement-hebergement--",
    "sante": "sante--",
    "langue": "lecture-ecriture-calcul--",
    "numerique": "numerique--",
    "administratif": "difficultes-administratives-ou-juridiques--",
    "financier": "difficultes-financieres--",
}
# theme → mask of phases
PHASES_OF = {
    "creer-une-entreprise--definir-son-projet-de-creation-dentreprise": 0b0011,
    "creer-une-entreprise--structurer-son-projet-de-creation-dentreprise": 0b0110,
    "creer-une-entreprise--developper-son-entreprise": 0b1000,
}


def terms(Term):
    """Every term of every vocabulary, numbered in its own order."""
    categories = [category.value for category in v1.Categorie]
    for vocabulary, codes in (("phase", PHASES), ("kind", KINDS), ("brake", list(BRAKES))):
        for number, code in enumerate(codes):
            yield Term(vocabulary=vocabulary, code=code, number=number, label=code)
    for vocabulary, source in (("public", v1.Public), ("category", v1.Categorie)):
        for number, term in enumerate(source):
            yield Term(vocabulary=vocabulary, code=term.value, number=number, label=term.label)
    for number, theme in enumerate(v1.Thematique):
        yield Term(
            vocabulary="theme",
            code=theme.value,
            number=number,
            label=theme.label,
            category=categories.index(theme.value.partition("--")[0]),
            brake=next((n for n, start in enumerate(BRAKES.values()) if theme.value.startswith(start)), None),
            phases=PHASES_OF.get(theme.value, 0),
        )


def add_terms(apps, schema_editor):
    Term = apps.get_model("offers", "Term")
    Term.objects.using(schema_editor.connection.alias).bulk_create(terms(Term))


def remove_terms(apps, schema_editor):
    apps.get_model("offers", "Term").objects.using(schema_editor.connection.alias).all().delete()


TRIGGERS = """
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

-- what the finder ranks, made again for these services: see SearchRow
CREATE FUNCTION offers_refresh_search(ids bigint[]) RETURNS void LANGUAGE sql AS $$
DELETE FROM offers_searchrow WHERE service_id = ANY (ids) AND service_id NOT IN (
    SELECT id FROM offers_service WHERE id = ANY (ids) AND status = 'published' AND gone_on IS NULL);
WITH changed AS (
    SELECT * FROM offers_service WHERE id = ANY (ids) AND status = 'published' AND gone_on IS NULL
), themed AS (
    SELECT s.id, array_agg(t.number ORDER BY t.number) AS themes, string_agg(t.label, ' ') AS labels,
        bit_or(1 << t.category) AS categories, bit_or(1 << t.brake) AS brakes, bit_or(t.phases) AS phases
    FROM changed s CROSS JOIN LATERAL unnest(s.thematiques) AS given(code)
    JOIN offers_term t ON t.vocabulary = 'theme' AND t.code = given.code
    GROUP BY s.id
), aimed AS (
    SELECT s.id, bit_or(1 << t.number) AS publics
    FROM changed s CROSS JOIN LATERAL unnest(s.publics) AS given(code)
    JOIN offers_term t ON t.vocabulary = 'public' AND t.code = given.code
    GROUP BY s.id
), phased AS (
    SELECT s.id, bit_or(1 << t.number) AS phases
    FROM changed s CROSS JOIN LATERAL unnest(s.phases) AS given(code)
    JOIN offers_term t ON t.vocabulary = 'phase' AND t.code = given.code
    GROUP BY s.id
)
INSERT INTO offers_searchrow AS known (
    service_id, structure_id, point, commune, zones, qpv_codes, qpv_only, on_site, remote, by_person, free,
    phases, kinds, brakes, categories, publics, themes, places_left, delay_days, confirmed_on, is_example, search)
SELECT s.id, s.structure_id, COALESCE(s.point, c.town_hall, oc.town_hall), COALESCE(s.commune_id, o.commune_id, ''),
    s.zone_eligibilite, s.qpv_codes, s.qpv_only,
    s.modes_accueil = '{}' OR 'en-presentiel' = ANY (s.modes_accueil), 'a-distance' = ANY (s.modes_accueil),
    s.mobilisable_par = '{}' OR 'usagers' = ANY (s.mobilisable_par), CASE s.frais WHEN 'gratuit' THEN true WHEN 'payant' THEN false END,
    COALESCE(phased.phases, themed.phases, 0)::smallint, COALESCE(1 << k.number, 0)::smallint,
    COALESCE(themed.brakes, 0)::smallint, COALESCE(themed.categories, 0), COALESCE(aimed.publics, 0),
    COALESCE(themed.themes, '{}'), s.places_left, s.delay_days, COALESCE(s.confirmed_on, s.date_maj), s.is_example,
    setweight(to_tsvector('fr', s.nom), 'A')
        || setweight(to_tsvector('fr', o.name || ' ' || COALESCE(themed.labels, '')), 'B')
        || setweight(to_tsvector('fr', left(s.description, 2000)), 'C')
FROM changed s
JOIN organisations_organisation o ON o.id = s.structure_id
LEFT JOIN territories_commune c ON c.code = s.commune_id
LEFT JOIN territories_commune oc ON oc.code = o.commune_id
LEFT JOIN themed ON themed.id = s.id
LEFT JOIN aimed ON aimed.id = s.id
LEFT JOIN phased ON phased.id = s.id
LEFT JOIN offers_term k ON k.vocabulary = 'kind' AND k.code = COALESCE(NULLIF(s.kind, ''), CASE s.type
    WHEN 'accompagnement' THEN 'accompagnement' WHEN 'formation' THEN 'formation' WHEN 'atelier' THEN 'groupe'
    WHEN 'aide-financiere' THEN 'financement' WHEN 'information' THEN 'accueil' END)
ON CONFLICT (service_id) DO UPDATE SET (
    structure_id, point, commune, zones, qpv_codes, qpv_only, on_site, remote, by_person, free,
    phases, kinds, brakes, categories, publics, themes, places_left, delay_days, confirmed_on, is_example, search
) = (
    excluded.structure_id, excluded.point, excluded.commune, excluded.zones, excluded.qpv_codes, excluded.qpv_only,
    excluded.on_site, excluded.remote, excluded.by_person, excluded.free, excluded.phases, excluded.kinds,
    excluded.brakes, excluded.categories, excluded.publics, excluded.themes, excluded.places_left, excluded.delay_days,
    excluded.confirmed_on, excluded.is_example, excluded.search)
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
CREATE TRIGGER offers_keep_search AFTER UPDATE OF name, commune_id ON organisations_organisation
    FOR EACH ROW WHEN ((OLD.name, OLD.commune_id) IS DISTINCT FROM (NEW.name, NEW.commune_id))
    EXECUTE FUNCTION offers_keep_search_of_structure();
"""
NO_TRIGGERS = """
-- a commune or country (five), a département (two or three), an EPCI (nine), or the whole country
ALTER TABLE offers_service ADD CONSTRAINT service_zone_codes CHECK (
    zone_eligibilite = '{}' OR array_to_string(zone_eligibilite, ' ', '?')
        ~ '^(france|[0-9][0-9AB][0-9]{3}|[0-9][0-9AB]|9[78][0-9]|[0-9]{9})( (france|[0-9][0-9AB][0-9]{3}|[0-9][0-9AB]|9[78][0-9]|[0-9]{9}))*$');

DROP FUNCTION offers_keep_search_of_structure() CASCADE;
DROP FUNCTION offers_keep_search() CASCADE;
DROP FUNCTION offers_refresh_search(bigint[]);
DROP FUNCTION offers_keep_version() CASCADE;
ALTER TABLE offers_service DROP CONSTRAINT service_zone_codes;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("offers", "0001_initial"),
        ("core", "0001_text_search"),
        ("organisations", "0001_initial"),
        ("territories", "0001_initial"),
    ]
    operations = [
        migrations.RunPython(add_terms, remove_terms),
        migrations.RunSQL(TRIGGERS, NO_TRIGGERS),
    ]
