-- The lines that are a fiche already: the one whose address (slug) they give, whatever its origin, else the one of their
-- key. Parameter: origin.
INSERT INTO matched (line, initiative)
SELECT s.line, COALESCE(by_slug.id, by_key.id)
FROM incoming s
LEFT JOIN initiatives_initiative by_slug ON by_slug.slug = s.slug
-- one look in the index a line: a million fiches are not read for twenty thousand
LEFT JOIN LATERAL (
    SELECT i.id FROM initiatives_initiative i WHERE i.origin = %(origin)s AND i.origin_key = s.key LIMIT 1
) by_key ON true
WHERE COALESCE(by_slug.id, by_key.id) IS NOT NULL
