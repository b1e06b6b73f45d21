"""What the web role may do, granted after every migration."""

from django.db import connections

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
