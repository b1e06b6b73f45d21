-- journeys/sql/policies.sql: who may read and write what is kept about people. Stated again after every migration
-- (core.rights.state_policies), so this file is the whole truth.
--
-- The acting user's organisations are asked for once a statement: (SELECT journeys_my_organisations()).
-- A file is read by the person it is about (subject « person:N »), and by the members of the organisations that follow
-- them: journeys_follow, which triggers open with a consent and end with its withdrawal.
-- Purposes stand in for a person who is not there: « consent » (someone proves who they are), « follow-up » (reminders),
-- « retention » (forgetting), « statistics » (reads, published through core.disclosure only), « policy » (the rules' own
-- triggers and functions). A write that takes a row out of the writer's own sight (who is in charge closes a referral) is
-- made under the purpose of the action, after the row was read, and locked, under the writer's own identity.

ALTER TABLE journeys_person ENABLE ROW LEVEL SECURITY;
ALTER TABLE journeys_person FORCE ROW LEVEL SECURITY;
CREATE POLICY theirs ON journeys_person
    USING (id = maillage_subject('person'))
    WITH CHECK (id = maillage_subject('person'));
CREATE POLICY followed ON journeys_person USING (EXISTS (
    SELECT FROM journeys_follow f
    WHERE f.person_id = journeys_person.id AND f.organisation_id = ANY ((SELECT journeys_my_organisations())::bigint[])
        AND (f.until IS NULL OR f.until > now())));
-- who has a referral in charge from outside its structures, and the coordinator who took one over, call the person
CREATE POLICY in_charge ON journeys_person FOR SELECT USING (EXISTS (
    SELECT FROM journeys_referral r
    WHERE r.person_id = journeys_person.id AND r.state <> 'brouillon' AND r.closed_at IS NULL
        AND ((r.in_charge_id = maillage_user_id() AND (
                r.banner_id = ANY ((SELECT array_agg(banner_id) FROM organisations_duty WHERE user_id = maillage_user_id())::bigint[])
                OR EXISTS (SELECT FROM accounts_role WHERE user_id = maillage_user_id() AND kind = 'network' AND territory_kind = '')))
            OR (r.coordinated AND r.banner_id = ANY ((SELECT journeys_my_banners())::bigint[])))));
-- a structure that answers by a link, once it has given the code sent to its own address
CREATE POLICY answering ON journeys_person FOR SELECT USING (
    id = (SELECT r.person_id FROM journeys_referral r WHERE r.id = maillage_subject('answer')));
CREATE POLICY consent ON journeys_person USING (maillage_purpose() IN ('consent', 'retention', 'policy'));
CREATE POLICY reading ON journeys_person FOR SELECT USING (maillage_purpose() IN ('follow-up', 'statistics'));

ALTER TABLE journeys_follow ENABLE ROW LEVEL SECURITY;
ALTER TABLE journeys_follow FORCE ROW LEVEL SECURITY;
CREATE POLICY ours ON journeys_follow FOR SELECT
    USING (organisation_id = ANY ((SELECT journeys_my_organisations())::bigint[]));
-- who the referent is, is the organisation's own affair; when it ends is not
CREATE POLICY referent ON journeys_follow FOR UPDATE
    USING (organisation_id = ANY ((SELECT journeys_my_organisations())::bigint[]) AND (until IS NULL OR until > now()));
CREATE POLICY theirs ON journeys_follow FOR SELECT USING (person_id = maillage_subject('person'));
-- the function reads this very table, as a rule: it must not ask itself again
CREATE POLICY shared ON journeys_follow FOR SELECT
    USING (shared AND maillage_purpose() <> 'policy' AND journeys_is_mine(person_id));
CREATE POLICY rules ON journeys_follow USING (maillage_purpose() IN ('policy', 'retention'));
CREATE POLICY reading ON journeys_follow FOR SELECT USING (maillage_purpose() IN ('follow-up', 'statistics', 'consent'));

