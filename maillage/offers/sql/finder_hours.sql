-- The opening hours of some services. Parameters: ids. Returns service_id, hours ("" when not known).
SELECT service_id, hours FROM offers_searchrow WHERE service_id = ANY (%(ids)s)
