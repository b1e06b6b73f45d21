"""What the web role may do and see, said again after every migration."""

from pathlib import Path

from django.apps import apps
from django.db import connections, transaction
from django.db.migrations.loader import MigrationLoader

from maillage.core.cluster import WEB

# append-only: the history's tables end in `event`; a row written there stays as it is
GRANTS = """
DO $$
DECLARE found record;
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', current_setting('maillage.web_role'));
    FOR found IN
        SELECT c.oid::regclass AS name, c.relkind, c.relname LIKE '%event' AS append_only, c.relname = 'django_migrations' AS ours
        FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
          AND pg_get_userbyid(c.relowner) = current_user
    LOOP
        IF found.relkind = 'S' THEN
            EXECUTE format('GRANT USAGE, SELECT ON SEQUENCE %s TO %I', found.name, current_setting('maillage.web_role'));
        ELSE
            EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO %I', found.name, current_setting('maillage.web_role'));
        END IF;
        IF found.append_only THEN
            EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON %s FROM %I', found.name, current_setting('maillage.web_role'));
        END IF;
        IF found.ours THEN
            EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON %s FROM %I', found.name, current_setting('maillage.web_role'));
        END IF;
    END LOOP;
END $$
"""


def grant_to_web(using: str = "owner") -> None:
    """Give the web role its rights on every table of the owner; nothing when both are one role."""
    web = connections["default"].settings_dict["USER"] or WEB
    if web == connections[using].settings_dict["USER"]:
        return
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT set_config('maillage.web_role', %s, false)", [web]
        )  # a DO block takes no parameter
        cursor.execute(GRANTS)


def state_policies(using: str = "owner") -> None:
    """Make the row security of every app with a `sql/policies.sql` what that file says, once its tables are all there.

    The file names its tables' policies whole: those that it no longer names are dropped. It may be stated at any time.
    """
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        for app in apps.get_app_configs():
            policies = Path(app.path, "sql", "policies.sql")
            if not policies.exists() or not _is_migrated(app.label, using):
                continue
            cursor.execute(
                "SELECT format('DROP POLICY %%I ON %%I.%%I', policyname, schemaname, tablename) FROM pg_policies"
                " WHERE schemaname = 'public' AND tablename LIKE %s",
                [app.label + r"\_%"],
            )
            for (drop,) in cursor.fetchall():
                cursor.execute(drop)
            cursor.execute(policies.read_text())


def _is_migrated(label: str, using: str) -> bool:
    loader = MigrationLoader(connections[using])
    return all(node in loader.applied_migrations for node in loader.graph.leaf_nodes(label))
