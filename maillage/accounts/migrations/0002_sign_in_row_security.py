from django.db import migrations

# table: (what it is for, whose row it is)
TABLES = {
    "account_emailaddress": ("to sign in by a code", "user_id = maillage_user_id()"),
    "mfa_authenticator": ("to sign in with a second factor", "user_id = maillage_user_id()"),
    "usersessions_usersession": ("to list and end one's sessions", "user_id = maillage_user_id()"),
    "socialaccount_socialaccount": ("to sign in through an identity provider", "user_id = maillage_user_id()"),
    "socialaccount_socialtoken": (
        "to sign in through an identity provider",
        "account_id IN (SELECT id FROM socialaccount_socialaccount WHERE user_id = maillage_user_id())",
    ),
}
CREATE = "\n".join(
    f"""
COMMENT ON TABLE {table} IS 'personal: {why.replace("'", "''")}';
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY oneself_or_purpose ON {table} USING ({whose} OR maillage_purpose() IN ('sign-in', 'administration'));
"""
    for table, (why, whose) in TABLES.items()
)
DROP = "\n".join(
    f"""
DROP POLICY oneself_or_purpose ON {table};
ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;
ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;
COMMENT ON TABLE {table} IS NULL;
"""
    for table in TABLES
)


class Migration(migrations.Migration):
    """Who reads what allauth keeps. Its tables name ours, so that this cannot be in the first migration."""

    replaces = [("accounts", "0003_sign_in_row_security")]
    dependencies = [
        ("accounts", "0001_schema"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("usersessions", "0001_initial"),
        ("socialaccount", "0006_alter_socialaccount_extra_data"),
    ]
    operations = [migrations.RunSQL(CREATE, DROP)]
