from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0009_row_security_of_texts_and_codes")]

    operations = [
        migrations.AddField(
            model_name="outgoingmail",
            name="attachments",
            field=models.JSONField(blank=True, default=list, db_default=[]),
        ),
    ]
