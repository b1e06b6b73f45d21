-- What changes whenever a published financing, or the structure of one, is written: the place of its version and the
-- transaction that wrote it. No parameter. Returns one row: how many there are, and two digests.
SELECT count(*), COALESCE(sum(hashtextextended(f.ctid::text || f.xmin::text, 0)), 0)::text,
    COALESCE(sum(hashtextextended(o.ctid::text || o.xmin::text, 0)), 0)::text
FROM offers_financing f
LEFT JOIN organisations_organisation o ON o.id = f.structure_id
WHERE f.status = 'published'
