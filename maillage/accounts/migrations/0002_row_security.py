from django.db import migrations

CREATE = """
ALTER TABLE accounts_user ENABLE ROW LEVEL SECURITY;
ALTER TABLE accounts_user FORCE ROW LEVEL SECURITY;
CREATE POLICY oneself_or_purpose ON accounts_user USING (
    id = maillage_user_id() OR maillage_purpose() IN ('sign-in', 'mail', 'freshness', 'administration')
);
"""
DROP = """
DROP POLICY oneself_or_purpose ON accounts_user;
ALTER TABLE accounts_user NO FORCE ROW LEVEL SECURITY;
ALTER TABLE accounts_user DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("core", "0001_text_search")]
    operations = [migrations.RunSQL(CREATE, DROP)]
