from django.db import migrations

CREATE = """
-- the number of the subject when it is of this kind: maillage_subject('person') is 12 for « person:12 », else NULL
CREATE FUNCTION maillage_subject(kind text) RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE WHEN starts_with(current_setting('maillage.subject', true), kind || ':')
        THEN substr(current_setting('maillage.subject', true), length(kind) + 2)::bigint END;
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0006_shared_cache")]
    operations = [migrations.RunSQL(CREATE, "DROP FUNCTION maillage_subject(text)")]
