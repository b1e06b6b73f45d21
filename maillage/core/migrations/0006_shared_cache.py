from django.db import migrations

CREATE = """
CREATE UNLOGGED TABLE core_cache (
    cache_key varchar(255) PRIMARY KEY,
    value text NOT NULL,
    expires timestamptz NOT NULL
);
CREATE INDEX core_cache_expires ON core_cache (expires);
"""


class Migration(migrations.Migration):
    """The table of Django's DatabaseCache; what it holds may be lost in a crash."""

    dependencies = [("core", "0005_mail_delivery_and_progress")]
    operations = [migrations.RunSQL(CREATE, "DROP TABLE core_cache")]
