-- journeys/sql/answers.sql: the referrals sent between two moments, as known at a third, those of the same days together; for core.disclosure, or to keep.
-- Parameters: since, before, at (timestamptz), zone, person (a number, or null for everybody). Returns: quarter, epci_code, banner_number, to_organisation_number, sent_on, answered_on (null: not yet), promised_days, referrals.
-- Cancelled before any answer: not the structure's doing, not counted.
SELECT date_trunc('quarter', sent_at AT TIME ZONE %(zone)s)::date, COALESCE(c.epci_id, ''), p.banner_id, r.to_organisation_id,
    (sent_at AT TIME ZONE %(zone)s)::date, (CASE WHEN answered_at < %(at)s THEN answered_at AT TIME ZONE %(zone)s END)::date, promised_days, count(*)
FROM journeys_referral r JOIN journeys_person p ON p.id = r.person_id LEFT JOIN territories_commune c ON c.code = p.commune_id
WHERE r.sent_at >= %(since)s AND r.sent_at < %(before)s AND r.sent_at < %(at)s AND (r.answered_at < %(at)s OR r.state <> 'annulee')
    AND (%(person)s::bigint IS NULL OR r.person_id = %(person)s::bigint)
GROUP BY 1, 2, 3, 4, 5, 6, 7
