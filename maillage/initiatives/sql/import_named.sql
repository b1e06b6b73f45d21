-- The organisations that the lines at hand name, each once, and what each is. No parameter.
CREATE TEMPORARY TABLE named (
    number integer PRIMARY KEY, carrier text NOT NULL, siret text NOT NULL, line bigint NOT NULL, is_example boolean NOT NULL,
    plain text NOT NULL GENERATED ALWAYS AS (maillage_plain(carrier)) STORED, organisation bigint
) ON COMMIT DROP
