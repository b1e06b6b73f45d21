-- Which organisation each name is, all of them existing now. No parameter.
UPDATE named n SET organisation = COALESCE(by_siret.id, by_name.id)
FROM named m
LEFT JOIN organisations_organisation by_siret ON by_siret.siret = m.siret AND m.siret <> ''
LEFT JOIN (
    SELECT maillage_plain(name) AS plain, min(id) AS id FROM organisations_organisation
    WHERE maillage_plain(name) IN (SELECT plain FROM named)
    GROUP BY maillage_plain(name)
) by_name ON by_name.plain = m.plain
WHERE n.number = m.number
