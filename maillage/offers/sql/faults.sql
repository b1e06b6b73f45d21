-- What does not hold together now, of public services and of their structures. Parameters: stale_before (day), gone_after
-- (day), unreadable (text[]: hours that cannot be read), origin (null: all). Makes faults: service, organisation, kind, detail.
CREATE TEMPORARY TABLE faults ON COMMIT DROP AS
WITH present AS (
    SELECT s.* FROM offers_service s
    WHERE s.status = 'published' AND (%(origin)s::text IS NULL OR s.origin = %(origin)s)
), public AS (
    SELECT * FROM present WHERE gone_on IS NULL
), same AS (
    SELECT id, first_value(nom) OVER alike AS nom, first_value(id) OVER alike AS first, row_number() OVER alike AS rank
    FROM (SELECT *, maillage_plain(nom) AS plain FROM public) p
    WINDOW alike AS (PARTITION BY structure_id, plain, commune_id, adresse ORDER BY id)
)
SELECT id AS service, NULL::bigint AS organisation, 'stale' AS kind, '' AS detail
FROM public WHERE COALESCE(confirmed_on, date_maj) <= %(stale_before)s
UNION ALL SELECT id, NULL, 'duplicate', nom FROM same WHERE rank > 1
UNION ALL SELECT id, NULL, 'hours', left(horaires_accueil, 300) FROM public WHERE horaires_accueil = ANY (%(unreadable)s)
UNION ALL SELECT id, NULL, 'unreachable', '' FROM public
    WHERE telephone = '' AND courriel = '' AND lien_mobilisation = '' AND contact_nom_prenom = ''
UNION ALL SELECT id, NULL, 'gone', source FROM present WHERE gone_on >= %(gone_after)s
UNION ALL SELECT NULL, o.id,
    CASE WHEN o.origin <> '' AND o.source_digest = '' AND o.source_key <> '' THEN 'structure-unknown'
         ELSE 'siret-missing' END, ''
FROM organisations_organisation o
WHERE o.siret = '' AND NOT o.is_example AND o.id IN (SELECT structure_id FROM public)
  AND NOT EXISTS (SELECT FROM offers_finding f WHERE f.organisation_id = o.id AND f.kind = 'siret-wrong')
UNION ALL SELECT NULL, o.id, 'siret-closed', o.closed_on::text
FROM organisations_organisation o WHERE o.closed_on IS NOT NULL AND o.id IN (SELECT structure_id FROM public)
