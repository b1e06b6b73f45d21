import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

POLICY = """
ALTER TABLE initiatives_incomingfile ENABLE ROW LEVEL SECURITY;
ALTER TABLE initiatives_incomingfile FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON initiatives_incomingfile USING (
    user_id = maillage_user_id() OR maillage_purpose() = 'administration'
);
"""
NO_POLICY = """
DROP POLICY own ON initiatives_incomingfile;
ALTER TABLE initiatives_incomingfile NO FORCE ROW LEVEL SECURITY;
ALTER TABLE initiatives_incomingfile DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("initiatives", "0005_map_position"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="IncomingFile",
            fields=[
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=200)),
                ("content", models.BinaryField(null=True)),
                ("plan", models.JSONField(default=dict)),
                ("report", models.JSONField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("sent", "À vérifier"), ("checked", "Vérifié"), ("imported", "Importé")],
                        default="sent",
                        max_length=10,
                    ),
                ),
                ("sent_at", models.DateTimeField(auto_now_add=True)),
                ("imported_at", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"db_table_comment": "personal: who sent a file to import, and what is in it until it is"},
        ),
        migrations.RunSQL(POLICY, NO_POLICY),
    ]
