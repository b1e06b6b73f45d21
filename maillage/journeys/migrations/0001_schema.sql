-- what may follow what; « » is before the row
CREATE TABLE journeys_transition (from_state varchar(15), to_state varchar(15), PRIMARY KEY (from_state, to_state));
INSERT INTO journeys_transition
SELECT from_state, to_state FROM (VALUES
    ('', 'brouillon'),
    ('brouillon', 'envoyee annulee'),
    ('envoyee', 'recue acceptee refusee sans_reponse reorientee annulee injoignable'),
    ('recue', 'acceptee refusee sans_reponse reorientee annulee injoignable'),
    ('sans_reponse', 'recue acceptee refusee reorientee annulee injoignable'),
    ('acceptee', 'rdv_fait absent excuse refusee reorientee annulee aide pas_d_aide injoignable pas_pour_nous'),
    ('absent', 'rdv_fait excuse reorientee annulee aide pas_d_aide injoignable pas_pour_nous'),
    ('excuse', 'rdv_fait absent reorientee annulee aide pas_d_aide injoignable pas_pour_nous'),
    ('rdv_fait', 'aide pas_d_aide reorientee annulee injoignable pas_pour_nous'),
    ('refusee', 'acceptee reorientee annulee'),
    ('pas_d_aide', 'reorientee'),
    ('pas_pour_nous', 'reorientee'),
    ('injoignable', 'reorientee')
) AS may (from_state, following), regexp_split_to_table(following, ' ') AS to_state;

