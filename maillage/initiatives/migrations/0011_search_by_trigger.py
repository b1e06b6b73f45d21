from django.contrib.postgres.search import SearchVectorField
from django.db import migrations

# The vector of a generated column can only be made by the INSERT itself, a fifth of its time. A trigger makes those that
# are not given: an import of many lines makes its own beside, by the same function, in another process of PostgreSQL.
BY_TRIGGER = """
CREATE FUNCTION initiatives_words(title text, summary text, body text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN setweight(to_tsvector('public.fr', title), 'A') || setweight(to_tsvector('public.fr', summary), 'B')
        || setweight(to_tsvector('public.fr', body), 'C');

CREATE FUNCTION initiatives_keep_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.search := initiatives_words(NEW.title, NEW.summary, NEW.body);
    RETURN NEW;
END $$;
ALTER TABLE initiatives_initiative ALTER COLUMN search DROP EXPRESSION;
CREATE TRIGGER keep_words_on_insert BEFORE INSERT ON initiatives_initiative
    FOR EACH ROW WHEN (NEW.search IS NULL) EXECUTE FUNCTION initiatives_keep_words();
CREATE TRIGGER keep_words_on_update BEFORE UPDATE ON initiatives_initiative
    FOR EACH ROW WHEN (NEW.title IS DISTINCT FROM OLD.title OR NEW.summary IS DISTINCT FROM OLD.summary
        OR NEW.body IS DISTINCT FROM OLD.body OR NEW.search IS DISTINCT FROM OLD.search)
    EXECUTE FUNCTION initiatives_keep_words();
"""


class Migration(migrations.Migration):
    dependencies = [("initiatives", "0010_merge_outlives_its_target")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(BY_TRIGGER)],
            state_operations=[
                migrations.AlterField("initiative", "search", SearchVectorField(editable=False, null=True))
            ],
        )
    ]
