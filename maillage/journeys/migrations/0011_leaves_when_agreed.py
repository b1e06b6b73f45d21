from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("journeys", "0010_key_hashes")]
    operations = [
        migrations.AddField(
            "referral", "leaves_when_agreed", models.BooleanField(db_default=False, default=False)
        )
    ]
