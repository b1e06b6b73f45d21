-- Gives its number to an organisation that this import made from a name alone, when a later line has it. No parameter.
UPDATE organisations_organisation o SET siret = n.siret
FROM made
CROSS JOIN LATERAL (
    SELECT n.siret FROM named n WHERE n.plain = made.plain AND n.siret <> '' ORDER BY n.line LIMIT 1
) n
WHERE o.id = made.organisation AND o.siret = ''
  AND NOT EXISTS (SELECT FROM organisations_organisation other WHERE other.siret = n.siret)