ALTER TABLE journeys_openingevent ENABLE ROW LEVEL SECURITY;
ALTER TABLE journeys_openingevent FORCE ROW LEVEL SECURITY;
CREATE POLICY written ON journeys_openingevent FOR INSERT WITH CHECK (user_number = maillage_user_id());
-- by whoever opened, by the person whose file it is, by the organisation's managers
CREATE POLICY read_back ON journeys_openingevent FOR SELECT USING (
    user_number = maillage_user_id() OR person_number = maillage_subject('person')
    OR person_number IN (SELECT old_number FROM journeys_mergedperson WHERE person_id = maillage_subject('person'))
    OR organisation_number IN (
        SELECT organisation_id FROM organisations_membership WHERE user_id = maillage_user_id() AND kind::text = 'manager'));

ALTER TABLE journeys_mergedperson ENABLE ROW LEVEL SECURITY;
ALTER TABLE journeys_mergedperson FORCE ROW LEVEL SECURITY;
CREATE POLICY theirs ON journeys_mergedperson FOR SELECT USING (person_id = maillage_subject('person'));
CREATE POLICY forgetting ON journeys_mergedperson USING (maillage_purpose() = 'retention');

ALTER TABLE journeys_consent ENABLE ROW LEVEL SECURITY;
ALTER TABLE journeys_consent FORCE ROW LEVEL SECURITY;
CREATE POLICY theirs ON journeys_consent USING (person_id = maillage_subject('person'));
-- of our own organisation, and those that we recorded for another, while we follow the person
CREATE POLICY ours ON journeys_consent FOR SELECT USING (
    (organisation_id = ANY ((SELECT journeys_my_organisations())::bigint[])
        OR recorded_by_organisation_id = ANY ((SELECT journeys_my_organisations())::bigint[])
        OR organisation_id IS NULL)
    AND EXISTS (
        SELECT FROM journeys_follow f
        WHERE f.person_id = journeys_consent.person_id AND f.organisation_id = ANY ((SELECT journeys_my_organisations())::bigint[])
            AND (f.until IS NULL OR f.until > now())));
CREATE POLICY consent ON journeys_consent USING (maillage_purpose() IN ('consent', 'retention', 'policy'));

ALTER TABLE journeys_consentrequest ENABLE ROW LEVEL SECURITY;
ALTER TABLE journeys_consentrequest FORCE ROW LEVEL SECURITY;
CREATE POLICY ours ON journeys_consentrequest FOR SELECT
    USING (organisation_id = ANY ((SELECT journeys_my_organisations())::bigint[]));
CREATE POLICY theirs ON journeys_consentrequest USING (person_id = maillage_subject('person'));
CREATE POLICY consent ON journeys_consentrequest USING (maillage_purpose() IN ('consent', 'retention'));

ALTER TABLE journeys_referral ENABLE ROW LEVEL SECURITY;
ALTER TABLE journeys_referral FORCE ROW LEVEL SECURITY;
-- what never left, cancelled or not, is the sender's alone
CREATE POLICY received ON journeys_referral USING (
    to_organisation_id = ANY ((SELECT journeys_my_organisations())::bigint[]) AND state <> 'brouillon' AND sent_at IS NOT NULL
    AND (receiver_until IS NULL OR receiver_until > now()));
CREATE POLICY sent ON journeys_referral USING (
    from_organisation_id = ANY ((SELECT journeys_my_organisations())::bigint[])
    AND (sender_until IS NULL OR sender_until > now()));
-- in one's charge from outside both structures, as a coordinator (past ones too) or the network's administration: within
-- them it is the membership that counts, and who has left one sees nothing more
CREATE POLICY in_charge ON journeys_referral FOR SELECT USING (
    (in_charge_id = maillage_user_id() AND (
        banner_id = ANY ((SELECT array_agg(banner_id) FROM organisations_duty WHERE user_id = maillage_user_id())::bigint[])
        OR EXISTS (SELECT FROM accounts_role WHERE user_id = maillage_user_id() AND kind = 'network' AND territory_kind = '')))
    OR (coordinated AND banner_id = ANY ((SELECT journeys_my_banners())::bigint[])));
