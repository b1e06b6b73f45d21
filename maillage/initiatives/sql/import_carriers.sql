-- Makes the organisations that the file names and that are missing; one is known by its SIRET, else by its name. No parameter.
WITH named AS (
    SELECT DISTINCT ON (lower(unaccent(carrier)), siret) carrier, siret, line FROM incoming
    WHERE carrier <> '' ORDER BY lower(unaccent(carrier)), siret, line
), missing AS (
    SELECT n.*, left(trim('-' FROM regexp_replace(lower(unaccent(carrier)), '[^a-z0-9]+', '-', 'g')), 200) AS base
    FROM named n
    WHERE NOT EXISTS (
        SELECT FROM organisations_organisation o
        WHERE CASE WHEN n.siret <> '' THEN o.siret = n.siret ELSE lower(unaccent(o.name)) = lower(unaccent(n.carrier)) END
    )
    -- a name alone means the organisation that the same file gives a number to
    AND NOT (n.siret = '' AND EXISTS (
        SELECT FROM named m WHERE m.siret <> '' AND lower(unaccent(m.carrier)) = lower(unaccent(n.carrier))
    ))
), once AS (
    SELECT DISTINCT ON (CASE WHEN siret <> '' THEN siret ELSE lower(unaccent(carrier)) END) * FROM missing
    ORDER BY CASE WHEN siret <> '' THEN siret ELSE lower(unaccent(carrier)) END, line
)
INSERT INTO organisations_organisation (name, slug, siret, website, is_example, created_at)
SELECT carrier,
    CASE WHEN row_number() OVER (PARTITION BY base ORDER BY line) = 1 AND base <> ''
              AND NOT EXISTS (SELECT FROM organisations_organisation o WHERE o.slug = base)
         THEN base ELSE trim('-' FROM base || '-' || left(md5(carrier || siret), 8)) END,
    siret, '', false, now()
FROM once
