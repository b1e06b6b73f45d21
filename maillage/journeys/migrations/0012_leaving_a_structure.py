from django.db import migrations

# queries.in_charge says the same in Python, of a referral that moves; tests/test_leaving.py compares them
CREATE = """
-- who sees to a referral that someone leaves: the active people of its sides, in the order that its state asks for
CREATE FUNCTION journeys_next_in_charge(one journeys_referral) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    mine text := journeys_as_a_rule();
    of_the_sender boolean := one.state IN ('brouillon', 'refusee');
    nobody_answers boolean := one.state = 'sans_reponse';
    wanted bigint[];
    found bigint;
BEGIN
    wanted := (SELECT array_agg(who ORDER BY side, place, number) FROM (
        SELECT m.user_id AS who, CASE WHEN of_the_sender OR nobody_answers THEN 3 ELSE 1 END AS side,
            CASE WHEN m.user_id = f.referent_id THEN 1 WHEN m.kind::text = 'manager' THEN 2 ELSE 3 END AS place, m.id AS number
        FROM organisations_membership m
        LEFT JOIN journeys_follow f ON f.organisation_id = m.organisation_id AND f.person_id = one.person_id
        WHERE m.organisation_id = one.to_organisation_id
        UNION ALL
        SELECT m.user_id, CASE WHEN of_the_sender THEN 1 ELSE 2 END,
            CASE WHEN m.user_id = one.from_user_id THEN 0 WHEN m.user_id = f.referent_id THEN 1 WHEN m.kind::text = 'manager' THEN 2 ELSE 3 END, m.id
        FROM organisations_membership m
        LEFT JOIN journeys_follow f ON f.organisation_id = m.organisation_id AND f.person_id = one.person_id
        WHERE m.organisation_id = one.from_organisation_id
        UNION ALL
        SELECT user_id, CASE WHEN nobody_answers THEN 1 WHEN of_the_sender THEN 2 ELSE 3 END, rank, id
        FROM organisations_duty WHERE banner_id = one.banner_id AND period @> CURRENT_DATE
        UNION ALL
        SELECT user_id, 4, 0, id FROM accounts_role WHERE kind::text = 'network' AND territory_kind = ''
    ) AS sides);
    -- whether an account is open is for this purpose alone
    PERFORM journeys_as('administration');
    found := (
        SELECT u.id FROM unnest(wanted) WITH ORDINALITY AS w (who, turn) JOIN accounts_user u ON u.id = w.who
        WHERE u.is_active ORDER BY w.turn LIMIT 1);
    PERFORM journeys_as(mine);
    RETURN found;
END $$;

-- who leaves a structure leaves what they had in charge there, at that very moment; what they have by the other structure, or
-- by their turn on the rota, stays theirs
CREATE FUNCTION journeys_member_left() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    mine text := journeys_as_a_rule();
    one journeys_referral;
BEGIN
    FOR one IN
        SELECT * FROM journeys_referral r
        WHERE r.in_charge_id = OLD.user_id
            AND r.state NOT IN ('reorientee', 'annulee', 'aide', 'pas_d_aide', 'injoignable', 'pas_pour_nous')
            AND OLD.organisation_id IN (r.to_organisation_id, r.from_organisation_id)
            AND NOT EXISTS (
                SELECT FROM organisations_membership
                WHERE user_id = OLD.user_id AND organisation_id IN (r.to_organisation_id, r.from_organisation_id))
            AND NOT (r.coordinated AND EXISTS (
                SELECT FROM organisations_duty
                WHERE user_id = OLD.user_id AND banner_id = r.banner_id AND period @> CURRENT_DATE))
        ORDER BY r.id FOR UPDATE
    LOOP
        UPDATE journeys_referral SET in_charge_id = COALESCE(journeys_next_in_charge(one), in_charge_id) WHERE id = one.id;
    END LOOP;
    PERFORM journeys_as(mine);
    RETURN NULL;
END $$;
CREATE TRIGGER member_left AFTER DELETE ON organisations_membership
    FOR EACH ROW EXECUTE FUNCTION journeys_member_left();
"""
DROP = """
DROP TRIGGER member_left ON organisations_membership;
DROP FUNCTION journeys_member_left();
DROP FUNCTION journeys_next_in_charge(journeys_referral);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("journeys", "0011_leaves_when_agreed"),
        ("organisations", "0007_key_hashes"),
        ("accounts", "0002_row_security"),
    ]
    operations = [migrations.RunSQL(CREATE, DROP)]
