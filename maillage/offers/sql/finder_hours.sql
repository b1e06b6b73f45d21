-- The opening hours of some services. Parameters: ids, apart by spaces. Returns service_id, hours ("" when not known).
SELECT service_id, hours FROM offers_searchrow WHERE service_id = ANY (string_to_array(%(ids)s, ' ')::bigint[])
