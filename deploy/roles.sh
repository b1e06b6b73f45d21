#!/bin/sh
# Run once by the database's image: the three roles, the database, the extensions (docs/operations.md says why).
set -eu
psql -v ON_ERROR_STOP=1 --username postgres \
    -v owner="$MAILLAGE_OWNER_PASSWORD" -v web="$MAILLAGE_WEB_PASSWORD" -v backup="$MAILLAGE_BACKUP_PASSWORD" <<'SQL'
CREATE ROLE maillage_owner LOGIN PASSWORD :'owner';
CREATE ROLE maillage_web LOGIN PASSWORD :'web';
CREATE ROLE maillage_backup LOGIN BYPASSRLS PASSWORD :'backup' IN ROLE pg_read_all_data;
ALTER ROLE maillage_web SET jit = off;
CREATE DATABASE maillage OWNER maillage_owner TEMPLATE template0 ENCODING 'UTF8';
\connect maillage
CREATE EXTENSION IF NOT EXISTS postgis;
CREATE EXTENSION IF NOT EXISTS unaccent;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gist;
SQL
