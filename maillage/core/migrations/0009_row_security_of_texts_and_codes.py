from django.db import migrations

CREATE = """
ALTER TABLE core_outgoingtext ENABLE ROW LEVEL SECURITY;
ALTER TABLE core_outgoingtext FORCE ROW LEVEL SECURITY;
CREATE POLICY written_by_all ON core_outgoingtext FOR INSERT WITH CHECK (true);
CREATE POLICY read_to_deliver ON core_outgoingtext USING (maillage_purpose() = 'mail');
ALTER TABLE core_onetimecode ENABLE ROW LEVEL SECURITY;
ALTER TABLE core_onetimecode FORCE ROW LEVEL SECURITY;
CREATE POLICY proving ON core_onetimecode USING (maillage_purpose() = 'proof');
"""
DROP = """
DROP POLICY proving ON core_onetimecode;
ALTER TABLE core_onetimecode NO FORCE ROW LEVEL SECURITY;
ALTER TABLE core_onetimecode DISABLE ROW LEVEL SECURITY;
DROP POLICY read_to_deliver ON core_outgoingtext;
DROP POLICY written_by_all ON core_outgoingtext;
ALTER TABLE core_outgoingtext NO FORCE ROW LEVEL SECURITY;
ALTER TABLE core_outgoingtext DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0008_texts_and_codes")]
    operations = [migrations.RunSQL(CREATE, DROP)]
