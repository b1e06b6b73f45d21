from django.db import migrations

# two files made one may hold the same agreement twice: the end of one leaves the other standing, and what hangs on it.
# The row that ends is not yet seen as ended by the condition of its own trigger: it is left out by its number.
STILL_AGREED = """
CREATE FUNCTION journeys_still_agreed(ended bigint, who bigint, what text, whom bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    mine text := journeys_as_a_rule();
    agreed boolean := EXISTS (
        SELECT FROM journeys_consent
        WHERE person_id = who AND aim = what AND organisation_id IS NOT DISTINCT FROM whom AND withdrawn_at IS NULL AND id <> ended);
BEGIN
    PERFORM journeys_as(mine);
    RETURN agreed;
END $$;
DROP TRIGGER consent_ends ON journeys_consent;
CREATE TRIGGER consent_ends AFTER UPDATE OF withdrawn_at ON journeys_consent FOR EACH ROW
    WHEN (NEW.withdrawn_at IS NOT NULL AND NOT journeys_still_agreed(NEW.id, NEW.person_id, NEW.aim, NEW.organisation_id))
    EXECUTE FUNCTION journeys_consent_ends();
"""
BEFORE = """
DROP TRIGGER consent_ends ON journeys_consent;
CREATE TRIGGER consent_ends AFTER UPDATE OF withdrawn_at ON journeys_consent
    FOR EACH ROW WHEN (NEW.withdrawn_at IS NOT NULL) EXECUTE FUNCTION journeys_consent_ends();
DROP FUNCTION journeys_still_agreed(bigint, bigint, text, bigint);
"""


class Migration(migrations.Migration):
    dependencies = [("journeys", "0007_merged_people")]
    operations = [migrations.RunSQL(STILL_AGREED, BEFORE)]
