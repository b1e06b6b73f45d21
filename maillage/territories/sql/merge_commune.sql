-- Incoming communes and arrondissements into the table. Returns: created (boolean), one row for each that changed.
WITH drawn AS (
    -- a new commune published without a contour has that of the former communes it joins
    SELECT c.*, COALESCE(c.contour, joined.contour) AS shape,
        -- Paris, Lyon and Marseille have the postal codes of their arrondissements
        COALESCE(NULLIF(c.postal_codes, '{}'), parts.postal_codes, '{}') AS every_postal_code
    FROM incoming_commune c
    LEFT JOIN (
        SELECT a.parent, array_agg(DISTINCT p.code ORDER BY p.code) AS postal_codes
        FROM incoming_commune a, unnest(a.postal_codes) AS p (code) WHERE a.kind = 'ARM' GROUP BY a.parent
    ) parts ON parts.parent = c.code
    LEFT JOIN LATERAL (
        SELECT ST_Multi(ST_Union(former.contour)) AS contour
        FROM incoming_commune former WHERE former.kind = 'COMD' AND former.parent = c.code AND c.contour IS NULL
    ) joined ON true
    WHERE c.kind IN ('COM', 'ARM')
), placed AS (
    SELECT d.*,
        -- Neussargues en Pinatelle became five communes again in 2025; its contour is still published for the first of them, and for them all
        d.code = '15141' AND EXISTS (
            SELECT FROM incoming_commune other WHERE other.kind = 'COM' AND other.contour IS NULL AND other.epci = d.epci
        ) AS shares_contour,
        CASE
        -- 1 600 published positions are those of another commune; contours are simplified, hence 0.01 degree
        WHEN NOT ST_IsEmpty(d.town_hall) AND (d.shape IS NULL OR ST_DWithin(d.town_hall, d.shape, 0.01)) THEN d.town_hall
        ELSE ST_PointOnSurface(d.shape)
    END AS point
    FROM drawn d
)
INSERT INTO territories_commune AS t
    (code, kind, nom, type_nom, parent_id, departement_id, epci_id, population, postal_codes, town_hall, contour,
    shares_contour)
SELECT p.code, p.kind, p.nom, p.type_nom, p.parent, p.departement, p.epci, p.population, p.every_postal_code,
    COALESCE(p.point, neighbours.point), p.shape, p.shares_contour
FROM placed p
LEFT JOIN LATERAL (
    -- four communes have neither contour nor town hall: a place among those that share their postal code, else their EPCI
    SELECT ST_GeometricMedian(ST_Collect(n.point)) AS point
    FROM placed n
    WHERE p.point IS NULL AND n.point IS NOT NULL AND (n.postal_codes && p.postal_codes OR n.epci = p.epci)
    GROUP BY n.postal_codes && p.postal_codes
    ORDER BY n.postal_codes && p.postal_codes DESC
    LIMIT 1
) neighbours ON true
-- an arrondissement refers to its commune
ORDER BY p.kind DESC, p.code
ON CONFLICT (code) DO UPDATE SET
    kind = EXCLUDED.kind, nom = EXCLUDED.nom, type_nom = EXCLUDED.type_nom, parent_id = EXCLUDED.parent_id,
    departement_id = EXCLUDED.departement_id, epci_id = EXCLUDED.epci_id, population = EXCLUDED.population,
    postal_codes = EXCLUDED.postal_codes, town_hall = EXCLUDED.town_hall, contour = EXCLUDED.contour,
    shares_contour = EXCLUDED.shares_contour
WHERE (t.kind, t.nom, t.type_nom, t.parent_id, t.departement_id, t.epci_id, t.population, t.postal_codes, t.town_hall, t.contour,
        t.shares_contour)
    IS DISTINCT FROM (EXCLUDED.kind, EXCLUDED.nom, EXCLUDED.type_nom, EXCLUDED.parent_id, EXCLUDED.departement_id,
        EXCLUDED.epci_id, EXCLUDED.population, EXCLUDED.postal_codes, EXCLUDED.town_hall, EXCLUDED.contour, EXCLUDED.shares_contour)
RETURNING xmax = 0
