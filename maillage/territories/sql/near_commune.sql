-- Whether a point is in a commune or close to it. Parameters: code (Insee), lon, lat (degrees, SRID 4326), within_m (metres, on the spheroid).
-- Returns one row when it is, else none.
SELECT 1 FROM territories_commune
WHERE code = %(code)s AND ST_DWithin(contour::geography, ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326)::geography, %(within_m)s)
