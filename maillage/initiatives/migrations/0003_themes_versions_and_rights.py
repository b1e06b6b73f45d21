from django.db import migrations

THEMES = [
    # code, name, colour, icon (lucide), marker shape
    ("jeunes", "Culture entrepreneuriale des jeunes", "#332288", "graduation-cap", "circle"),
    ("adultes", "Sensibilisation des adultes", "#117733", "megaphone", "square"),
    ("aller-vers", "Aller-vers et information de proximité", "#0B6E99", "bus", "pill"),
    ("amorcage", "Émergence et amorçage", "#882255", "sprout", "drop"),
    ("cooperatif", "Entrepreneuriat collectif et coopératif", "#7A4B00", "users", "hexagon"),
    ("lieux", "Lieux pour tester et s’installer", "#AA3377", "store", "house"),
    ("financement", "Financement", "#4C5B00", "hand-coins", "diamond"),
    ("marches", "Réseaux d’entreprises et accès aux marchés", "#B23A2E", "handshake", "octagon"),
    ("ecosysteme", "Animation de l’écosystème", "#5B3F8C", "waypoints", "pentagon"),
    ("observation", "Observation et ressources", "#3D5A5A", "book-open", "shield"),
]


def add_themes(apps, schema_editor):
    Theme = apps.get_model("initiatives", "Theme")
    Theme.objects.using(schema_editor.connection.alias).bulk_create(
        Theme(code=code, name=name, position=position, colour=colour, icon=icon, shape=shape)
        for position, (code, name, colour, icon, shape) in enumerate(THEMES, 1)
    )


def remove_themes(apps, schema_editor):
    apps.get_model("initiatives", "Theme").objects.using(schema_editor.connection.alias).all().delete()


TRIGGERS = """
CREATE FUNCTION initiatives_keep_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := clock_timestamp();
    NEW.version := CASE WHEN TG_OP = 'INSERT' THEN 1 ELSE OLD.version + 1 END;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_version BEFORE INSERT OR UPDATE ON initiatives_initiative
    FOR EACH ROW EXECUTE FUNCTION initiatives_keep_version();

-- the themes of a fiche are codes of existing themes, each once
CREATE FUNCTION initiatives_check_themes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT unnest(NEW.themes) EXCEPT SELECT code FROM initiatives_theme)
       OR cardinality(NEW.themes) <> (SELECT count(DISTINCT t) FROM unnest(NEW.themes) t) THEN
        RAISE foreign_key_violation USING MESSAGE = 'unknown or repeated theme in ' || NEW.themes::text;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_themes_on_insert BEFORE INSERT ON initiatives_initiative
    FOR EACH ROW WHEN (cardinality(NEW.themes) > 0) EXECUTE FUNCTION initiatives_check_themes();
CREATE TRIGGER check_themes_on_update BEFORE UPDATE OF themes ON initiatives_initiative
    FOR EACH ROW WHEN (NEW.themes IS DISTINCT FROM OLD.themes) EXECUTE FUNCTION initiatives_check_themes();

CREATE FUNCTION initiatives_keep_used_theme() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM initiatives_initiative WHERE themes @> ARRAY[OLD.code]) THEN
        RAISE foreign_key_violation USING MESSAGE = 'theme ' || OLD.code || ' is in use';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER keep_used_theme BEFORE DELETE OR UPDATE OF code ON initiatives_theme
    FOR EACH ROW EXECUTE FUNCTION initiatives_keep_used_theme();
"""
NO_TRIGGERS = """
DROP FUNCTION initiatives_keep_used_theme() CASCADE;
DROP FUNCTION initiatives_check_themes() CASCADE;
DROP FUNCTION initiatives_keep_version() CASCADE;
"""

POLICIES = """
CREATE FUNCTION maillage_is_moderator() RETURNS boolean LANGUAGE sql STABLE
    RETURN EXISTS (
        SELECT FROM accounts_role
        WHERE user_id = maillage_user_id() AND kind IN ('moderator', 'animator', 'network')
    );

ALTER TABLE initiatives_proposal ENABLE ROW LEVEL SECURITY;
ALTER TABLE initiatives_proposal FORCE ROW LEVEL SECURITY;
CREATE POLICY own_moderated_or_proven ON initiatives_proposal USING (
    user_id = maillage_user_id()
    OR maillage_purpose() IN ('proof', 'mail', 'freshness', 'administration')
    OR maillage_is_moderator()
);

ALTER TABLE initiatives_subscription ENABLE ROW LEVEL SECURITY;
ALTER TABLE initiatives_subscription FORCE ROW LEVEL SECURITY;
CREATE POLICY proven_or_digest ON initiatives_subscription USING (
    maillage_purpose() IN ('proof', 'digest', 'administration')
);
"""
NO_POLICIES = """
DROP POLICY proven_or_digest ON initiatives_subscription;
ALTER TABLE initiatives_subscription NO FORCE ROW LEVEL SECURITY;
ALTER TABLE initiatives_subscription DISABLE ROW LEVEL SECURITY;
DROP POLICY own_moderated_or_proven ON initiatives_proposal;
ALTER TABLE initiatives_proposal NO FORCE ROW LEVEL SECURITY;
ALTER TABLE initiatives_proposal DISABLE ROW LEVEL SECURITY;
DROP FUNCTION maillage_is_moderator();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("initiatives", "0002_initial"),
        ("accounts", "0001_initial"),
        ("core", "0001_text_search"),
    ]
    operations = [
        migrations.RunPython(add_themes, remove_themes),
        migrations.RunSQL(TRIGGERS, NO_TRIGGERS),
        migrations.RunSQL(POLICIES, NO_POLICIES),
    ]