CREATE POLICY in_charge_moves ON journeys_referral FOR UPDATE USING (
    (in_charge_id = maillage_user_id() AND (
        banner_id = ANY ((SELECT array_agg(banner_id) FROM organisations_duty WHERE user_id = maillage_user_id())::bigint[])
        OR EXISTS (SELECT FROM accounts_role WHERE user_id = maillage_user_id() AND kind = 'network' AND territory_kind = '')))
    OR (coordinated AND banner_id = ANY ((SELECT journeys_my_banners())::bigint[])));
CREATE POLICY theirs ON journeys_referral USING (person_id = maillage_subject('person'));
CREATE POLICY answering ON journeys_referral
    USING (id = maillage_subject('referral') OR id = maillage_subject('answer'));
CREATE POLICY following ON journeys_referral USING (maillage_purpose() IN ('follow-up', 'retention', 'policy'));
CREATE POLICY reading ON journeys_referral FOR SELECT USING (maillage_purpose() IN ('statistics', 'consent'));

ALTER TABLE journeys_referralevent ENABLE ROW LEVEL SECURITY;
ALTER TABLE journeys_referralevent FORCE ROW LEVEL SECURITY;
CREATE POLICY rules ON journeys_referralevent FOR INSERT WITH CHECK (maillage_purpose() = 'policy');
CREATE POLICY like_the_referral ON journeys_referralevent FOR SELECT
    USING (EXISTS (SELECT FROM journeys_referral r WHERE r.id = referral_number));

ALTER TABLE journeys_answerlink ENABLE ROW LEVEL SECURITY;
ALTER TABLE journeys_answerlink FORCE ROW LEVEL SECURITY;
CREATE POLICY like_the_referral ON journeys_answerlink
    USING (EXISTS (SELECT FROM journeys_referral r WHERE r.id = referral_id));
CREATE POLICY following ON journeys_answerlink USING (maillage_purpose() IN ('follow-up', 'retention'));

ALTER TABLE journeys_linkopeningevent ENABLE ROW LEVEL SECURITY;
ALTER TABLE journeys_linkopeningevent FORCE ROW LEVEL SECURITY;
CREATE POLICY written ON journeys_linkopeningevent FOR INSERT WITH CHECK (true);
CREATE POLICY like_the_link ON journeys_linkopeningevent FOR SELECT
    USING (EXISTS (SELECT FROM journeys_answerlink l WHERE l.id = link_number));

-- the rows of a journey: the person's own, the organisation's while it follows the person, and between organisations
-- that the person lets work together. Written by the organisation's own members alone.
ALTER TABLE journeys_step ENABLE ROW LEVEL SECURITY;
ALTER TABLE journeys_step FORCE ROW LEVEL SECURITY;
CREATE POLICY theirs ON journeys_step FOR SELECT USING (person_id = maillage_subject('person'));
CREATE POLICY ours ON journeys_step USING (
    organisation_id = ANY ((SELECT journeys_my_organisations())::bigint[]) AND EXISTS (
        SELECT FROM journeys_follow f WHERE f.person_id = journeys_step.person_id AND f.organisation_id = journeys_step.organisation_id
            AND (f.until IS NULL OR f.until > now())));
CREATE POLICY shared ON journeys_step FOR SELECT USING (EXISTS (
    SELECT FROM journeys_follow f WHERE f.person_id = journeys_step.person_id AND f.shared
        AND f.organisation_id = ANY ((SELECT journeys_my_organisations())::bigint[]) AND (f.until IS NULL OR f.until > now())));
CREATE POLICY forgetting ON journeys_step USING (maillage_purpose() = 'retention');
CREATE POLICY reading ON journeys_step FOR SELECT USING (maillage_purpose() = 'statistics');

