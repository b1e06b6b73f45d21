-- journeys/sql/profiles.sql: what is counted of each person met between two moments, as known at a third; for core.disclosure, or to keep.
-- Parameters: since, before, at (timestamptz), zone, person (a number, or null for everybody). Returns: quarter, epci_code, banner_number, commune_code, qpv_code, in_qpv, gender, age_class, situation, phase, stage, business, jobs.
WITH met AS MATERIALIZED (
    SELECT p.id, p.created_at AT TIME ZONE %(zone)s AS met_at, COALESCE(c.epci_id, '') AS epci_code, p.banner_id, COALESCE(p.commune_id, '') AS commune_code,
        p.qpv_code, CASE WHEN p.commune_id IS NOT NULL OR p.qpv_code <> '' THEN p.qpv_code <> '' END AS in_qpv, p.gender, p.birth_year, p.situation, p.phase
    FROM journeys_person p LEFT JOIN territories_commune c ON c.code = p.commune_id
    WHERE p.created_at >= %(since)s AND p.created_at < %(before)s AND p.created_at < %(at)s
        AND (%(person)s::bigint IS NULL OR p.id = %(person)s::bigint)
), reached AS (
    SELECT r.person_id, max(CASE e.to_state
        WHEN 'aide' THEN 4 WHEN 'rdv_fait' THEN 3 WHEN 'acceptee' THEN 2 WHEN 'absent' THEN 2 WHEN 'excuse' THEN 2
        WHEN 'envoyee' THEN 1 ELSE 0 END) AS stage
    FROM met JOIN journeys_referral r ON r.person_id = met.id JOIN journeys_referralevent e ON e.referral_number = r.id
    WHERE e.at < %(at)s
    GROUP BY r.person_id
), by_organisation AS (
    -- two structures may both note the same business: the better of the two, never their sum
    SELECT s.person_id, max(CASE s.kind WHEN 'vivante-3-ans' THEN 3 WHEN 'vivante-1-an' THEN 2 WHEN 'immatriculation' THEN 1 ELSE 0 END) AS business,
        sum(s.jobs) FILTER (WHERE s.kind = 'emplois') AS jobs
    FROM met JOIN journeys_step s ON s.person_id = met.id
    WHERE s.created_at < %(at)s AND s."on" < (%(at)s AT TIME ZONE %(zone)s)::date
    GROUP BY s.person_id, s.organisation_id
), grown AS (
    SELECT person_id, max(business) AS business, LEAST(COALESCE(max(jobs), 0), 32767) AS jobs FROM by_organisation GROUP BY person_id
)
SELECT date_trunc('quarter', met_at)::date, epci_code, banner_id, commune_code, qpv_code, in_qpv, gender,
    CASE WHEN birth_year IS NULL THEN '' WHEN age < 18 THEN 'moins-18' WHEN age < 26 THEN '18-25' WHEN age < 30 THEN '26-29' WHEN age < 55 THEN '30-54' ELSE '55-plus' END,
    situation, phase, COALESCE(stage, 0), COALESCE(business, 0), COALESCE(jobs, 0)
FROM met
CROSS JOIN LATERAL (SELECT extract(year FROM met_at) - birth_year AS age) AS aged
LEFT JOIN reached ON reached.person_id = met.id
LEFT JOIN grown ON grown.person_id = met.id
