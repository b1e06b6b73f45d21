from pathlib import Path

from django.conf import settings
from django.db import migrations, models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone


SQL = Path(__file__).with_suffix(".sql").read_text()
NO_SQL = """
DROP POLICY oneself_or_purpose ON accounts_user;
"""


class Migration(migrations.Migration):
    """Users and their roles."""

    initial = True
    replaces = [("accounts", "0001_initial"), ("accounts", "0002_row_security")]
    dependencies = [("core", "0001_schema"), ("auth", "0012_alter_user_first_name_max_length")]
    operations = [
        migrations.CreateModel(
            "User",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                ("email", models.EmailField(max_length=254, unique=True, verbose_name="adresse e-mail")),
                ("name", models.CharField(blank=True, max_length=80, verbose_name="nom affiché")),
                ("is_active", models.BooleanField(default=True)),
                ("joined_at", models.DateTimeField(default=timezone.now)),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "db_table_comment": "personal: to sign in and to answer contributors",
                "constraints": [
                    models.CheckConstraint(condition=Q(("email", Lower("email"))), name="user_email_lower"),
                ],
            },
        ),
        migrations.CreateModel(
            "Role",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("user", models.ForeignKey(on_delete=models.CASCADE, related_name="roles", to=settings.AUTH_USER_MODEL)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("contributor", "Contributeur ou contributrice"),
                            ("moderator", "Modérateur ou modératrice"),
                            ("animator", "Animateur ou animatrice de territoire"),
                            ("network", "Administration du réseau"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "territory_kind",
                    models.CharField(
                        blank=True,
                        choices=[("", "Partout"), ("commune", "Commune"), ("epci", "EPCI"), ("departement", "Département"), ("region", "Région")],
                        max_length=20,
                    ),
                ),
                ("territory_code", models.CharField(blank=True, max_length=9)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("user", "kind", "territory_kind", "territory_code"), name="role_once"),
                    models.CheckConstraint(
                        condition=Q(
                            Q(("territory_code", ""), ("territory_kind", "")),
                            Q(Q(("territory_kind", ""), _negated=True), Q(("territory_code", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="role_territory_whole",
                    ),
                ],
            },
        ),
        migrations.RunSQL(SQL, NO_SQL),
    ]