ALTER TABLE journeys_frein ENABLE ROW LEVEL SECURITY;
ALTER TABLE journeys_frein FORCE ROW LEVEL SECURITY;
CREATE POLICY theirs ON journeys_frein FOR SELECT USING (person_id = maillage_subject('person'));
CREATE POLICY ours ON journeys_frein USING (
    organisation_id = ANY ((SELECT journeys_my_organisations())::bigint[]) AND EXISTS (
        SELECT FROM journeys_follow f WHERE f.person_id = journeys_frein.person_id AND f.organisation_id = journeys_frein.organisation_id
            AND (f.until IS NULL OR f.until > now())));
CREATE POLICY shared ON journeys_frein FOR SELECT USING (EXISTS (
    SELECT FROM journeys_follow f WHERE f.person_id = journeys_frein.person_id AND f.shared
        AND f.organisation_id = ANY ((SELECT journeys_my_organisations())::bigint[]) AND (f.until IS NULL OR f.until > now())));
CREATE POLICY forgetting ON journeys_frein USING (maillage_purpose() = 'retention');
CREATE POLICY reading ON journeys_frein FOR SELECT USING (maillage_purpose() = 'statistics');

ALTER TABLE journeys_appointment ENABLE ROW LEVEL SECURITY;
ALTER TABLE journeys_appointment FORCE ROW LEVEL SECURITY;
CREATE POLICY theirs ON journeys_appointment FOR SELECT USING (person_id = maillage_subject('person'));
CREATE POLICY ours ON journeys_appointment USING (
    organisation_id = ANY ((SELECT journeys_my_organisations())::bigint[]) AND EXISTS (
        SELECT FROM journeys_follow f WHERE f.person_id = journeys_appointment.person_id AND f.organisation_id = journeys_appointment.organisation_id
            AND (f.until IS NULL OR f.until > now())));
-- proposed by a link, with its code
CREATE POLICY answering ON journeys_appointment
    USING (referral_id = maillage_subject('answer') OR referral_id = maillage_subject('referral'));
CREATE POLICY forgetting ON journeys_appointment USING (maillage_purpose() = 'retention');
CREATE POLICY reading ON journeys_appointment FOR SELECT USING (maillage_purpose() IN ('statistics', 'follow-up'));

ALTER TABLE journeys_note ENABLE ROW LEVEL SECURITY;
ALTER TABLE journeys_note FORCE ROW LEVEL SECURITY;
CREATE POLICY theirs ON journeys_note FOR SELECT USING (person_id = maillage_subject('person') AND NOT is_private);
CREATE POLICY ours ON journeys_note USING (
    organisation_id = ANY ((SELECT journeys_my_organisations())::bigint[]) AND EXISTS (
        SELECT FROM journeys_follow f WHERE f.person_id = journeys_note.person_id AND f.organisation_id = journeys_note.organisation_id
            AND (f.until IS NULL OR f.until > now()))
    AND (NOT is_private OR author_id = maillage_user_id()));
CREATE POLICY shared ON journeys_note FOR SELECT USING (NOT is_private AND EXISTS (
    SELECT FROM journeys_follow f WHERE f.person_id = journeys_note.person_id AND f.shared
        AND f.organisation_id = ANY ((SELECT journeys_my_organisations())::bigint[]) AND (f.until IS NULL OR f.until > now())));
CREATE POLICY forgetting ON journeys_note USING (maillage_purpose() = 'retention');

ALTER TABLE journeys_document ENABLE ROW LEVEL SECURITY;
ALTER TABLE journeys_document FORCE ROW LEVEL SECURITY;
CREATE POLICY theirs ON journeys_document FOR SELECT USING (person_id = maillage_subject('person'));
CREATE POLICY ours ON journeys_document USING (
    organisation_id = ANY ((SELECT journeys_my_organisations())::bigint[]) AND EXISTS (
        SELECT FROM journeys_follow f WHERE f.person_id = journeys_document.person_id AND f.organisation_id = journeys_document.organisation_id
            AND (f.until IS NULL OR f.until > now())));
CREATE POLICY forgetting ON journeys_document USING (maillage_purpose() = 'retention');

