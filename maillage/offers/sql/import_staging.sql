-- The staging tables of an import: one row a well-formed row of the file. No parameter.
CREATE TEMPORARY TABLE incoming_structures (
    line bigint NOT NULL, key text NOT NULL, source text NOT NULL, nom text NOT NULL, siret text NOT NULL,
    site_web text NOT NULL, description text NOT NULL, code_postal text NOT NULL, adresse text NOT NULL,
    complement_adresse text NOT NULL, telephone text NOT NULL, courriel text NOT NULL, horaires_accueil text NOT NULL,
    accessibilite_lieu text NOT NULL, reseaux_porteurs text[] NOT NULL, lien_source text NOT NULL, date_maj date NOT NULL,
    nom_commune text NOT NULL, code_insee text NOT NULL, lon float8, lat float8, wrong_siret text NOT NULL,
    mended boolean NOT NULL, digest text NOT NULL, base_slug text NOT NULL,
    point geometry(Point, 4326) GENERATED ALWAYS AS (ST_SetSRID(ST_MakePoint(lon, lat), 4326)) STORED
) ON COMMIT DROP;
CREATE TEMPORARY TABLE incoming_services (
    line bigint NOT NULL, key text NOT NULL, source text NOT NULL, structure_key text NOT NULL,
    nom text NOT NULL, description text NOT NULL, lien_source text NOT NULL, date_maj date NOT NULL, type text NOT NULL,
    thematiques text[] NOT NULL, frais text NOT NULL, frais_precisions text NOT NULL, publics text[] NOT NULL,
    publics_precisions text NOT NULL, conditions_acces text NOT NULL, code_postal text NOT NULL, adresse text NOT NULL,
    complement_adresse text NOT NULL, telephone text NOT NULL, courriel text NOT NULL, contact_nom_prenom text NOT NULL,
    modes_accueil text[] NOT NULL, zone_eligibilite text[] NOT NULL, lien_mobilisation text NOT NULL,
    modes_mobilisation text[] NOT NULL, mobilisable_par text[] NOT NULL, mobilisation_precisions text NOT NULL,
    volume_horaire_hebdomadaire float8, nombre_semaines integer, horaires_accueil text NOT NULL,
    nom_commune text NOT NULL, code_insee text NOT NULL, lon float8, lat float8, score_qualite float8 NOT NULL,
    mended boolean NOT NULL, digest text NOT NULL, base_slug text NOT NULL,
    point geometry(Point, 4326) GENERATED ALWAYS AS (ST_SetSRID(ST_MakePoint(lon, lat), 4326)) STORED
) ON COMMIT DROP;
-- the ids of the rows that are refused: what is in the file has not disappeared
CREATE TEMPORARY TABLE refused_structures (key text NOT NULL) ON COMMIT DROP;
CREATE TEMPORARY TABLE refused_services (key text NOT NULL) ON COMMIT DROP
