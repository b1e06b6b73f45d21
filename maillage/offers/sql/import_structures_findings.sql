-- Keeps the numbers that are no SIRET, which the import leaves out. Parameters: origin, today, wrong (a kind of Finding).
WITH rows AS (
    SELECT o.id, r.wrong_siret FROM resolved_structures r
    JOIN organisations_organisation o ON o.origin = %(origin)s AND o.origin <> '' AND o.source_key = r.key
), healed AS (
    DELETE FROM offers_finding f USING rows
    WHERE f.organisation_id = rows.id AND f.kind = %(wrong)s AND rows.wrong_siret = ''
)
INSERT INTO offers_finding (organisation_id, kind, detail, found_on)
SELECT id, %(wrong)s, wrong_siret, %(today)s FROM rows WHERE wrong_siret <> ''
ON CONFLICT (organisation_id, kind) WHERE organisation_id IS NOT NULL DO UPDATE SET detail = excluded.detail
WHERE offers_finding.detail <> excluded.detail
