from django.db import migrations, models

# bits 0-7: phases; 8-15: publics; from 16 on: themes, by their own number
FUNCTIONS = """
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
CREATE TRIGGER keep_facets BEFORE INSERT OR UPDATE OF themes, publics, phases, facets ON initiatives_initiative
    FOR EACH ROW EXECUTE FUNCTION initiatives_keep_facets();

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

UPDATE initiatives_theme SET bit = position - 1;
CREATE TRIGGER number_theme BEFORE INSERT OR UPDATE OF bit ON initiatives_theme
    FOR EACH ROW EXECUTE FUNCTION initiatives_number_theme();

-- neither a version nor a line of history: nothing that anyone wrote changes
ALTER TABLE initiatives_initiative DISABLE TRIGGER USER;
UPDATE initiatives_initiative SET facets = initiatives_facet_bits(themes, publics, phases);
ALTER TABLE initiatives_initiative ENABLE TRIGGER USER;
"""
NO_FUNCTIONS = """
DROP FUNCTION initiatives_number_theme() CASCADE;
DROP FUNCTION initiatives_keep_facets() CASCADE;
DROP FUNCTION initiatives_facet_bits(varchar[], varchar[], varchar[]);
"""


class Migration(migrations.Migration):
    dependencies = [("initiatives", "0006_incoming_file")]
    operations = [
        migrations.AddField(
            "theme", "bit", models.PositiveSmallIntegerField(editable=False, null=True, unique=True)
        ),
        migrations.AddField("initiative", "facets", models.BigIntegerField(db_default=0, editable=False)),
        migrations.RunSQL(FUNCTIONS, NO_FUNCTIONS),
        migrations.AddIndex(
            "initiative",
            models.Index(
                fields=["facets"],
                condition=models.Q(status__in=["published", "to-confirm"]),
                name="initiative_facets",
            ),
        ),
    ]
