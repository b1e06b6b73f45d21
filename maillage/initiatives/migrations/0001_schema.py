import uuid
from pathlib import Path

from django.conf import settings
from django.contrib.gis.db import models as gis
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, GistIndex, OpClass
from django.contrib.postgres.search import CombinedSearchVector, SearchConfig, SearchVector, SearchVectorField
from django.db import migrations, models
from django.db.models import F, Q
from pghistory.utils import JSONField
from pgtrigger.compiler import Trigger, UpsertTriggerSql
from pgtrigger.migrations import AddTrigger

from maillage.core.tables import Tables

THEMES = [
    # code, name, colour, icon (lucide), marker shape
    ("jeunes", "Culture entrepreneuriale des jeunes", "#332288", "graduation-cap", "circle"),
    ("adultes", "Sensibilisation des adultes", "#117733", "megaphone", "square"),
    ("aller-vers", "Aller-vers et information de proximité", "#0B6E99", "bus", "pill"),
    ("amorcage", "Émergence et amorçage", "#882255", "sprout", "drop"),
    ("cooperatif", "Entrepreneuriat collectif et coopératif", "#7A4B00", "users", "hexagon"),
    ("lieux", "Lieux pour tester et s’installer", "#AA3377", "store", "house"),
    ("financement", "Financement", "#4C5B00", "hand-coins", "diamond"),
    ("marches", "Réseaux d’entreprises et accès aux marchés", "#B23A2E", "handshake", "octagon"),
    ("ecosysteme", "Animation de l’écosystème", "#5B3F8C", "waypoints", "pentagon"),
    ("observation", "Observation et ressources", "#3D5A5A", "book-open", "shield"),
]


def add_themes(apps, schema_editor):
    Theme = apps.get_model("initiatives", "Theme")
    Theme.objects.using(schema_editor.connection.alias).bulk_create(
        Theme(code=code, name=name, position=position, bit=position - 1, colour=colour, icon=icon, shape=shape)
        for position, (code, name, colour, icon, shape) in enumerate(THEMES, 1)
    )


SQL = Path(__file__).with_suffix(".sql").read_text()
NO_SQL = """
DROP POLICY own ON initiatives_incomingfile;
DROP POLICY proven_or_digest ON initiatives_subscription;
DROP POLICY own_moderated_or_proven ON initiatives_proposal;
DROP FUNCTION maillage_is_moderator, initiatives_check_added, initiatives_keep_facets, initiatives_facet_bits, initiatives_number_theme,
    initiatives_keep_used_theme, initiatives_check_themes, initiatives_keep_version CASCADE;
"""


