-- The staging table of an import: one row a line that is well-formed, of the lines at hand. `carried` is a row of
-- `named`; `lies_in` and `qpv` are the commune and the neighbourhood that cover the point; `search`, when it is given, is the
-- vector of the words. No parameter.
CREATE TEMPORARY TABLE incoming (
    line bigint NOT NULL, key text NOT NULL, key_given boolean NOT NULL, slug text, row_version integer,
    title text NOT NULL, base_slug text NOT NULL, summary text NOT NULL, body text NOT NULL,
    themes varchar[] NOT NULL, publics varchar[] NOT NULL, phases varchar[] NOT NULL, facets bigint NOT NULL,
    carried integer, partners varchar[] NOT NULL,
    lon float8, lat float8, scope text NOT NULL, address text NOT NULL, commune text, departement text, region text,
    starts_on date, ends_on date, contact_name text NOT NULL, contact_email text NOT NULL, contact_phone text NOT NULL,
    links jsonb NOT NULL, source_name text NOT NULL, source_url text NOT NULL, author_name text NOT NULL,
    licence text NOT NULL, is_example boolean NOT NULL, confirmed_on date, lies_in text, qpv bigint,
    search tsvector,
    point geometry(Point, 4326) GENERATED ALWAYS AS (ST_SetSRID(ST_MakePoint(lon, lat), 4326)) STORED
) ON COMMIT DROP