-- a rule sees the rows that it is about, whoever acts: « policy » is the purpose of triggers and policies alone. Set and
-- taken back by hand: a function's own SET of such a setting would need a superuser wherever a backup is restored
CREATE FUNCTION journeys_as(purpose text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('maillage.purpose', purpose, true);
END $$;
CREATE FUNCTION journeys_as_a_rule() RETURNS text LANGUAGE plpgsql AS $$
DECLARE before text := maillage_purpose();
BEGIN
    PERFORM set_config('maillage.purpose', 'policy', true);
    RETURN before;
END $$;

CREATE FUNCTION journeys_keep_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.version := OLD.version + 1;
    RETURN NEW;
END $$;

-- a consent is what was agreed: only its withdrawal is written later, once
CREATE FUNCTION journeys_consent_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.withdrawn_at IS NOT NULL
        OR (OLD.aim, OLD.organisation_id, OLD.text_id, OLD.how, OLD.given_at, OLD.witness)
            IS DISTINCT FROM (NEW.aim, NEW.organisation_id, NEW.text_id, NEW.how, NEW.given_at, NEW.witness) THEN
        RAISE check_violation USING MESSAGE = 'consent ' || OLD.id || ' stands as it was given', CONSTRAINT = 'consent_stands';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER consent_stands BEFORE UPDATE OF aim, organisation_id, text_id, how, given_at, witness, withdrawn_at ON journeys_consent
    FOR EACH ROW EXECUTE FUNCTION journeys_consent_stands();

CREATE FUNCTION journeys_text_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE check_violation USING MESSAGE = 'a text that was read stays as it was', CONSTRAINT = 'consent_text_stands';
END $$;
CREATE TRIGGER text_stands BEFORE UPDATE OR DELETE ON journeys_consenttext
    FOR EACH ROW EXECUTE FUNCTION journeys_text_stands();

-- whether a consent of this aim stands; whoever asks holds it: a withdrawal at the same moment waits, or is seen
CREATE FUNCTION journeys_agreed(who bigint, what text, whom bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    mine text := journeys_as_a_rule();
    agreed boolean;
BEGIN
    PERFORM FROM journeys_consent
    WHERE person_id = who AND aim = what AND organisation_id IS NOT DISTINCT FROM whom AND withdrawn_at IS NULL
    FOR SHARE;
    agreed := FOUND;
    PERFORM journeys_as(mine);
    RETURN agreed;
END $$;

CREATE FUNCTION journeys_open_follow(who bigint, whom bigint, from_when timestamptz) RETURNS void LANGUAGE sql AS $$
    INSERT INTO journeys_follow (person_id, organisation_id, since, until, shared)
    VALUES (who, whom, from_when, NULL, EXISTS (
        SELECT FROM journeys_consent WHERE person_id = who AND aim = 'partage' AND withdrawn_at IS NULL))
    ON CONFLICT (person_id, organisation_id) DO UPDATE SET until = NULL
$$;

CREATE FUNCTION journeys_consent_opens() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE mine text := journeys_as_a_rule();
BEGIN
    IF NEW.withdrawn_at IS NULL AND NEW.aim = 'suivi' THEN
        PERFORM journeys_open_follow(NEW.person_id, NEW.organisation_id, NEW.given_at);
    ELSIF NEW.withdrawn_at IS NULL AND NEW.aim = 'partage' THEN
        UPDATE journeys_follow SET shared = true WHERE person_id = NEW.person_id;
    END IF;
    PERFORM journeys_as(mine);
    RETURN NULL;
END $$;
CREATE TRIGGER consent_opens AFTER INSERT ON journeys_consent FOR EACH ROW EXECUTE FUNCTION journeys_consent_opens();

-- withdrawn: the organisation reads nothing more from that moment, and what waited there is cancelled
CREATE FUNCTION journeys_consent_ends() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE mine text := journeys_as_a_rule();
BEGIN
    IF NEW.aim = 'partage' THEN
        UPDATE journeys_follow SET shared = false WHERE person_id = NEW.person_id;
        PERFORM journeys_as(mine);
        RETURN NULL;
    END IF;
    IF NEW.aim = 'orientation' OR NOT EXISTS (
        SELECT FROM journeys_consent
        WHERE person_id = NEW.person_id AND aim = 'orientation' AND organisation_id = NEW.organisation_id AND withdrawn_at IS NULL
    ) THEN
        UPDATE journeys_referral
        SET state = 'annulee', next_action = '', next_action_at = NULL, in_charge_id = NULL,
            closed_at = NEW.withdrawn_at, moved_at = NEW.withdrawn_at, moved_via = 'person'
        WHERE person_id = NEW.person_id AND to_organisation_id = NEW.organisation_id
            AND state NOT IN ('reorientee', 'annulee', 'aide', 'pas_d_aide', 'injoignable', 'pas_pour_nous');
    END IF;
    IF NEW.aim = 'suivi' THEN
        -- what the organisation's own people were in charge of, having sent it, is cancelled too: nobody else would see to it
        UPDATE journeys_referral
        SET state = 'annulee', next_action = '', next_action_at = NULL, in_charge_id = NULL,
            closed_at = NEW.withdrawn_at, moved_at = NEW.withdrawn_at, moved_via = 'person'
        WHERE person_id = NEW.person_id AND from_organisation_id = NEW.organisation_id AND in_charge_id = from_user_id
            AND NOT coordinated
            AND state NOT IN ('reorientee', 'annulee', 'aide', 'pas_d_aide', 'injoignable', 'pas_pour_nous');
    END IF;
    IF NOT EXISTS (
        SELECT FROM journeys_consent
        WHERE person_id = NEW.person_id AND organisation_id = NEW.organisation_id AND withdrawn_at IS NULL
            AND (aim = 'suivi' OR EXISTS (
                SELECT FROM journeys_referral WHERE person_id = NEW.person_id AND to_organisation_id = NEW.organisation_id
                    AND state NOT IN ('brouillon', 'reorientee', 'annulee', 'pas_d_aide', 'injoignable', 'pas_pour_nous')))
    ) THEN
        UPDATE journeys_follow SET until = LEAST(NEW.withdrawn_at, now())
        WHERE person_id = NEW.person_id AND organisation_id = NEW.organisation_id AND (until IS NULL OR until > LEAST(NEW.withdrawn_at, now()));
    END IF;
    PERFORM journeys_as(mine);
    RETURN NULL;
END $$;
-- two files made one may hold the same agreement twice: the end of one leaves the other standing, and what hangs on it.
-- The row that ends is not yet seen as ended by the condition of its own trigger: it is left out by its number.
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
CREATE TRIGGER consent_ends AFTER UPDATE OF withdrawn_at ON journeys_consent FOR EACH ROW
    WHEN (NEW.withdrawn_at IS NOT NULL AND NOT journeys_still_agreed(NEW.id, NEW.person_id, NEW.aim, NEW.organisation_id))
    EXECUTE FUNCTION journeys_consent_ends();

-- a referral moves as the table of transitions says, and leaves its draft only with the person's agreement
CREATE FUNCTION journeys_referral_moves() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    mine text := journeys_as_a_rule();
    before text := CASE WHEN TG_OP = 'UPDATE' THEN OLD.state ELSE '' END;
BEGIN
    IF NOT EXISTS (SELECT FROM journeys_transition WHERE from_state = before AND to_state = NEW.state) THEN
        RAISE check_violation USING MESSAGE = format('a referral cannot go from « %s » to « %s »', before, NEW.state), CONSTRAINT = 'referral_transition';
    END IF;
    IF TG_OP = 'INSERT' AND NEW.from_organisation_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM journeys_follow
        WHERE person_id = NEW.person_id AND organisation_id = NEW.from_organisation_id AND (until IS NULL OR until > now())
    ) THEN
        RAISE check_violation USING MESSAGE = 'an organisation refers only the people that it follows', CONSTRAINT = 'referral_of_a_followed_person';
    END IF;
    IF NEW.state = 'envoyee' AND NOT (
        journeys_agreed(NEW.person_id, 'orientation', NEW.to_organisation_id)
        AND (NEW.from_organisation_id IS NULL OR journeys_agreed(NEW.person_id, 'suivi', NEW.from_organisation_id))
    ) THEN
        RAISE check_violation USING MESSAGE = 'no referral leaves without the agreement of the person', CONSTRAINT = 'referral_consent';
    END IF;
    PERFORM journeys_as(mine);
    RETURN NEW;
END $$;
CREATE TRIGGER referral_added BEFORE INSERT ON journeys_referral
    FOR EACH ROW EXECUTE FUNCTION journeys_referral_moves();
CREATE TRIGGER referral_moves BEFORE UPDATE OF state ON journeys_referral
    FOR EACH ROW WHEN (OLD.state <> NEW.state) EXECUTE FUNCTION journeys_referral_moves();
CREATE FUNCTION journeys_referral_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE check_violation USING MESSAGE = 'a referral that left its draft keeps its person and its structures', CONSTRAINT = 'referral_stands';
END $$;
CREATE TRIGGER referral_stands BEFORE UPDATE OF to_organisation_id, from_organisation_id ON journeys_referral
    FOR EACH ROW WHEN (OLD.state <> 'brouillon' AND (OLD.to_organisation_id, OLD.from_organisation_id) IS DISTINCT FROM (NEW.to_organisation_id, NEW.from_organisation_id))
    EXECUTE FUNCTION journeys_referral_stands();

-- the log of moves, and what each move does to who reads the file
CREATE FUNCTION journeys_referral_moved() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE mine text := journeys_as_a_rule();
BEGIN
    INSERT INTO journeys_referralevent (referral_number, user_number, via, at, from_state, to_state)
    VALUES (NEW.id, maillage_user_id(), NEW.moved_via, NEW.moved_at, CASE WHEN TG_OP = 'UPDATE' THEN OLD.state ELSE '' END, NEW.state);
    IF NEW.state = 'envoyee' THEN
        PERFORM journeys_open_follow(NEW.person_id, NEW.to_organisation_id, NEW.moved_at);
    ELSIF NEW.state IN ('reorientee', 'annulee', 'pas_d_aide', 'injoignable', 'pas_pour_nous') THEN
        -- who is no longer asked for anything reads on for 30 days, unless they follow the person anyway
        UPDATE journeys_follow SET until = NEW.moved_at + interval '30 days'
        WHERE person_id = NEW.person_id AND organisation_id = NEW.to_organisation_id AND until IS NULL
            AND NOT EXISTS (
                SELECT FROM journeys_consent
                WHERE person_id = NEW.person_id AND aim = 'suivi' AND organisation_id = NEW.to_organisation_id AND withdrawn_at IS NULL)
            AND NOT EXISTS (
                SELECT FROM journeys_referral
                WHERE person_id = NEW.person_id AND to_organisation_id = NEW.to_organisation_id AND id <> NEW.id
                    AND state NOT IN ('brouillon', 'reorientee', 'annulee', 'pas_d_aide', 'injoignable', 'pas_pour_nous'));
    END IF;
    PERFORM journeys_as(mine);
    RETURN NULL;
END $$;
CREATE TRIGGER referral_added_log AFTER INSERT ON journeys_referral FOR EACH ROW EXECUTE FUNCTION journeys_referral_moved();
CREATE TRIGGER referral_moved AFTER UPDATE OF state ON journeys_referral
    FOR EACH ROW WHEN (OLD.state <> NEW.state) EXECUTE FUNCTION journeys_referral_moved();

-- how long each side reads a referral is how long it follows the person
CREATE FUNCTION journeys_follow_reads() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE mine text := journeys_as_a_rule();
BEGIN
    UPDATE journeys_referral SET receiver_until = NEW.until
    WHERE person_id = NEW.person_id AND to_organisation_id = NEW.organisation_id AND receiver_until IS DISTINCT FROM NEW.until;
    UPDATE journeys_referral SET sender_until = NEW.until
    WHERE person_id = NEW.person_id AND from_organisation_id = NEW.organisation_id AND sender_until IS DISTINCT FROM NEW.until;
    PERFORM journeys_as(mine);
    RETURN NULL;
END $$;
CREATE TRIGGER follow_reads AFTER INSERT OR UPDATE OF until ON journeys_follow
    FOR EACH ROW EXECUTE FUNCTION journeys_follow_reads();
CREATE FUNCTION journeys_referral_reads() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE mine text := journeys_as_a_rule();
BEGIN
    NEW.sender_until := (SELECT until FROM journeys_follow WHERE person_id = NEW.person_id AND organisation_id = NEW.from_organisation_id);
    NEW.receiver_until := (SELECT until FROM journeys_follow WHERE person_id = NEW.person_id AND organisation_id = NEW.to_organisation_id);
    PERFORM journeys_as(mine);
    RETURN NEW;
END $$;
CREATE TRIGGER referral_reads BEFORE INSERT ON journeys_referral FOR EACH ROW EXECUTE FUNCTION journeys_referral_reads();

CREATE TRIGGER keep_version BEFORE UPDATE ON journeys_referral FOR EACH ROW EXECUTE FUNCTION journeys_keep_version();
CREATE TRIGGER keep_version BEFORE UPDATE ON journeys_person FOR EACH ROW EXECUTE FUNCTION journeys_keep_version();
CREATE TRIGGER keep_version BEFORE UPDATE ON journeys_step FOR EACH ROW EXECUTE FUNCTION journeys_keep_version();
CREATE TRIGGER keep_version BEFORE UPDATE ON journeys_frein FOR EACH ROW EXECUTE FUNCTION journeys_keep_version();
CREATE TRIGGER keep_version BEFORE UPDATE ON journeys_appointment FOR EACH ROW EXECUTE FUNCTION journeys_keep_version();
CREATE TRIGGER keep_version BEFORE UPDATE ON journeys_note FOR EACH ROW EXECUTE FUNCTION journeys_keep_version();
CREATE TRIGGER keep_version BEFORE UPDATE ON journeys_group FOR EACH ROW EXECUTE FUNCTION journeys_keep_version();

-- the last sign of life of a journey: what retention counts from
CREATE FUNCTION journeys_is_active() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE mine text := journeys_as_a_rule();
BEGIN
    UPDATE journeys_person SET last_activity_at = (to_jsonb(NEW) ->> TG_ARGV[0])::timestamptz, warned_at = NULL
    WHERE id = NEW.person_id AND last_activity_at < (to_jsonb(NEW) ->> TG_ARGV[0])::timestamptz;
    PERFORM journeys_as(mine);
    RETURN NULL;
END $$;
CREATE TRIGGER is_active AFTER INSERT OR UPDATE OF state ON journeys_referral FOR EACH ROW EXECUTE FUNCTION journeys_is_active('moved_at');
CREATE TRIGGER is_active AFTER INSERT ON journeys_step FOR EACH ROW EXECUTE FUNCTION journeys_is_active('created_at');
CREATE TRIGGER is_active AFTER INSERT ON journeys_frein FOR EACH ROW EXECUTE FUNCTION journeys_is_active('created_at');
CREATE TRIGGER is_active AFTER INSERT ON journeys_note FOR EACH ROW EXECUTE FUNCTION journeys_is_active('created_at');
CREATE TRIGGER is_active AFTER INSERT ON journeys_document FOR EACH ROW EXECUTE FUNCTION journeys_is_active('created_at');
CREATE TRIGGER is_active AFTER INSERT OR UPDATE OF starts_at ON journeys_appointment FOR EACH ROW EXECUTE FUNCTION journeys_is_active('created_at');
CREATE TRIGGER is_active AFTER INSERT ON journeys_consent FOR EACH ROW EXECUTE FUNCTION journeys_is_active('given_at');

-- whose rows: read by sql/policies.sql, each once a statement
CREATE FUNCTION journeys_my_organisations() RETURNS bigint[] LANGUAGE sql STABLE AS $$
    SELECT COALESCE(array_agg(organisation_id), '{}') FROM organisations_membership WHERE user_id = maillage_user_id()
$$;
-- the banners on whose rota the acting user is, until a week after their last day
CREATE FUNCTION journeys_my_banners() RETURNS bigint[] LANGUAGE sql STABLE AS $$
    SELECT COALESCE(array_agg(banner_id), '{}') FROM organisations_duty
    WHERE user_id = maillage_user_id() AND lower(period) <= CURRENT_DATE AND upper(period) > CURRENT_DATE - 7
$$;
-- whether one of the acting user's organisations follows this person now
CREATE FUNCTION journeys_is_mine(who bigint) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
DECLARE
    before text := journeys_as_a_rule();
    mine boolean := EXISTS (
        SELECT FROM journeys_follow
        WHERE person_id = who AND organisation_id = ANY (journeys_my_organisations()) AND (until IS NULL OR until > now()));
BEGIN
    PERFORM journeys_as(before);
    RETURN mine;
END $$;

-- the number and the address open « Mon parcours », where everything from every structure is read: who follows someone does
-- not put theirs in its place. A day is left to whoever wrote the file down to mend what they mistyped.
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
