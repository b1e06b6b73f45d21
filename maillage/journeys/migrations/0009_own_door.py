from django.db import migrations

# the number and the address open « Mon parcours », where everything from every structure is read: who follows someone does
# not put theirs in its place. A day is left to whoever wrote the file down to mend what they mistyped.
DOOR = """
CREATE FUNCTION journeys_own_door() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE check_violation USING MESSAGE = 'only the person changes what opens their space', CONSTRAINT = 'person_own_door';
END $$;
CREATE TRIGGER own_door BEFORE UPDATE OF phone, email ON journeys_person FOR EACH ROW
    WHEN ((OLD.phone, OLD.email) IS DISTINCT FROM (NEW.phone, NEW.email)
        AND maillage_subject('person') IS DISTINCT FROM OLD.id
        AND maillage_purpose() NOT IN ('retention', 'policy')
        AND OLD.created_at < now() - interval '1 day')
    EXECUTE FUNCTION journeys_own_door();
"""


class Migration(migrations.Migration):
    dependencies = [("journeys", "0008_agreement_given_twice")]
    operations = [
        migrations.RunSQL(DOOR, "DROP TRIGGER own_door ON journeys_person; DROP FUNCTION journeys_own_door();")
    ]
