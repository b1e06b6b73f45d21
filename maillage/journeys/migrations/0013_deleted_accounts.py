import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# AFTER: the account is gone already, so that nobody is given to themselves; foreign keys are looked at when all is done
CREATE = """
CREATE FUNCTION journeys_account_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    mine text := journeys_as_a_rule();
    one journeys_referral;
BEGIN
    FOR one IN
        SELECT * FROM journeys_referral r
        WHERE r.in_charge_id = OLD.id
            AND r.state NOT IN ('reorientee', 'annulee', 'aide', 'pas_d_aide', 'injoignable', 'pas_pour_nous')
        ORDER BY r.id FOR UPDATE
    LOOP
        UPDATE journeys_referral SET in_charge_id = COALESCE(journeys_next_in_charge(one), in_charge_id) WHERE id = one.id;
    END LOOP;
    -- what they did stays, unsigned: Django unsigns only the rows that row security shows to whoever deletes
    PERFORM journeys_as('retention');
    UPDATE journeys_referral SET from_user_id = NULL WHERE from_user_id = OLD.id;
    UPDATE journeys_follow SET referent_id = NULL WHERE referent_id = OLD.id;
    UPDATE journeys_consent SET recorded_by_id = NULL WHERE recorded_by_id = OLD.id;
    UPDATE journeys_consentrequest SET asked_by_id = NULL WHERE asked_by_id = OLD.id;
    UPDATE journeys_step SET author_id = NULL WHERE author_id = OLD.id;
    UPDATE journeys_frein SET author_id = NULL WHERE author_id = OLD.id;
    UPDATE journeys_note SET author_id = NULL WHERE author_id = OLD.id;
    UPDATE journeys_document SET author_id = NULL WHERE author_id = OLD.id;
    UPDATE journeys_appointment SET author_id = NULL WHERE author_id = OLD.id;
    UPDATE journeys_appointment SET received_by_id = NULL WHERE received_by_id = OLD.id;
    PERFORM journeys_as(mine);
    RETURN NULL;
END $$;
CREATE TRIGGER account_deleted AFTER DELETE ON accounts_user
    FOR EACH ROW EXECUTE FUNCTION journeys_account_deleted();
"""
DROP = """
DROP TRIGGER account_deleted ON accounts_user;
DROP FUNCTION journeys_account_deleted();
"""


class Migration(migrations.Migration):
    dependencies = [("journeys", "0012_leaving_a_structure")]
    operations = [
        migrations.RunSQL(CREATE, DROP),
        migrations.AlterField(
            "referral",
            "in_charge",
            models.ForeignKey(
                settings.AUTH_USER_MODEL,
                on_delete=django.db.models.deletion.DO_NOTHING,
                null=True,
                blank=True,
                related_name="+",
            ),
        ),
    ]
