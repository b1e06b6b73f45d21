from django.db import migrations

CREATE = """
CREATE TEXT SEARCH CONFIGURATION fr (COPY = pg_catalog.french);
ALTER TEXT SEARCH CONFIGURATION fr
    ALTER MAPPING FOR asciihword, asciiword, hword, hword_asciipart, hword_part, word WITH unaccent, french_stem;

-- unaccent() is only STABLE because its dictionary may change; ours does not, and indexes need IMMUTABLE
CREATE FUNCTION maillage_plain(value text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN lower(public.unaccent('public.unaccent'::regdictionary, value));

CREATE FUNCTION maillage_user_id() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
    RETURN NULLIF(current_setting('maillage.user_id', true), '')::bigint;

CREATE FUNCTION maillage_purpose() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    RETURN COALESCE(current_setting('maillage.purpose', true), '');
"""
DROP = """
DROP FUNCTION maillage_purpose();
DROP FUNCTION maillage_user_id();
DROP FUNCTION maillage_plain(text);
DROP TEXT SEARCH CONFIGURATION fr;
"""


class Migration(migrations.Migration):
    initial = True
    operations = [migrations.RunSQL(CREATE, DROP)]
