-- Makes the organisations that the lines name and that are missing; one is known by its SIRET, else by its name. No parameter.
WITH missing AS (
    SELECT n.*, left(trim('-' FROM regexp_replace(plain, '[^a-z0-9]+', '-', 'g')), 200) AS base
    FROM named n
    WHERE NOT EXISTS (SELECT FROM organisations_organisation o WHERE o.siret = n.siret AND n.siret <> '')
    AND NOT (n.siret = '' AND n.plain IN (SELECT maillage_plain(o.name) FROM organisations_organisation o))
    -- a name alone means the organisation that the same file gives a number to
    AND NOT (n.siret = '' AND EXISTS (SELECT FROM named m WHERE m.siret <> '' AND m.plain = n.plain))
), once AS (
    SELECT DISTINCT ON (CASE WHEN siret <> '' THEN siret ELSE plain END) * FROM missing
    ORDER BY CASE WHEN siret <> '' THEN siret ELSE plain END, line
), added AS (
    INSERT INTO organisations_organisation (name, slug, siret, website, is_example, created_at)
    SELECT carrier,
        CASE WHEN row_number() OVER (PARTITION BY base ORDER BY line) = 1 AND base <> ''
                  AND NOT EXISTS (SELECT FROM organisations_organisation o WHERE o.slug = base)
             THEN base ELSE trim('-' FROM base || '-' || left(md5(carrier || siret), 8)) END,
        siret, '', is_example, now()
    FROM once
    RETURNING id, name, siret
)
INSERT INTO made (organisation, plain) SELECT id, maillage_plain(name) FROM added WHERE siret = ''
