import uuid
from pathlib import Path

from django.db import migrations, models
from django.db.models import Q
from django.utils import timezone
from pghistory.utils import JSONField


SQL = Path(__file__).with_suffix(".sql").read_text()
NO_SQL = """
DROP TABLE core_cache;
DROP POLICY proving ON core_onetimecode;
DROP POLICY read_to_deliver ON core_outgoingtext;
DROP POLICY read_to_deliver ON core_outgoingmail;
DROP FUNCTION maillage_subject, maillage_purpose, maillage_user_id, maillage_plain;
DROP TEXT SEARCH CONFIGURATION fr;
"""


class Migration(migrations.Migration):
    """What every app stands on: the French search, who is acting, mails and texts to send, limits, the shared cache."""

    initial = True
    replaces = [
        ("core", "0001_text_search"),
        ("core", "0002_mail_and_rate_limits"),
        ("core", "0003_mail_row_security"),
        ("core", "0004_rate_limit_unlogged"),
        ("core", "0005_mail_delivery_and_progress"),
        ("core", "0006_shared_cache"),
        ("core", "0007_subject"),
        ("core", "0008_texts_and_codes"),
        ("core", "0009_row_security_of_texts_and_codes"),
        ("core", "0010_mail_attachments"),
    ]
    dependencies = []
    operations = [
        migrations.CreateModel(
            "OutgoingMail",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("to", models.EmailField(max_length=254)),
                ("subject", models.CharField(max_length=200)),
                ("text", models.TextField()),
                ("html", models.TextField(blank=True)),
                ("headers", models.JSONField(blank=True, default=dict)),
                ("attachments", models.JSONField(blank=True, db_default=[], default=list)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("sent_at", models.DateTimeField(null=True)),
                ("given_up_at", models.DateTimeField(null=True)),
                ("due_at", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                "db_table_comment": "personal: to deliver a mail",
                "indexes": [
                    models.Index(condition=Q(("given_up_at", None), ("sent_at", None)), fields=["created_at", "id"], name="mail_to_send"),
                ],
            },
        ),
        migrations.CreateModel(
            "OutgoingText",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("to", models.CharField(max_length=20)),
                ("text", models.CharField(max_length=480)),
                ("created_at", models.DateTimeField(default=timezone.now)),
                ("until", models.DateTimeField()),
                ("due_at", models.DateTimeField(default=timezone.now)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                "db_table_comment": "personal: to deliver a text message",
                "constraints": [
                    models.CheckConstraint(condition=Q(("to__regex", "^\\+[0-9]{6,15}$")), name="outgoing_text_to"),
                    models.CheckConstraint(condition=Q(("text", ""), _negated=True), name="outgoing_text_said"),
                ],
            },
        ),
        migrations.CreateModel(
            "OneTimeCode",
            [
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=20)),
                ("address", models.CharField(blank=True, max_length=254)),
                ("subject", models.CharField(blank=True, max_length=40)),
                ("code_hash", models.CharField(blank=True, max_length=64)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("asked_at", models.DateTimeField()),
            ],
            options={
                "db_table_comment": "personal: where to send a code",
                "indexes": [
                    models.Index(fields=["asked_at"], name="one_time_code_asked"),
                ],
            },
        ),
        migrations.CreateModel(
            "RateLimit",
            [
                ("key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("window_ends_at", models.DateTimeField()),
                ("count", models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            "Progress",
            [
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=60)),
                ("label", models.CharField(max_length=200)),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "En attente"), ("running", "En cours"), ("done", "Terminé"), ("failed", "Échoué"), ("cancelled", "Annulé")],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("done", models.PositiveBigIntegerField(default=0)),
                ("total", models.PositiveBigIntegerField(default=0)),
                ("message", models.CharField(blank=True, max_length=500)),
                ("result", models.JSONField(null=True)),
                ("owner_id", models.BigIntegerField(null=True)),
                ("cancel_asked", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("changed_at", models.DateTimeField(auto_now=True)),
            ],
        ),
        migrations.RunSQL(SQL, NO_SQL),
    ]
