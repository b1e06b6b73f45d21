from django.db import migrations

CREATE = """
ALTER TABLE core_outgoingmail ENABLE ROW LEVEL SECURITY;
ALTER TABLE core_outgoingmail FORCE ROW LEVEL SECURITY;
CREATE POLICY written_by_all ON core_outgoingmail FOR INSERT WITH CHECK (true);
CREATE POLICY read_to_deliver ON core_outgoingmail USING (maillage_purpose() IN ('mail', 'administration'));
"""
DROP = """
DROP POLICY read_to_deliver ON core_outgoingmail;
DROP POLICY written_by_all ON core_outgoingmail;
ALTER TABLE core_outgoingmail NO FORCE ROW LEVEL SECURITY;
ALTER TABLE core_outgoingmail DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0002_mail_and_rate_limits")]
    operations = [migrations.RunSQL(CREATE, DROP)]
