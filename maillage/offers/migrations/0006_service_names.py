from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("offers", "0005_finder_row")]
    operations = [
        # the public list is in the order of names
        migrations.AddIndex(
            model_name="service",
            index=models.Index(
                fields=["nom", "id"],
                condition=models.Q(status="published", gone_on__isnull=True),
                name="service_public_names",
            ),
        ),
        migrations.AddIndex(
            model_name="service",
            index=models.Index(
                fields=["created_at", "id"],
                condition=models.Q(status="published", gone_on__isnull=True),
                name="service_public_news",
            ),
        ),
    ]