ALTER TABLE journeys_groupmember ENABLE ROW LEVEL SECURITY;
ALTER TABLE journeys_groupmember FORCE ROW LEVEL SECURITY;
CREATE POLICY theirs ON journeys_groupmember FOR SELECT USING (person_id = maillage_subject('person'));
CREATE POLICY ours ON journeys_groupmember USING (EXISTS (
    SELECT FROM journeys_group g JOIN journeys_follow f USING (organisation_id)
    WHERE g.id = group_id AND g.organisation_id = ANY ((SELECT journeys_my_organisations())::bigint[])
        AND f.person_id = journeys_groupmember.person_id AND (f.until IS NULL OR f.until > now())));
CREATE POLICY forgetting ON journeys_groupmember USING (maillage_purpose() = 'retention');
CREATE POLICY reading ON journeys_groupmember FOR SELECT USING (maillage_purpose() = 'statistics');

ALTER TABLE journeys_attendance ENABLE ROW LEVEL SECURITY;
ALTER TABLE journeys_attendance FORCE ROW LEVEL SECURITY;
CREATE POLICY theirs ON journeys_attendance FOR SELECT USING (person_id = maillage_subject('person'));
CREATE POLICY ours ON journeys_attendance USING (EXISTS (
    SELECT FROM journeys_groupmeeting m JOIN journeys_group g ON g.id = m.group_id JOIN journeys_follow f USING (organisation_id)
    WHERE m.id = meeting_id AND g.organisation_id = ANY ((SELECT journeys_my_organisations())::bigint[])
        AND f.person_id = journeys_attendance.person_id AND (f.until IS NULL OR f.until > now())));
CREATE POLICY forgetting ON journeys_attendance USING (maillage_purpose() = 'retention');
CREATE POLICY reading ON journeys_attendance FOR SELECT USING (maillage_purpose() = 'statistics');

-- what stays of the people whose file is gone: written when they are forgotten, read to be counted, never changed
ALTER TABLE journeys_fact ENABLE ROW LEVEL SECURITY;
ALTER TABLE journeys_fact FORCE ROW LEVEL SECURITY;
CREATE POLICY kept ON journeys_fact FOR INSERT WITH CHECK (maillage_purpose() = 'retention');
CREATE POLICY reading ON journeys_fact FOR SELECT USING (maillage_purpose() IN ('statistics', 'retention'));

ALTER TABLE journeys_referralfact ENABLE ROW LEVEL SECURITY;
ALTER TABLE journeys_referralfact FORCE ROW LEVEL SECURITY;
CREATE POLICY kept ON journeys_referralfact FOR INSERT WITH CHECK (maillage_purpose() = 'retention');
CREATE POLICY reading ON journeys_referralfact FOR SELECT USING (maillage_purpose() IN ('statistics', 'retention'));

ALTER TABLE journeys_freinfact ENABLE ROW LEVEL SECURITY;
ALTER TABLE journeys_freinfact FORCE ROW LEVEL SECURITY;
CREATE POLICY kept ON journeys_freinfact FOR INSERT WITH CHECK (maillage_purpose() = 'retention');
CREATE POLICY reading ON journeys_freinfact FOR SELECT USING (maillage_purpose() IN ('statistics', 'retention'));

-- nothing that was agreed, sent or asked is taken away by hand: it ends, and is forgotten for a purpose
CREATE POLICY stays ON journeys_person AS RESTRICTIVE FOR DELETE USING (maillage_purpose() IN ('consent', 'retention', 'policy'));
CREATE POLICY stays ON journeys_consent AS RESTRICTIVE FOR DELETE USING (maillage_purpose() IN ('consent', 'retention', 'policy'));
CREATE POLICY stays ON journeys_consentrequest AS RESTRICTIVE FOR DELETE USING (maillage_purpose() IN ('consent', 'retention'));
CREATE POLICY stays ON journeys_referral AS RESTRICTIVE FOR DELETE
    USING (maillage_purpose() IN ('consent', 'follow-up', 'retention', 'policy'));
CREATE POLICY stays ON journeys_answerlink AS RESTRICTIVE FOR DELETE
    USING (maillage_purpose() IN ('consent', 'follow-up', 'retention'));
