-- journeys/sql/brakes.sql: the brakes raised between two moments, as known at a third; for core.disclosure, or to keep.
-- Parameters: since, before, at (timestamptz), zone, person (a number, or null for everybody). Returns: quarter, epci_code, banner_number, brake, lifted, brakes. One brake of one person counts once, whoever noted it.
SELECT date_trunc('quarter', raised_on)::date, epci_code, banner_number, brake, lifted, count(*)
FROM (
    SELECT f.person_id, COALESCE(c.epci_id, '') AS epci_code, p.banner_id AS banner_number, f.brake, min(f.raised_on) AS raised_on,
        bool_or(COALESCE(f.lifted_on < (%(at)s AT TIME ZONE %(zone)s)::date, false)) AS lifted
    FROM journeys_frein f JOIN journeys_person p ON p.id = f.person_id LEFT JOIN territories_commune c ON c.code = p.commune_id
    WHERE f.created_at < %(at)s AND (%(person)s::bigint IS NULL OR f.person_id = %(person)s::bigint)
    GROUP BY f.person_id, 2, 3, 4
) AS met
WHERE raised_on >= (%(since)s AT TIME ZONE %(zone)s)::date AND raised_on < (%(before)s AT TIME ZONE %(zone)s)::date AND raised_on < (%(at)s AT TIME ZONE %(zone)s)::date
GROUP BY 1, 2, 3, 4, 5
