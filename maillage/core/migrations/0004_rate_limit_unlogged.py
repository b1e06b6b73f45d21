from django.db import migrations


class Migration(migrations.Migration):
    """Counters may be lost in a crash: they are not worth the write-ahead log."""

    dependencies = [("core", "0003_mail_row_security")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE core_ratelimit SET UNLOGGED", "ALTER TABLE core_ratelimit SET LOGGED"
        )
    ]