class Migration(migrations.Migration):
    """The fiches of the collaborative map, what is proposed, who follows, and the files that come in."""

    initial = True
    replaces = [
        ("initiatives", "0001_initial"),
        ("initiatives", "0002_initial"),
        ("initiatives", "0003_themes_versions_and_rights"),
        ("initiatives", "0004_proposal_place_and_kept_files"),
        ("initiatives", "0005_map_position"),
        ("initiatives", "0006_incoming_file"),
        ("initiatives", "0007_facet_bits"),
    ]
    dependencies = [("organisations", "0001_schema"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        Tables(
            [
                migrations.CreateModel(
                    "Initiative",
                    [
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("slug", models.SlugField(max_length=120, unique=True)),
                        ("title", models.CharField(max_length=160, verbose_name="titre")),
                        ("summary", models.CharField(max_length=400, verbose_name="résumé")),
                        ("body", models.TextField(blank=True, max_length=20000, verbose_name="description")),
                        ("themes", ArrayField(models.CharField(max_length=40), default=list, verbose_name="thèmes")),
                        (
                            "publics",
                            ArrayField(
                                models.CharField(
                                    choices=[
                                        ("jeunes", "Jeunes"),
                                        ("femmes", "Femmes"),
                                        ("demandeurs-emploi", "Demandeurs d’emploi"),
                                        ("rsa", "Bénéficiaires du RSA"),
                                        ("habitants", "Tous les habitants"),
                                        ("entrepreneurs", "Entrepreneurs et commerçants"),
                                        ("professionnels", "Professionnels et relais"),
                                    ],
                                    max_length=40,
                                ),
                                blank=True,
                                default=list,
                                verbose_name="publics",
                            ),
                        ),
                        (
                            "phases",
                            ArrayField(
                                models.CharField(
                                    choices=[
                                        ("idee", "Idée"),
                                        ("amorcage", "Émergence et amorçage"),
                                        ("creation", "Création"),
                                        ("developpement", "Développement"),
                                    ],
                                    max_length=40,
                                ),
                                blank=True,
                                default=list,
                                verbose_name="phases",
                            ),
                        ),
                        (
                            "carrier",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=models.PROTECT,
                                related_name="initiatives",
                                to="organisations.organisation",
                                verbose_name="portée par",
                            ),
                        ),
                        ("partners", ArrayField(models.CharField(max_length=200), blank=True, default=list, verbose_name="partenaires")),
                        (
                            "scope",
                            models.CharField(
                                choices=[
                                    ("address", "À une adresse"),
                                    ("qpv", "Dans un quartier"),
                                    ("commune", "Position à la commune"),
                                    ("departement", "Départementale"),
                                    ("region", "Régionale"),
                                    ("national", "Nationale"),
                                ],
                                max_length=12,
                                verbose_name="lieu",
                            ),
                        ),
                        ("point", gis.PointField(blank=True, null=True, spatial_index=False, srid=4326)),
                        ("address", models.CharField(blank=True, max_length=300, verbose_name="adresse")),
                        (
                            "commune",
                            models.ForeignKey(
                                blank=True, db_index=False, null=True, on_delete=models.PROTECT, related_name="initiatives", to="territories.commune"
                            ),
                        ),
                        (
                            "qpv",
                            models.ForeignKey(
                                blank=True, db_index=False, null=True, on_delete=models.SET_NULL, related_name="initiatives", to="territories.qpv"
                            ),
                        ),
                        (
                            "departement",
                            models.ForeignKey(blank=True, db_index=False, null=True, on_delete=models.PROTECT, related_name="+", to="territories.departement"),
                        ),
                        (
                            "region",
                            models.ForeignKey(blank=True, db_index=False, null=True, on_delete=models.PROTECT, related_name="+", to="territories.region"),
                        ),
                        ("starts_on", models.DateField(blank=True, null=True, verbose_name="début")),
                        ("ends_on", models.DateField(blank=True, null=True, verbose_name="fin")),
                        ("contact_name", models.CharField(blank=True, max_length=120, verbose_name="contact")),
                        ("contact_email", models.EmailField(blank=True, max_length=254, verbose_name="adresse e-mail du contact")),
                        ("contact_phone", models.CharField(blank=True, max_length=30, verbose_name="téléphone")),
                        ("links", models.JSONField(blank=True, default=list, verbose_name="liens")),
                        ("source_name", models.CharField(blank=True, max_length=200, verbose_name="source")),
                        ("source_url", models.URLField(blank=True, max_length=500, verbose_name="adresse de la source")),
                        ("author_name", models.CharField(blank=True, max_length=120, verbose_name="auteur ou autrice de la fiche")),
                        (
                            "licence",
                            models.CharField(
                                choices=[
                                    ("LO-2.0", "Licence Ouverte 2.0"),
                                    ("CC-BY-4.0", "Creative Commons BY 4.0"),
                                    ("CC-BY-SA-4.0", "Creative Commons BY-SA 4.0"),
                                    ("ODbL-1.0", "ODbL 1.0"),
                                ],
                                default="LO-2.0",
                                max_length=20,
                                verbose_name="licence",
                            ),
                        ),
                        ("is_example", models.BooleanField(default=False)),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("draft", "Brouillon"),
                                    ("proposed", "Proposée"),
                                    ("published", "Publiée"),
                                    ("to-confirm", "À confirmer"),
                                    ("archived", "Archivée"),
                                ],
                                default="draft",
                                max_length=12,
                                verbose_name="état",
                            ),
                        ),
                        ("confirmed_on", models.DateField(blank=True, null=True, verbose_name="confirmée le")),
                        ("reminded_on", models.DateField(blank=True, null=True)),
                        ("published_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "owner",
                            models.ForeignKey(blank=True, db_index=False, null=True, on_delete=models.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL),
                        ),
                        ("origin", models.CharField(blank=True, max_length=120)),
                        ("origin_key", models.CharField(blank=True, max_length=200)),
                        ("origin_values", models.JSONField(blank=True, null=True)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField()),
                        ("version", models.PositiveIntegerField(default=1)),
                        (
                            "search",
                            models.GeneratedField(
                                db_persist=True,
                                expression=CombinedSearchVector(
                                    CombinedSearchVector(
                                        SearchVector("title", config="fr", weight="A"),
                                        "||",
                                        SearchVector("summary", config="fr", weight="B"),
                                        SearchConfig("fr"),
                                    ),
                                    "||",
                                    SearchVector("body", config="fr", weight="C"),
                                    SearchConfig("fr"),
                                ),
                                output_field=SearchVectorField(),
                            ),
                        ),
                        (
                            "map_x",
                            models.GeneratedField(
                                db_persist=True,
                                expression=models.Func(F("point"), template="round(ST_X(%(expressions)s) * 111319.49079327358)"),
                                output_field=models.IntegerField(),
                            ),
                        ),
                        (
                            "map_y",
                            models.GeneratedField(
                                db_persist=True,
                                expression=models.Func(
                                    F("point"),
                                    template="CASE WHEN %(expressions)s IS NOT NULL THEN round(ln(tan(radians(45 + least(greatest(ST_Y(%(expressions)s), -85.05), 85.05) / 2))) * 6378137) END",
                                ),
                                output_field=models.IntegerField(),
                            ),
                        ),
                        ("map_theme", models.GeneratedField(db_persist=True, expression=F("themes__0"), output_field=models.CharField(max_length=40))),
                        ("facets", models.BigIntegerField(db_default=0, editable=False)),
                    ],
                    options={
                        "indexes": [
                            GinIndex(fields=["search"], name="initiative_search"),
                            GinIndex(OpClass(models.Func("title", function="maillage_plain"), name="gin_trgm_ops"), name="initiative_title_trigrams"),
                            GinIndex(fields=["themes"], name="initiative_themes"),
                            GistIndex(fields=["point"], name="initiative_point"),
                            models.Index(
                                condition=Q(("status__in", ["published", "to-confirm"])), fields=["map_x", "map_y", "map_theme", "id"], name="initiative_map"
                            ),
                            models.Index(condition=Q(("status__in", ["published", "to-confirm"])), fields=["facets"], name="initiative_facets"),
                            models.Index(fields=["updated_at", "id"], name="initiative_updated"),
                            models.Index(fields=["-published_at", "id"], name="initiative_published"),
                            models.Index(fields=["commune"], name="initiative_commune"),
                            models.Index(condition=Q(("qpv__isnull", False)), fields=["qpv"], name="initiative_qpv"),
                            models.Index(condition=Q(("departement__isnull", False)), fields=["departement"], name="initiative_departement"),
                            models.Index(condition=Q(("region__isnull", False)), fields=["region"], name="initiative_region"),
                            models.Index(condition=Q(("owner__isnull", False)), fields=["owner"], name="initiative_owner"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(condition=Q(("origin", ""), _negated=True), fields=("origin", "origin_key"), name="initiative_origin_once"),
                            models.CheckConstraint(
                                condition=Q(
                                    Q(("point__isnull", False), ("scope__in", ["address", "qpv", "commune"])),
                                    Q(("point__isnull", True), ("scope__in", ["departement", "region", "national"])),
                                    _connector="OR",
                                ),
                                name="initiative_point_as_scope",
                            ),
                            models.CheckConstraint(
                                condition=Q(("ends_on__isnull", True), ("starts_on__isnull", True), ("ends_on__gte", F("starts_on")), _connector="OR"),
                                name="initiative_dates_in_order",
                            ),
                            models.CheckConstraint(condition=Q(("title", ""), _negated=True), name="initiative_title_given"),
                            models.CheckConstraint(
                                condition=Q(
                                    Q(("status__in", ["published", "to-confirm"]), _negated=True),
                                    Q(("confirmed_on__isnull", False), ("published_at__isnull", False)),
                                    _connector="OR",
                                ),
                                name="initiative_published_dated",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    "Proposal",
                    [
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("proven_at", models.DateTimeField(null=True)),
                        (
                            "initiative",
                            models.ForeignKey(blank=True, null=True, on_delete=models.CASCADE, related_name="proposals", to="initiatives.initiative"),
                        ),
                        ("base_version", models.PositiveIntegerField(null=True)),
                        ("values", models.JSONField()),
                        ("themes", ArrayField(models.CharField(max_length=40), blank=True, default=list)),
                        ("commune", models.ForeignKey(blank=True, null=True, on_delete=models.SET_NULL, related_name="+", to="territories.commune")),
                        ("departement", models.ForeignKey(blank=True, null=True, on_delete=models.SET_NULL, related_name="+", to="territories.departement")),
                        ("region", models.ForeignKey(blank=True, null=True, on_delete=models.SET_NULL, related_name="+", to="territories.region")),
                        ("message", models.CharField(blank=True, max_length=1000)),
                        ("email", models.EmailField(blank=True, max_length=254)),
                        ("user", models.ForeignKey(null=True, on_delete=models.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL)),
                        (
                            "status",
                            models.CharField(
                                choices=[("unproven", "Adresse à prouver"), ("waiting", "En attente"), ("accepted", "Acceptée"), ("refused", "Refusée")],
                                default="unproven",
                                max_length=10,
                            ),
                        ),
                        ("reason", models.CharField(blank=True, max_length=1000)),
                        ("moderator", models.ForeignKey(null=True, on_delete=models.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL)),
                        ("answered_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "db_table_comment": "personal: to answer the person who proposes",
                        "indexes": [
                            models.Index(fields=["status", "created_at"], name="proposal_queue"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    "Subscription",
                    [
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("proven_at", models.DateTimeField(null=True)),
                        ("email", models.EmailField(max_length=254)),
                        ("criteria", models.CharField(max_length=500)),
                        ("rhythm", models.CharField(choices=[("daily", "Chaque jour"), ("weekly", "Chaque semaine")], default="weekly", max_length=10)),
                        ("sent_until", models.DateTimeField(null=True)),
                    ],
                    options={
                        "db_table_comment": "personal: to send the digest asked for",
                        "constraints": [
                            models.UniqueConstraint(fields=("email", "criteria"), name="subscription_once"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    "Merge",
                    [
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("old_slug", models.SlugField(max_length=120, unique=True)),
                        ("into", models.ForeignKey(on_delete=models.CASCADE, related_name="merged", to="initiatives.initiative")),
                        ("merged_id", models.BigIntegerField()),
                        ("merged_at", models.DateTimeField(auto_now_add=True)),
                        ("merged_by", models.ForeignKey(null=True, on_delete=models.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL)),
                    ],
                ),
                migrations.CreateModel(
                    "IncomingFile",
                    [
                        ("key", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ("user", models.ForeignKey(on_delete=models.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL)),
                        ("name", models.CharField(max_length=200)),
                        ("content", models.BinaryField(null=True)),
                        ("plan", models.JSONField(default=dict)),
                        ("report", models.JSONField(null=True)),
                        (
                            "state",
                            models.CharField(choices=[("sent", "À vérifier"), ("checked", "Vérifié"), ("imported", "Importé")], default="sent", max_length=10),
                        ),
                        ("sent_at", models.DateTimeField(auto_now_add=True)),
                        ("imported_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "db_table_comment": "personal: who sent a file to import, and what is in it until it is",
                    },
                ),
                migrations.CreateModel(
                    "Theme",
                    [
                        ("code", models.SlugField(max_length=40, primary_key=True, serialize=False)),
                        ("name", models.CharField(max_length=80)),
                        ("position", models.PositiveSmallIntegerField(unique=True)),
                        ("colour", models.CharField(max_length=7)),
                        ("icon", models.CharField(max_length=40)),
                        ("shape", models.CharField(max_length=20)),
                        ("bit", models.PositiveSmallIntegerField(editable=False, null=True, unique=True)),
                    ],
                    options={
                        "ordering": ["position"],
                    },
                ),
                migrations.CreateModel(
                    "InitiativeEvent",
                    [
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("pgh_obj", models.ForeignKey(db_constraint=False, on_delete=models.DO_NOTHING, related_name="events", to="initiatives.initiative")),
                        ("pgh_context", JSONField(null=True)),
                        ("pgh_context_id", models.UUIDField(null=True)),
                        ("id", models.BigIntegerField()),
                        ("slug", models.SlugField(db_index=False, max_length=120)),
                        ("title", models.CharField(max_length=160, verbose_name="titre")),
                        ("summary", models.CharField(max_length=400, verbose_name="résumé")),
                        ("body", models.TextField(blank=True, max_length=20000, verbose_name="description")),
                        ("themes", ArrayField(models.CharField(max_length=40), default=list, verbose_name="thèmes")),
                        (
                            "publics",
                            ArrayField(
                                models.CharField(
                                    choices=[
                                        ("jeunes", "Jeunes"),
                                        ("femmes", "Femmes"),
                                        ("demandeurs-emploi", "Demandeurs d’emploi"),
                                        ("rsa", "Bénéficiaires du RSA"),
                                        ("habitants", "Tous les habitants"),
                                        ("entrepreneurs", "Entrepreneurs et commerçants"),
                                        ("professionnels", "Professionnels et relais"),
                                    ],
                                    max_length=40,
                                ),
                                blank=True,
                                default=list,
                                verbose_name="publics",
                            ),
                        ),
                        (
                            "phases",
                            ArrayField(
                                models.CharField(
                                    choices=[
                                        ("idee", "Idée"),
                                        ("amorcage", "Émergence et amorçage"),
                                        ("creation", "Création"),
                                        ("developpement", "Développement"),
                                    ],
                                    max_length=40,
                                ),
                                blank=True,
                                default=list,
                                verbose_name="phases",
                            ),
                        ),
                        (
                            "carrier",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=models.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="organisations.organisation",
                                verbose_name="portée par",
                            ),
                        ),
                        ("partners", ArrayField(models.CharField(max_length=200), blank=True, default=list, verbose_name="partenaires")),
                        (
                            "scope",
                            models.CharField(
                                choices=[
                                    ("address", "À une adresse"),
                                    ("qpv", "Dans un quartier"),
                                    ("commune", "Position à la commune"),
                                    ("departement", "Départementale"),
                                    ("region", "Régionale"),
                                    ("national", "Nationale"),
                                ],
                                max_length=12,
                                verbose_name="lieu",
                            ),
                        ),
                        ("point", gis.PointField(blank=True, null=True, spatial_index=False, srid=4326)),
                        ("address", models.CharField(blank=True, max_length=300, verbose_name="adresse")),
                        (
                            "commune",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=models.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="territories.commune",
                            ),
                        ),
                        (
                            "qpv",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=models.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="territories.qpv",
                            ),
                        ),
                        (
                            "departement",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=models.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="territories.departement",
                            ),
                        ),
                        (
                            "region",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=models.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="territories.region",
                            ),
                        ),
                        ("starts_on", models.DateField(blank=True, null=True, verbose_name="début")),
                        ("ends_on", models.DateField(blank=True, null=True, verbose_name="fin")),
                        ("contact_name", models.CharField(blank=True, max_length=120, verbose_name="contact")),
                        ("contact_email", models.EmailField(blank=True, max_length=254, verbose_name="adresse e-mail du contact")),
                        ("contact_phone", models.CharField(blank=True, max_length=30, verbose_name="téléphone")),
                        ("links", models.JSONField(blank=True, default=list, verbose_name="liens")),
                        ("source_name", models.CharField(blank=True, max_length=200, verbose_name="source")),
                        ("source_url", models.URLField(blank=True, max_length=500, verbose_name="adresse de la source")),
                        ("author_name", models.CharField(blank=True, max_length=120, verbose_name="auteur ou autrice de la fiche")),
                        (
                            "licence",
                            models.CharField(
                                choices=[
                                    ("LO-2.0", "Licence Ouverte 2.0"),
                                    ("CC-BY-4.0", "Creative Commons BY 4.0"),
                                    ("CC-BY-SA-4.0", "Creative Commons BY-SA 4.0"),
                                    ("ODbL-1.0", "ODbL 1.0"),
                                ],
                                default="LO-2.0",
                                max_length=20,
                                verbose_name="licence",
                            ),
                        ),
                        ("is_example", models.BooleanField(default=False)),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("draft", "Brouillon"),
                                    ("proposed", "Proposée"),
                                    ("published", "Publiée"),
                                    ("to-confirm", "À confirmer"),
                                    ("archived", "Archivée"),
                                ],
                                default="draft",
                                max_length=12,
                                verbose_name="état",
                            ),
                        ),
                        ("confirmed_on", models.DateField(blank=True, null=True, verbose_name="confirmée le")),
                        ("reminded_on", models.DateField(blank=True, null=True)),
                        ("published_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "owner",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=models.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("origin", models.CharField(blank=True, max_length=120)),
                        ("origin_key", models.CharField(blank=True, max_length=200)),
                        ("origin_values", models.JSONField(blank=True, null=True)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField()),
                        ("version", models.PositiveIntegerField(default=1)),
                    ],
                ),
                migrations.CreateModel(
                    "Photo",
                    [
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("initiative", models.ForeignKey(null=True, on_delete=models.CASCADE, related_name="photos", to="initiatives.initiative")),
                        ("proposal", models.ForeignKey(null=True, on_delete=models.CASCADE, related_name="photos", to="initiatives.proposal")),
                        ("file", models.ImageField(height_field="height", upload_to="photos/%Y/", width_field="width")),
                        ("thumbnail", models.ImageField(upload_to="photos/%Y/")),
                        ("width", models.PositiveIntegerField()),
                        ("height", models.PositiveIntegerField()),
                        ("deleted_from", models.BigIntegerField(null=True)),
                        ("alternative", models.CharField(max_length=200, verbose_name="texte de remplacement")),
                        ("credit", models.CharField(blank=True, max_length=120, verbose_name="crédit")),
                        ("status", models.CharField(choices=[("pending", "À vérifier"), ("published", "Publiée")], default="pending", max_length=10)),
                        ("added_by", models.ForeignKey(null=True, on_delete=models.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL)),
                        ("added_at", models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        "ordering": ["pk"],
                        "indexes": [
                            models.Index(fields=["file"], name="photo_file"),
                            models.Index(fields=["thumbnail"], name="photo_thumbnail"),
                        ],
                        "constraints": [
                            models.CheckConstraint(condition=Q(("alternative", ""), _negated=True), name="photo_has_alternative"),
                            models.CheckConstraint(
                                condition=Q(("initiative__isnull", False), ("proposal__isnull", False), ("deleted_from__isnull", False), _connector="OR"),
                                name="photo_belongs_somewhere",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    "Document",
                    [
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("initiative", models.ForeignKey(null=True, on_delete=models.CASCADE, related_name="documents", to="initiatives.initiative")),
                        ("deleted_from", models.BigIntegerField(null=True)),
                        ("file", models.FileField(upload_to="documents/%Y/")),
                        ("title", models.CharField(max_length=160, verbose_name="titre")),
                        ("size", models.PositiveIntegerField()),
                        ("added_at", models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        "ordering": ["pk"],
                        "indexes": [
                            models.Index(fields=["file"], name="document_file"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    "LinkCheck",
                    [
                        ("url", models.CharField(max_length=500, primary_key=True, serialize=False)),
                        ("checked_at", models.DateTimeField(null=True)),
                        ("status", models.PositiveSmallIntegerField(null=True)),
                        ("failing_since", models.DateTimeField(null=True)),
                        ("told_at", models.DateTimeField(null=True)),
                    ],
                ),
            ]
        ),
        AddTrigger(
            "initiative",
            Trigger(
                name="before_update_update",
                sql=UpsertTriggerSql(
                    condition='WHEN (OLD."address" IS DISTINCT FROM (NEW."address") OR OLD."author_name" IS DISTINCT FROM (NEW."author_name") OR OLD."body" IS DISTINCT FROM (NEW."body") OR OLD."carrier_id" IS DISTINCT FROM (NEW."carrier_id") OR OLD."commune_id" IS DISTINCT FROM (NEW."commune_id") OR OLD."confirmed_on" IS DISTINCT FROM (NEW."confirmed_on") OR OLD."contact_email" IS DISTINCT FROM (NEW."contact_email") OR OLD."contact_name" IS DISTINCT FROM (NEW."contact_name") OR OLD."contact_phone" IS DISTINCT FROM (NEW."contact_phone") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."departement_id" IS DISTINCT FROM (NEW."departement_id") OR OLD."ends_on" IS DISTINCT FROM (NEW."ends_on") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_example" IS DISTINCT FROM (NEW."is_example") OR OLD."licence" IS DISTINCT FROM (NEW."licence") OR OLD."links" IS DISTINCT FROM (NEW."links") OR OLD."origin" IS DISTINCT FROM (NEW."origin") OR OLD."origin_key" IS DISTINCT FROM (NEW."origin_key") OR OLD."origin_values" IS DISTINCT FROM (NEW."origin_values") OR OLD."owner_id" IS DISTINCT FROM (NEW."owner_id") OR OLD."partners" IS DISTINCT FROM (NEW."partners") OR OLD."phases" IS DISTINCT FROM (NEW."phases") OR OLD."point" IS DISTINCT FROM (NEW."point") OR OLD."publics" IS DISTINCT FROM (NEW."publics") OR OLD."published_at" IS DISTINCT FROM (NEW."published_at") OR OLD."qpv_id" IS DISTINCT FROM (NEW."qpv_id") OR OLD."region_id" IS DISTINCT FROM (NEW."region_id") OR OLD."reminded_on" IS DISTINCT FROM (NEW."reminded_on") OR OLD."scope" IS DISTINCT FROM (NEW."scope") OR OLD."slug" IS DISTINCT FROM (NEW."slug") OR OLD."source_name" IS DISTINCT FROM (NEW."source_name") OR OLD."source_url" IS DISTINCT FROM (NEW."source_url") OR OLD."starts_on" IS DISTINCT FROM (NEW."starts_on") OR OLD."status" IS DISTINCT FROM (NEW."status") OR OLD."summary" IS DISTINCT FROM (NEW."summary") OR OLD."themes" IS DISTINCT FROM (NEW."themes") OR OLD."title" IS DISTINCT FROM (NEW."title") OR OLD."updated_at" IS DISTINCT FROM (NEW."updated_at") OR OLD."version" IS DISTINCT FROM (NEW."version"))',
                    func='INSERT INTO "initiatives_initiativeevent" ("address", "author_name", "body", "carrier_id", "commune_id", "confirmed_on", "contact_email", "contact_name", "contact_phone", "created_at", "departement_id", "ends_on", "id", "is_example", "licence", "links", "origin", "origin_key", "origin_values", "owner_id", "partners", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phases", "point", "publics", "published_at", "qpv_id", "region_id", "reminded_on", "scope", "slug", "source_name", "source_url", "starts_on", "status", "summary", "themes", "title", "updated_at", "version") VALUES (OLD."address", OLD."author_name", OLD."body", OLD."carrier_id", OLD."commune_id", OLD."confirmed_on", OLD."contact_email", OLD."contact_name", OLD."contact_phone", OLD."created_at", OLD."departement_id", OLD."ends_on", OLD."id", OLD."is_example", OLD."licence", OLD."links", OLD."origin", OLD."origin_key", OLD."origin_values", OLD."owner_id", OLD."partners", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'before_update\', OLD."id", OLD."phases", OLD."point", OLD."publics", OLD."published_at", OLD."qpv_id", OLD."region_id", OLD."reminded_on", OLD."scope", OLD."slug", OLD."source_name", OLD."source_url", OLD."starts_on", OLD."status", OLD."summary", OLD."themes", OLD."title", OLD."updated_at", OLD."version"); RETURN NULL;',
                    hash="fa2859fbdc4fbf47176b28e2f927f279915e1642",
                    operation="UPDATE",
                    pgid="pgtrigger_before_update_update_af4af",
                    table="initiatives_initiative",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            "initiative",
            Trigger(
                name="before_delete_delete",
                sql=UpsertTriggerSql(
                    func='INSERT INTO "initiatives_initiativeevent" ("address", "author_name", "body", "carrier_id", "commune_id", "confirmed_on", "contact_email", "contact_name", "contact_phone", "created_at", "departement_id", "ends_on", "id", "is_example", "licence", "links", "origin", "origin_key", "origin_values", "owner_id", "partners", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phases", "point", "publics", "published_at", "qpv_id", "region_id", "reminded_on", "scope", "slug", "source_name", "source_url", "starts_on", "status", "summary", "themes", "title", "updated_at", "version") VALUES (OLD."address", OLD."author_name", OLD."body", OLD."carrier_id", OLD."commune_id", OLD."confirmed_on", OLD."contact_email", OLD."contact_name", OLD."contact_phone", OLD."created_at", OLD."departement_id", OLD."ends_on", OLD."id", OLD."is_example", OLD."licence", OLD."links", OLD."origin", OLD."origin_key", OLD."origin_values", OLD."owner_id", OLD."partners", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'before_delete\', OLD."id", OLD."phases", OLD."point", OLD."publics", OLD."published_at", OLD."qpv_id", OLD."region_id", OLD."reminded_on", OLD."scope", OLD."slug", OLD."source_name", OLD."source_url", OLD."starts_on", OLD."status", OLD."summary", OLD."themes", OLD."title", OLD."updated_at", OLD."version"); RETURN NULL;',
                    hash="c52f2470b51c5818bc8938b7cf7720b08220804f",
                    operation="DELETE",
                    pgid="pgtrigger_before_delete_delete_2c7ab",
                    table="initiatives_initiative",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            "initiativeevent",
            Trigger(
                name="append_only",
                sql=UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="544453d262d74df340819f853e15eb2cd619b791",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_b9b01",
                    table="initiatives_initiativeevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.RunPython(add_themes, migrations.RunPython.noop),
        migrations.RunSQL(SQL, NO_SQL),
    ]
