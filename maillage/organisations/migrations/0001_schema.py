import uuid
from pathlib import Path

from django.conf import settings
from django.contrib.gis.db import models as gis
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import migrations, models
from django.db.models import Q
from django.db.models.functions import Now
from pghistory.utils import JSONField
from pgtrigger.compiler import Trigger, UpsertTriggerSql
from pgtrigger.migrations import AddTrigger

from maillage.core.tables import Tables

KINDS = "reseau accompagnement relais lieu chambre collectivite etat emploi ressources financeur club bailleur entreprise".split()
SQL = Path(__file__).with_suffix(".sql").read_text()
NO_SQL = """
DROP POLICY own_moderated_or_proven ON organisations_claim;
DROP POLICY rota_or_purpose ON organisations_callback;
ALTER TABLE organisations_banner DROP CONSTRAINT banner_reads_in_dark, DROP CONSTRAINT banner_reads_in_light;
DROP FUNCTION organisations_answers, organisations_taken_once, organisations_one_banner, organisations_reads, organisations_contrast,
    organisations_luminance, organisations_keep_network, organisations_check_network, organisations_keep_version CASCADE;
"""


class Migration(migrations.Migration):
    """Structures and their people; banners with their rota and their calls."""

    initial = True
    replaces = [
        ("organisations", "0001_initial"),
        ("organisations", "0002_structures"),
        ("organisations", "0003_versions_and_zones"),
        ("organisations", "0004_banners_calls_and_claims"),
        ("organisations", "0005_readable_colours_and_row_security"),
        ("organisations", "0006_updated_order"),
    ]
    dependencies = [("core", "0001_schema"), ("territories", "0001_schema"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        Tables(
            [
                migrations.CreateModel(
                    "Organisation",
                    [
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("name", models.CharField(max_length=200, verbose_name="nom")),
                        ("slug", models.SlugField(max_length=220, unique=True)),
                        (
                            "kinds",
                            ArrayField(
                                models.CharField(
                                    choices=[
                                        ("reseau", "Réseau"),
                                        ("accompagnement", "Structure d’accompagnement"),
                                        ("relais", "Relais de proximité"),
                                        ("lieu", "Lieu pour entreprendre"),
                                        ("chambre", "Chambre consulaire"),
                                        ("collectivite", "Collectivité"),
                                        ("etat", "Service de l’État"),
                                        ("emploi", "Service public de l’emploi"),
                                        ("ressources", "Centre de ressources"),
                                        ("financeur", "Financeur"),
                                        ("club", "Club d’entreprises"),
                                        ("bailleur", "Bailleur"),
                                        ("entreprise", "Entreprise"),
                                    ],
                                    max_length=100,
                                ),
                                blank=True,
                                db_default=[],
                                default=list,
                                verbose_name="nature",
                            ),
                        ),
                        ("siret", models.CharField(blank=True, max_length=14, verbose_name="SIRET")),
                        ("website", models.URLField(blank=True, max_length=500, verbose_name="site")),
                        ("description", models.TextField(blank=True, db_default="", default="", max_length=10000, verbose_name="présentation")),
                        ("commune", models.ForeignKey(blank=True, null=True, on_delete=models.PROTECT, related_name="+", to="territories.commune")),
                        ("nom_commune", models.CharField(blank=True, db_default="", default="", max_length=200, verbose_name="commune, comme écrite")),
                        ("code_postal", models.CharField(blank=True, db_default="", default="", max_length=5, verbose_name="code postal")),
                        ("adresse", models.CharField(blank=True, db_default="", default="", max_length=300, verbose_name="adresse")),
                        ("complement_adresse", models.CharField(blank=True, db_default="", default="", max_length=300, verbose_name="complément d’adresse")),
                        ("point", gis.PointField(blank=True, null=True, srid=4326)),
                        ("accessibilite_lieu", models.URLField(blank=True, db_default="", default="", max_length=500, verbose_name="page Accèslibre")),
                        ("zones", ArrayField(models.CharField(max_length=100), blank=True, db_default=[], default=list, verbose_name="territoires couverts")),
                        ("telephone", models.CharField(blank=True, db_default="", default="", max_length=50, verbose_name="téléphone")),
                        ("courriel", models.EmailField(blank=True, db_default="", default="", max_length=254, verbose_name="adresse e-mail")),
                        ("horaires_accueil", models.CharField(blank=True, db_default="", default="", max_length=500, verbose_name="horaires d’accueil")),
                        ("contacts", models.JSONField(blank=True, db_default=models.Value([], models.JSONField()), default=list, verbose_name="contacts")),
                        (
                            "reseaux_porteurs",
                            ArrayField(models.CharField(max_length=100), blank=True, db_default=[], default=list, verbose_name="réseaux porteurs"),
                        ),
                        ("logo", models.ImageField(blank=True, db_default="", default="", upload_to="logos/%Y/")),
                        ("verified_at", models.DateTimeField(blank=True, null=True, verbose_name="vérifiée le")),
                        ("verified_by", models.ForeignKey(blank=True, null=True, on_delete=models.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL)),
                        ("origin", models.CharField(blank=True, db_default="", default="", max_length=120, verbose_name="fichier d’origine")),
                        ("source", models.CharField(blank=True, db_default="", default="", max_length=120, verbose_name="source")),
                        ("source_key", models.CharField(blank=True, db_default="", default="", max_length=300, verbose_name="numéro dans la source")),
                        ("source_digest", models.CharField(blank=True, db_default="", default="", max_length=32, verbose_name="empreinte")),
                        ("lien_source", models.URLField(blank=True, db_default="", default="", max_length=2000, verbose_name="page chez le producteur")),
                        ("date_maj", models.DateField(blank=True, null=True, verbose_name="modifiée à la source le")),
                        (
                            "local_fields",
                            ArrayField(models.CharField(max_length=100), blank=True, db_default=[], default=list, verbose_name="champs modifiés ici"),
                        ),
                        ("gone_on", models.DateField(blank=True, null=True)),
                        ("closed_on", models.DateField(blank=True, null=True, verbose_name="fermée le")),
                        ("confirmed_on", models.DateField(blank=True, null=True, verbose_name="confirmée le")),
                        ("reminded_on", models.DateField(blank=True, null=True)),
                        ("is_example", models.BooleanField(default=False)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(db_default=Now(), editable=False)),
                        ("version", models.PositiveIntegerField(db_default=1, default=1, editable=False)),
                        ("networks", models.ManyToManyField(blank=True, related_name="affiliates", to="organisations.organisation", verbose_name="réseaux")),
                    ],
                    options={
                        "ordering": ["name", "pk"],
                        "indexes": [
                            GinIndex(OpClass(models.Func("name", function="maillage_plain"), name="gin_trgm_ops"), name="organisation_name_trigrams"),
                            GinIndex(fields=["zones"], name="organisation_zones"),
                            GinIndex(fields=["kinds"], name="organisation_kinds"),
                            models.Index(fields=["updated_at", "id"], name="organisation_updated"),
                            models.Index(condition=Q(("siret", ""), _negated=True), fields=["siret"], name="organisation_siret"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=Q(Q(("siret", ""), _negated=True), ("origin", "")), fields=("siret",), name="organisation_siret_once"
                            ),
                            models.UniqueConstraint(
                                condition=Q(("origin", ""), _negated=True), fields=("origin", "source_key"), name="organisation_origin_once"
                            ),
                            models.CheckConstraint(
                                condition=Q(("siret", ""), ("siret__regex", "^\\d{14}$"), _connector="OR"), name="organisation_siret_digits"
                            ),
                            models.CheckConstraint(condition=Q(("name", ""), _negated=True), name="organisation_name_given"),
                            models.CheckConstraint(condition=Q(("kinds__contained_by", KINDS)), name="organisation_kinds_known"),
                            models.CheckConstraint(
                                condition=Q(("code_postal", ""), ("code_postal__regex", "^\\d{5}$"), _connector="OR"), name="organisation_code_postal"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    "Banner",
                    [
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("slug", models.SlugField(max_length=60, unique=True)),
                        ("name", models.CharField(max_length=80, verbose_name="nom")),
                        ("motto", models.CharField(blank=True, max_length=200, verbose_name="en une phrase")),
                        ("welcome", models.TextField(blank=True, max_length=5000, verbose_name="texte d’accueil")),
                        ("legal", models.TextField(blank=True, max_length=20000, verbose_name="mentions légales")),
                        ("zones", ArrayField(models.CharField(max_length=10), blank=True, default=list, verbose_name="territoire")),
                        ("territory_name", models.CharField(blank=True, max_length=120, verbose_name="nom du territoire")),
                        ("lon", models.FloatField(editable=False, null=True)),
                        ("lat", models.FloatField(editable=False, null=True)),
                        ("radius_km", models.PositiveSmallIntegerField(editable=False, null=True)),
                        ("host", models.CharField(blank=True, max_length=253, verbose_name="nom de domaine")),
                        ("logo", models.ImageField(blank=True, upload_to="logos/%Y/")),
                        ("canal", models.CharField(default="#0b5563", max_length=7, verbose_name="couleur des liens et des boutons")),
                        ("brick", models.CharField(default="#a8432a", max_length=7, verbose_name="couleur de l’appel à l’action")),
                        ("canal_dark", models.CharField(default="#7cc7d6", max_length=7, verbose_name="couleur des liens, sur fond sombre")),
                        ("brick_dark", models.CharField(default="#f0a48e", max_length=7, verbose_name="couleur de l’appel à l’action, sur fond sombre")),
                        ("telephone", models.CharField(blank=True, max_length=20, verbose_name="téléphone")),
                        ("courriel", models.EmailField(blank=True, max_length=254, verbose_name="adresse e-mail")),
                        ("hours", models.CharField(blank=True, max_length=500, verbose_name="heures d’appel")),
                        (
                            "carrier",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=models.SET_NULL,
                                related_name="banners",
                                to="organisations.organisation",
                                verbose_name="portée par",
                            ),
                        ),
                        ("is_published", models.BooleanField(default=False, verbose_name="visible du public")),
                        ("is_example", models.BooleanField(default=False)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(db_default=Now(), editable=False)),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                        ("partners", models.ManyToManyField(blank=True, related_name="+", to="organisations.organisation", verbose_name="partenaires")),
                    ],
                    options={
                        "ordering": ["name", "pk"],
                        "constraints": [
                            models.UniqueConstraint(condition=Q(("host", ""), _negated=True), fields=("host",), name="banner_host_once"),
                            models.CheckConstraint(
                                condition=Q(("host", ""), ("host__regex", "^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$"), _connector="OR"), name="banner_host"
                            ),
                            models.CheckConstraint(condition=Q(("name", ""), _negated=True), name="banner_name_given"),
                            models.CheckConstraint(
                                condition=Q(("is_published", False), ("zones__len__gt", 0), _connector="OR"), name="banner_published_somewhere"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    "BannerEvent",
                    [
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("pgh_obj", models.ForeignKey(db_constraint=False, on_delete=models.DO_NOTHING, related_name="events", to="organisations.banner")),
                        ("pgh_context", JSONField(null=True)),
                        ("pgh_context_id", models.UUIDField(null=True)),
                        ("id", models.BigIntegerField()),
                        ("slug", models.SlugField(db_index=False, max_length=60)),
                        ("name", models.CharField(max_length=80, verbose_name="nom")),
                        ("motto", models.CharField(blank=True, max_length=200, verbose_name="en une phrase")),
                        ("welcome", models.TextField(blank=True, max_length=5000, verbose_name="texte d’accueil")),
                        ("legal", models.TextField(blank=True, max_length=20000, verbose_name="mentions légales")),
                        ("zones", ArrayField(models.CharField(max_length=10), blank=True, default=list, verbose_name="territoire")),
                        ("territory_name", models.CharField(blank=True, max_length=120, verbose_name="nom du territoire")),
                        ("lon", models.FloatField(editable=False, null=True)),
                        ("lat", models.FloatField(editable=False, null=True)),
                        ("radius_km", models.PositiveSmallIntegerField(editable=False, null=True)),
                        ("host", models.CharField(blank=True, max_length=253, verbose_name="nom de domaine")),
                        ("canal", models.CharField(default="#0b5563", max_length=7, verbose_name="couleur des liens et des boutons")),
                        ("brick", models.CharField(default="#a8432a", max_length=7, verbose_name="couleur de l’appel à l’action")),
                        ("canal_dark", models.CharField(default="#7cc7d6", max_length=7, verbose_name="couleur des liens, sur fond sombre")),
                        ("brick_dark", models.CharField(default="#f0a48e", max_length=7, verbose_name="couleur de l’appel à l’action, sur fond sombre")),
                        ("telephone", models.CharField(blank=True, max_length=20, verbose_name="téléphone")),
                        ("courriel", models.EmailField(blank=True, max_length=254, verbose_name="adresse e-mail")),
                        ("hours", models.CharField(blank=True, max_length=500, verbose_name="heures d’appel")),
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
                        ("is_published", models.BooleanField(default=False, verbose_name="visible du public")),
                        ("is_example", models.BooleanField(default=False)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(db_default=Now(), editable=False)),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                    ],
                ),
                migrations.CreateModel(
                    "Duty",
                    [
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("banner", models.ForeignKey(on_delete=models.CASCADE, related_name="duties", to="organisations.banner")),
                        ("user", models.ForeignKey(on_delete=models.CASCADE, related_name="duties", to=settings.AUTH_USER_MODEL)),
                        ("period", DateRangeField(verbose_name="jours")),
                        ("rank", models.PositiveSmallIntegerField(default=1, verbose_name="rang")),
                    ],
                    options={
                        "ordering": ["period", "rank", "pk"],
                        "constraints": [
                            ExclusionConstraint(expressions=[("banner", "="), ("rank", "="), ("period", "&&")], name="duty_one_person_at_a_time"),
                            ExclusionConstraint(expressions=[("banner", "="), ("user", "="), ("period", "&&")], name="duty_one_rank_each"),
                            models.CheckConstraint(condition=Q(("rank__range", (1, 9))), name="duty_rank"),
                            models.CheckConstraint(
                                condition=Q(("period__isempty", False), ("period__lower_inf", False), ("period__upper_inf", False)), name="duty_days"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    "CallBack",
                    [
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("banner", models.ForeignKey(blank=True, null=True, on_delete=models.SET_NULL, related_name="calls", to="organisations.banner")),
                        ("first_name", models.CharField(max_length=60, verbose_name="prénom")),
                        ("phone", models.CharField(max_length=20, verbose_name="téléphone")),
                        (
                            "moments",
                            ArrayField(
                                models.CharField(
                                    choices=[
                                        ("matin", "Le matin"),
                                        ("midi", "Entre midi et deux"),
                                        ("apres-midi", "L’après-midi"),
                                        ("soir", "En fin de journée"),
                                    ],
                                    max_length=20,
                                ),
                                blank=True,
                                default=list,
                                verbose_name="quand",
                            ),
                        ),
                        ("about", models.CharField(blank=True, max_length=500, verbose_name="à quel sujet")),
                        ("commune", models.ForeignKey(blank=True, null=True, on_delete=models.PROTECT, related_name="+", to="territories.commune")),
                        (
                            "status",
                            models.CharField(
                                choices=[("waiting", "À rappeler"), ("taken", "Pris"), ("called", "Rappelé"), ("unreached", "Injoignable")],
                                default="waiting",
                                max_length=10,
                                verbose_name="état",
                            ),
                        ),
                        ("due_at", models.DateTimeField()),
                        ("told", models.ForeignKey(blank=True, null=True, on_delete=models.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL)),
                        ("taken_by", models.ForeignKey(blank=True, null=True, on_delete=models.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL)),
                        ("taken_at", models.DateTimeField(blank=True, null=True)),
                        ("late_told_at", models.DateTimeField(blank=True, null=True)),
                        ("ended_at", models.DateTimeField(blank=True, null=True)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        "db_table_comment": "personal: to call someone back",
                        "indexes": [
                            models.Index(fields=["status", "due_at"], name="callback_due"),
                        ],
                        "constraints": [
                            models.CheckConstraint(condition=Q(("first_name", ""), _negated=True), name="callback_first_name_given"),
                            models.CheckConstraint(condition=Q(("phone__regex", "^\\+[0-9]{6,15}$")), name="callback_phone"),
                            models.CheckConstraint(
                                condition=Q(("moments__contained_by", ["matin", "midi", "apres-midi", "soir"])), name="callback_moments_known"
                            ),
                            models.CheckConstraint(
                                condition=Q(
                                    Q(("ended_at", None), ("status", "waiting"), ("taken_at", None), ("taken_by", None)),
                                    Q(("ended_at", None), ("status", "taken"), ("taken_at__isnull", False)),
                                    Q(("ended_at__isnull", False), ("status__in", ["called", "unreached"]), ("taken_at__isnull", False)),
                                    _connector="OR",
                                ),
                                name="callback_state_whole",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    "OrganisationEvent",
                    [
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        (
                            "pgh_obj",
                            models.ForeignKey(db_constraint=False, on_delete=models.DO_NOTHING, related_name="events", to="organisations.organisation"),
                        ),
                        ("pgh_context", JSONField(null=True)),
                        ("pgh_context_id", models.UUIDField(null=True)),
                        ("id", models.BigIntegerField()),
                        ("name", models.CharField(max_length=200, verbose_name="nom")),
                        ("slug", models.SlugField(db_index=False, max_length=220)),
                        (
                            "kinds",
                            ArrayField(
                                models.CharField(
                                    choices=[
                                        ("reseau", "Réseau"),
                                        ("accompagnement", "Structure d’accompagnement"),
                                        ("relais", "Relais de proximité"),
                                        ("lieu", "Lieu pour entreprendre"),
                                        ("chambre", "Chambre consulaire"),
                                        ("collectivite", "Collectivité"),
                                        ("etat", "Service de l’État"),
                                        ("emploi", "Service public de l’emploi"),
                                        ("ressources", "Centre de ressources"),
                                        ("financeur", "Financeur"),
                                        ("club", "Club d’entreprises"),
                                        ("bailleur", "Bailleur"),
                                        ("entreprise", "Entreprise"),
                                    ],
                                    max_length=100,
                                ),
                                blank=True,
                                db_default=[],
                                default=list,
                                verbose_name="nature",
                            ),
                        ),
                        ("siret", models.CharField(blank=True, max_length=14, verbose_name="SIRET")),
                        ("website", models.URLField(blank=True, max_length=500, verbose_name="site")),
                        ("description", models.TextField(blank=True, db_default="", default="", max_length=10000, verbose_name="présentation")),
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
                        ("nom_commune", models.CharField(blank=True, db_default="", default="", max_length=200, verbose_name="commune, comme écrite")),
                        ("code_postal", models.CharField(blank=True, db_default="", default="", max_length=5, verbose_name="code postal")),
                        ("adresse", models.CharField(blank=True, db_default="", default="", max_length=300, verbose_name="adresse")),
                        ("complement_adresse", models.CharField(blank=True, db_default="", default="", max_length=300, verbose_name="complément d’adresse")),
                        ("point", gis.PointField(blank=True, null=True, srid=4326)),
                        ("accessibilite_lieu", models.URLField(blank=True, db_default="", default="", max_length=500, verbose_name="page Accèslibre")),
                        ("zones", ArrayField(models.CharField(max_length=100), blank=True, db_default=[], default=list, verbose_name="territoires couverts")),
                        ("telephone", models.CharField(blank=True, db_default="", default="", max_length=50, verbose_name="téléphone")),
                        ("courriel", models.EmailField(blank=True, db_default="", default="", max_length=254, verbose_name="adresse e-mail")),
                        ("horaires_accueil", models.CharField(blank=True, db_default="", default="", max_length=500, verbose_name="horaires d’accueil")),
                        ("contacts", models.JSONField(blank=True, db_default=models.Value([], models.JSONField()), default=list, verbose_name="contacts")),
                        (
                            "reseaux_porteurs",
                            ArrayField(models.CharField(max_length=100), blank=True, db_default=[], default=list, verbose_name="réseaux porteurs"),
                        ),
                        ("verified_at", models.DateTimeField(blank=True, null=True, verbose_name="vérifiée le")),
                        (
                            "verified_by",
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
                        ("origin", models.CharField(blank=True, db_default="", default="", max_length=120, verbose_name="fichier d’origine")),
                        ("source", models.CharField(blank=True, db_default="", default="", max_length=120, verbose_name="source")),
                        ("source_key", models.CharField(blank=True, db_default="", default="", max_length=300, verbose_name="numéro dans la source")),
                        ("source_digest", models.CharField(blank=True, db_default="", default="", max_length=32, verbose_name="empreinte")),
                        ("lien_source", models.URLField(blank=True, db_default="", default="", max_length=2000, verbose_name="page chez le producteur")),
                        ("date_maj", models.DateField(blank=True, null=True, verbose_name="modifiée à la source le")),
                        (
                            "local_fields",
                            ArrayField(models.CharField(max_length=100), blank=True, db_default=[], default=list, verbose_name="champs modifiés ici"),
                        ),
                        ("gone_on", models.DateField(blank=True, null=True)),
                        ("closed_on", models.DateField(blank=True, null=True, verbose_name="fermée le")),
                        ("confirmed_on", models.DateField(blank=True, null=True, verbose_name="confirmée le")),
                        ("reminded_on", models.DateField(blank=True, null=True)),
                        ("is_example", models.BooleanField(default=False)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(db_default=Now(), editable=False)),
                        ("version", models.PositiveIntegerField(db_default=1, default=1, editable=False)),
                    ],
                ),
                migrations.CreateModel(
                    "Membership",
                    [
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("organisation", models.ForeignKey(on_delete=models.CASCADE, related_name="memberships", to="organisations.organisation")),
                        ("user", models.ForeignKey(on_delete=models.CASCADE, related_name="memberships", to=settings.AUTH_USER_MODEL)),
                        ("kind", models.CharField(choices=[("member", "Membre"), ("manager", "Responsable")], default="member", max_length=10)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("organisation", "user"), name="membership_once"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    "Claim",
                    [
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("proven_at", models.DateTimeField(null=True)),
                        ("organisation", models.ForeignKey(on_delete=models.CASCADE, related_name="claims", to="organisations.organisation")),
                        ("user", models.ForeignKey(on_delete=models.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL)),
                        ("email", models.EmailField(blank=True, max_length=254, verbose_name="adresse e-mail professionnelle")),
                        ("message", models.CharField(blank=True, max_length=1000, verbose_name="message")),
                        (
                            "status",
                            models.CharField(
                                choices=[("unproven", "Adresse à prouver"), ("waiting", "En attente"), ("accepted", "Acceptée"), ("refused", "Refusée")],
                                default="waiting",
                                max_length=10,
                            ),
                        ),
                        ("reason", models.CharField(blank=True, max_length=1000, verbose_name="raison")),
                        ("moderator", models.ForeignKey(blank=True, null=True, on_delete=models.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL)),
                        ("answered_at", models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        "db_table_comment": "personal: to know who speaks for a structure",
                        "constraints": [
                            models.UniqueConstraint(
                                condition=Q(("status__in", ["unproven", "waiting"])), fields=("organisation", "user"), name="claim_open_once"
                            ),
                            models.CheckConstraint(
                                condition=Q(
                                    Q(("answered_at", None), ("status__in", ["unproven", "waiting"])),
                                    Q(("answered_at__isnull", False), ("email", ""), ("status__in", ["accepted", "refused"])),
                                    _connector="OR",
                                ),
                                name="claim_answered_whole",
                            ),
                        ],
                    },
                ),
            ]
        ),
        AddTrigger(
            "organisation",
            Trigger(
                name="before_update_update",
                sql=UpsertTriggerSql(
                    condition='WHEN (OLD."accessibilite_lieu" IS DISTINCT FROM (NEW."accessibilite_lieu") OR OLD."adresse" IS DISTINCT FROM (NEW."adresse") OR OLD."closed_on" IS DISTINCT FROM (NEW."closed_on") OR OLD."code_postal" IS DISTINCT FROM (NEW."code_postal") OR OLD."commune_id" IS DISTINCT FROM (NEW."commune_id") OR OLD."complement_adresse" IS DISTINCT FROM (NEW."complement_adresse") OR OLD."confirmed_on" IS DISTINCT FROM (NEW."confirmed_on") OR OLD."contacts" IS DISTINCT FROM (NEW."contacts") OR OLD."courriel" IS DISTINCT FROM (NEW."courriel") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."date_maj" IS DISTINCT FROM (NEW."date_maj") OR OLD."description" IS DISTINCT FROM (NEW."description") OR OLD."gone_on" IS DISTINCT FROM (NEW."gone_on") OR OLD."horaires_accueil" IS DISTINCT FROM (NEW."horaires_accueil") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_example" IS DISTINCT FROM (NEW."is_example") OR OLD."kinds" IS DISTINCT FROM (NEW."kinds") OR OLD."lien_source" IS DISTINCT FROM (NEW."lien_source") OR OLD."local_fields" IS DISTINCT FROM (NEW."local_fields") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."nom_commune" IS DISTINCT FROM (NEW."nom_commune") OR OLD."origin" IS DISTINCT FROM (NEW."origin") OR OLD."point" IS DISTINCT FROM (NEW."point") OR OLD."reminded_on" IS DISTINCT FROM (NEW."reminded_on") OR OLD."reseaux_porteurs" IS DISTINCT FROM (NEW."reseaux_porteurs") OR OLD."siret" IS DISTINCT FROM (NEW."siret") OR OLD."slug" IS DISTINCT FROM (NEW."slug") OR OLD."source" IS DISTINCT FROM (NEW."source") OR OLD."source_digest" IS DISTINCT FROM (NEW."source_digest") OR OLD."source_key" IS DISTINCT FROM (NEW."source_key") OR OLD."telephone" IS DISTINCT FROM (NEW."telephone") OR OLD."updated_at" IS DISTINCT FROM (NEW."updated_at") OR OLD."verified_at" IS DISTINCT FROM (NEW."verified_at") OR OLD."verified_by_id" IS DISTINCT FROM (NEW."verified_by_id") OR OLD."version" IS DISTINCT FROM (NEW."version") OR OLD."website" IS DISTINCT FROM (NEW."website") OR OLD."zones" IS DISTINCT FROM (NEW."zones"))',
                    func='INSERT INTO "organisations_organisationevent" ("accessibilite_lieu", "adresse", "closed_on", "code_postal", "commune_id", "complement_adresse", "confirmed_on", "contacts", "courriel", "created_at", "date_maj", "description", "gone_on", "horaires_accueil", "id", "is_example", "kinds", "lien_source", "local_fields", "name", "nom_commune", "origin", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "point", "reminded_on", "reseaux_porteurs", "siret", "slug", "source", "source_digest", "source_key", "telephone", "updated_at", "verified_at", "verified_by_id", "version", "website", "zones") VALUES (OLD."accessibilite_lieu", OLD."adresse", OLD."closed_on", OLD."code_postal", OLD."commune_id", OLD."complement_adresse", OLD."confirmed_on", OLD."contacts", OLD."courriel", OLD."created_at", OLD."date_maj", OLD."description", OLD."gone_on", OLD."horaires_accueil", OLD."id", OLD."is_example", OLD."kinds", OLD."lien_source", OLD."local_fields", OLD."name", OLD."nom_commune", OLD."origin", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'before_update\', OLD."id", OLD."point", OLD."reminded_on", OLD."reseaux_porteurs", OLD."siret", OLD."slug", OLD."source", OLD."source_digest", OLD."source_key", OLD."telephone", OLD."updated_at", OLD."verified_at", OLD."verified_by_id", OLD."version", OLD."website", OLD."zones"); RETURN NULL;',
                    hash="a15ad3b08ee07e85a50236985050af5bee28fd6e",
                    operation="UPDATE",
                    pgid="pgtrigger_before_update_update_f643b",
                    table="organisations_organisation",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            "organisation",
            Trigger(
                name="before_delete_delete",
                sql=UpsertTriggerSql(
                    func='INSERT INTO "organisations_organisationevent" ("accessibilite_lieu", "adresse", "closed_on", "code_postal", "commune_id", "complement_adresse", "confirmed_on", "contacts", "courriel", "created_at", "date_maj", "description", "gone_on", "horaires_accueil", "id", "is_example", "kinds", "lien_source", "local_fields", "name", "nom_commune", "origin", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "point", "reminded_on", "reseaux_porteurs", "siret", "slug", "source", "source_digest", "source_key", "telephone", "updated_at", "verified_at", "verified_by_id", "version", "website", "zones") VALUES (OLD."accessibilite_lieu", OLD."adresse", OLD."closed_on", OLD."code_postal", OLD."commune_id", OLD."complement_adresse", OLD."confirmed_on", OLD."contacts", OLD."courriel", OLD."created_at", OLD."date_maj", OLD."description", OLD."gone_on", OLD."horaires_accueil", OLD."id", OLD."is_example", OLD."kinds", OLD."lien_source", OLD."local_fields", OLD."name", OLD."nom_commune", OLD."origin", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'before_delete\', OLD."id", OLD."point", OLD."reminded_on", OLD."reseaux_porteurs", OLD."siret", OLD."slug", OLD."source", OLD."source_digest", OLD."source_key", OLD."telephone", OLD."updated_at", OLD."verified_at", OLD."verified_by_id", OLD."version", OLD."website", OLD."zones"); RETURN NULL;',
                    hash="798cae4069e1e6554fd5a3b4dbb06f7091df4592",
                    operation="DELETE",
                    pgid="pgtrigger_before_delete_delete_536f7",
                    table="organisations_organisation",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            "banner",
            Trigger(
                name="before_update_update",
                sql=UpsertTriggerSql(
                    condition='WHEN (OLD."brick" IS DISTINCT FROM (NEW."brick") OR OLD."brick_dark" IS DISTINCT FROM (NEW."brick_dark") OR OLD."canal" IS DISTINCT FROM (NEW."canal") OR OLD."canal_dark" IS DISTINCT FROM (NEW."canal_dark") OR OLD."carrier_id" IS DISTINCT FROM (NEW."carrier_id") OR OLD."courriel" IS DISTINCT FROM (NEW."courriel") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."host" IS DISTINCT FROM (NEW."host") OR OLD."hours" IS DISTINCT FROM (NEW."hours") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_example" IS DISTINCT FROM (NEW."is_example") OR OLD."is_published" IS DISTINCT FROM (NEW."is_published") OR OLD."lat" IS DISTINCT FROM (NEW."lat") OR OLD."legal" IS DISTINCT FROM (NEW."legal") OR OLD."lon" IS DISTINCT FROM (NEW."lon") OR OLD."motto" IS DISTINCT FROM (NEW."motto") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."radius_km" IS DISTINCT FROM (NEW."radius_km") OR OLD."slug" IS DISTINCT FROM (NEW."slug") OR OLD."telephone" IS DISTINCT FROM (NEW."telephone") OR OLD."territory_name" IS DISTINCT FROM (NEW."territory_name") OR OLD."updated_at" IS DISTINCT FROM (NEW."updated_at") OR OLD."version" IS DISTINCT FROM (NEW."version") OR OLD."welcome" IS DISTINCT FROM (NEW."welcome") OR OLD."zones" IS DISTINCT FROM (NEW."zones"))',
                    func='INSERT INTO "organisations_bannerevent" ("brick", "brick_dark", "canal", "canal_dark", "carrier_id", "courriel", "created_at", "host", "hours", "id", "is_example", "is_published", "lat", "legal", "lon", "motto", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "radius_km", "slug", "telephone", "territory_name", "updated_at", "version", "welcome", "zones") VALUES (OLD."brick", OLD."brick_dark", OLD."canal", OLD."canal_dark", OLD."carrier_id", OLD."courriel", OLD."created_at", OLD."host", OLD."hours", OLD."id", OLD."is_example", OLD."is_published", OLD."lat", OLD."legal", OLD."lon", OLD."motto", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'before_update\', OLD."id", OLD."radius_km", OLD."slug", OLD."telephone", OLD."territory_name", OLD."updated_at", OLD."version", OLD."welcome", OLD."zones"); RETURN NULL;',
                    hash="1f9e514187033669c12ab936c527994d6a96ceb3",
                    operation="UPDATE",
                    pgid="pgtrigger_before_update_update_3e0df",
                    table="organisations_banner",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            "banner",
            Trigger(
                name="before_delete_delete",
                sql=UpsertTriggerSql(
                    func='INSERT INTO "organisations_bannerevent" ("brick", "brick_dark", "canal", "canal_dark", "carrier_id", "courriel", "created_at", "host", "hours", "id", "is_example", "is_published", "lat", "legal", "lon", "motto", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "radius_km", "slug", "telephone", "territory_name", "updated_at", "version", "welcome", "zones") VALUES (OLD."brick", OLD."brick_dark", OLD."canal", OLD."canal_dark", OLD."carrier_id", OLD."courriel", OLD."created_at", OLD."host", OLD."hours", OLD."id", OLD."is_example", OLD."is_published", OLD."lat", OLD."legal", OLD."lon", OLD."motto", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'before_delete\', OLD."id", OLD."radius_km", OLD."slug", OLD."telephone", OLD."territory_name", OLD."updated_at", OLD."version", OLD."welcome", OLD."zones"); RETURN NULL;',
                    hash="ed97fc4f6a6be770239a17e94aacfe10e0dd99a7",
                    operation="DELETE",
                    pgid="pgtrigger_before_delete_delete_a37f3",
                    table="organisations_banner",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            "bannerevent",
            Trigger(
                name="append_only",
                sql=UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="4a48ade7b6bb72e18fbdcdef66e06c853f4e9d4a",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_bcc15",
                    table="organisations_bannerevent",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            "organisationevent",
            Trigger(
                name="append_only",
                sql=UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="13eb6e28966182a08694bfb06589ddaadb2672fe",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_c38e9",
                    table="organisations_organisationevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.RunSQL(SQL, NO_SQL),
    ]
