import uuid
from pathlib import Path

from data_inclusion.schema import v1
from django.conf import settings
from django.contrib.gis.db import models as gis
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, GistIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import migrations, models
from django.db.models import F, Q
from pghistory.utils import JSONField
from pgtrigger.compiler import Trigger, UpsertTriggerSql
from pgtrigger.migrations import AddTrigger

from maillage.core.tables import Tables

PHASES = ["idee", "amorcage", "creation", "developpement"]
KINDS = [
    "accueil", "diagnostic", "accompagnement", "groupe", "formation", "financement", "hebergement", "test",
]  # fmt: skip
# brake → the themes that lift it, by the start of their code
BRAKES = {
    "mobilite": "mobilite--",
    "garde-enfant": "famille--garde-denfants",
    "logement": "logement-hebergement--",
    "sante": "sante--",
    "langue": "lecture-ecriture-calcul--",
    "numerique": "numerique--",
    "administratif": "difficultes-administratives-ou-juridiques--",
    "financier": "difficultes-financieres--",
}
# theme → mask of phases
PHASES_OF = {
    "creer-une-entreprise--definir-son-projet-de-creation-dentreprise": 0b0011,
    "creer-une-entreprise--structurer-son-projet-de-creation-dentreprise": 0b0110,
    "creer-une-entreprise--developper-son-entreprise": 0b1000,
}


def terms(Term):
    """Every term of every vocabulary, numbered in its own order."""
    categories = [category.value for category in v1.Categorie]
    for vocabulary, codes in (("phase", PHASES), ("kind", KINDS), ("brake", list(BRAKES))):
        for number, code in enumerate(codes):
            yield Term(vocabulary=vocabulary, code=code, number=number, label=code)
    for vocabulary, source in (("public", v1.Public), ("category", v1.Categorie)):
        for number, term in enumerate(source):
            yield Term(vocabulary=vocabulary, code=term.value, number=number, label=term.label)
    for number, theme in enumerate(v1.Thematique):
        yield Term(
            vocabulary="theme",
            code=theme.value,
            number=number,
            label=theme.label,
            category=categories.index(theme.value.partition("--")[0]),
            brake=next((n for n, start in enumerate(BRAKES.values()) if theme.value.startswith(start)), None),
            phases=PHASES_OF.get(theme.value, 0),
        )
    for number, code in enumerate(LANGUAGES):
        yield Term(vocabulary="language", code=code, number=number, label=code)


def add_terms(apps, schema_editor):
    Term = apps.get_model("offers", "Term")
    Term.objects.using(schema_editor.connection.alias).bulk_create(terms(Term))


PUBLICS = """
    tous-publics actifs beneficiaires-des-minimas-sociaux demandeurs-emploi etudiants familles femmes jeunes personnes-en-situation-de-handicap
    personnes-en-situation-durgence personnes-en-situation-juridique-specifique personnes-exilees residents-qpv-frr seniors
""".split()
SECTORS = "commerce alimentation artisanat batiment transport services numerique culture agriculture ess".split()
FINANCINGS = "microcredit pret-honneur garantie subvention prime financement-participatif exoneration allocation".split()
THEMES = """
    choisir-un-metier--confirmer-son-choix-de-metier choisir-un-metier--connaitre-les-opportunites-demploi
    choisir-un-metier--decouvrir-un-metier-ou-un-secteur-dactivite choisir-un-metier--identifier-ses-points-forts-et-ses-competences
    creer-une-entreprise--definir-son-projet-de-creation-dentreprise creer-une-entreprise--developper-son-entreprise
    creer-une-entreprise--structurer-son-projet-de-creation-dentreprise
    difficultes-administratives-ou-juridiques--accompagnement-aux-demarches-administratives
    difficultes-administratives-ou-juridiques--accompagnement-pour-lacces-a-la-citoyennete
    difficultes-administratives-ou-juridiques--accompagnement-pour-lacces-aux-droits
    difficultes-administratives-ou-juridiques--beneficier-dune-mesure-daccompagnement-adapte
    difficultes-administratives-ou-juridiques--connaitre-ses-droits-face-a-une-discrimination
    difficultes-administratives-ou-juridiques--prendre-en-compte-une-problematique-judiciaire difficultes-financieres--acquerir-une-autonomie-budgetaire
    difficultes-financieres--ameliorer-sa-gestion-budgetaire difficultes-financieres--mettre-en-place-une-mesure-de-protection-financiere
    difficultes-financieres--prevenir-une-degradation-de-la-situation-financiere difficultes-financieres--situation-dendettement-surendettement
    equipement-et-alimentation--aide-menagere equipement-et-alimentation--alimentation equipement-et-alimentation--electromenager
    equipement-et-alimentation--habillement famille--garde-denfants famille--prise-en-charge-personne-dependante
    famille--soutien-a-la-parentalite-et-a-leducation famille--soutien-aidants famille--surmonter-conflits-separation-violence
    lecture-ecriture-calcul--maitriser-le-calcul lecture-ecriture-calcul--maitriser-le-francais logement-hebergement--acheter-un-logement
    logement-hebergement--changer-de-logement logement-hebergement--louer-un-logement
    logement-hebergement--rechercher-une-solution-dhebergement-temporaire logement-hebergement--reduire-les-impayes-de-loyer
    logement-hebergement--se-maintenir-dans-le-logement logement-hebergement--sinformer-sur-les-demarches-liees-a-lacces-au-logement
    mobilite--acceder-a-un-vehicule mobilite--entretenir-reparer-son-vehicule mobilite--etre-accompagne-dans-son-parcours-mobilite
    mobilite--financer-ma-mobilite mobilite--preparer-un-permis mobilite--mobilite-douce-partagee-collective numerique--acceder-a-des-services-en-ligne
    numerique--acceder-a-une-connexion-internet numerique--acquerir-un-equipement numerique--maitriser-les-fondamentaux-du-numerique
    preparer-sa-candidature--developper-son-reseau preparer-sa-candidature--organiser-ses-demarches-de-recherche-demploi
    preparer-sa-candidature--realiser-un-cv-et-ou-une-lettre-de-motivation preparer-sa-candidature--valoriser-ses-competences
    remobilisation--activites-sportives-et-culturelles remobilisation--benevolat-action-citoyenne remobilisation--bien-etre-confiance-en-soi
    remobilisation--lien-social sante--acces-aux-soins sante--addictions sante--constituer-un-dossier-mdph-invalidite sante--sante-mentale
    sante--sante-sexuelle se-former--monter-son-dossier-de-formation se-former--trouver-sa-formation
    souvrir-a-linternational--connaitre-les-opportunites-demploi-a-letranger souvrir-a-linternational--sinformer-sur-les-aides-pour-travailler-a-letranger
    souvrir-a-linternational--sorganiser-suite-a-son-retour-en-france trouver-un-emploi--convaincre-un-recruteur-en-entretien
    trouver-un-emploi--faire-des-candidatures-spontanees trouver-un-emploi--maintien-dans-lemploi trouver-un-emploi--repondre-a-des-offres-demploi
    trouver-un-emploi--suivre-ses-candidatures-et-relancer-les-employeurs
""".split()
LANGUAGES = "fr en ar bm ber es ff fsl ku ln pt ro ru snk ta tr uk wo zh".split()
FINDINGS = """
    stale duplicate hours dead-link point-outside point-elsewhere unreachable gone siret-missing siret-wrong siret-closed structure-unknown
""".split()
SQL = Path(__file__).with_suffix(".sql").read_text()
NO_SQL = """
DROP POLICY answering ON offers_errorreport;
DROP FUNCTION offers_answers_for, offers_keep_search_of_structure, offers_keep_search_of_moved_permanences, offers_keep_search_of_permanences,
    offers_keep_search, offers_keep_finder, offers_refresh_search, offers_finder_codes, offers_packed, offers_keep_version CASCADE;
"""


class Migration(migrations.Migration):
    """Services in data·inclusion's shape, their permanences, financing, what the finder ranks and what does not hold together."""

    initial = True
    replaces = [
        ("offers", "0001_initial"),
        ("offers", "0002_terms_versions_and_search"),
        ("offers", "0003_quality"),
        ("offers", "0004_finder"),
        ("offers", "0005_finder_row"),
        ("offers", "0006_service_names"),
        ("offers", "0007_finder_business"),
        ("offers", "0008_finder_codes"),
        ("offers", "0009_finder_categories"),
    ]
    dependencies = [("organisations", "0001_schema"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        Tables(
            [
                migrations.CreateModel(
                    "Financing",
                    [
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("slug", models.SlugField(max_length=120, unique=True)),
                        ("nom", models.CharField(max_length=150, verbose_name="nom")),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("microcredit", "Microcrédit"),
                                    ("pret-honneur", "Prêt d’honneur"),
                                    ("garantie", "Garantie"),
                                    ("subvention", "Subvention"),
                                    ("prime", "Prime"),
                                    ("financement-participatif", "Financement participatif"),
                                    ("exoneration", "Exonération de charges"),
                                    ("allocation", "Maintien ou versement d’allocations"),
                                ],
                                max_length=30,
                                verbose_name="nature",
                            ),
                        ),
                        ("description", models.TextField(max_length=5000, verbose_name="description")),
                        (
                            "structure",
                            models.ForeignKey(blank=True, null=True, on_delete=models.PROTECT, related_name="financings", to="organisations.organisation"),
                        ),
                        ("link", models.URLField(blank=True, max_length=500, verbose_name="en savoir plus")),
                        ("amount_min", models.PositiveIntegerField(blank=True, null=True, verbose_name="montant minimum, en euros")),
                        ("amount_max", models.PositiveIntegerField(blank=True, null=True, verbose_name="montant maximum, en euros")),
                        ("conditions", models.TextField(blank=True, max_length=2000, verbose_name="autres conditions")),
                        ("phases", ArrayField(models.CharField(max_length=100), blank=True, default=list, verbose_name="étapes")),
                        ("statuses", ArrayField(models.CharField(max_length=100), blank=True, default=list, verbose_name="situations")),
                        ("publics", ArrayField(models.CharField(max_length=100), blank=True, default=list, verbose_name="publics")),
                        ("sectors", ArrayField(models.CharField(max_length=100), blank=True, default=list, verbose_name="secteurs")),
                        ("excluded_sectors", ArrayField(models.CharField(max_length=100), blank=True, default=list, verbose_name="secteurs exclus")),
                        ("age_min", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="âge minimum")),
                        ("age_max", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="âge maximum")),
                        (
                            "qpv",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("", "sans condition de quartier"),
                                    ("habiter", "habiter un quartier prioritaire"),
                                    ("implanter", "s’implanter dans un quartier prioritaire"),
                                    ("habiter-ou-implanter", "habiter un quartier prioritaire ou s’y implanter"),
                                ],
                                max_length=24,
                                verbose_name="quartier prioritaire",
                            ),
                        ),
                        ("zones", ArrayField(models.CharField(max_length=100), blank=True, default=list, verbose_name="territoires")),
                        ("starts_on", models.DateField(blank=True, null=True, verbose_name="à partir du")),
                        ("ends_on", models.DateField(blank=True, null=True, verbose_name="jusqu’au")),
                        ("source_key", models.CharField(blank=True, max_length=120)),
                        ("source_url", models.URLField(blank=True, max_length=500, verbose_name="source de la règle")),
                        ("confirmed_on", models.DateField(blank=True, null=True, verbose_name="confirmé le")),
                        ("is_example", models.BooleanField(default=False)),
                        (
                            "status",
                            models.CharField(
                                choices=[("draft", "Brouillon"), ("published", "Publié"), ("withdrawn", "Retiré")],
                                default="draft",
                                max_length=12,
                                verbose_name="état",
                            ),
                        ),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(condition=Q(("source_key", ""), _negated=True), fields=("source_key",), name="financing_source_once"),
                            models.CheckConstraint(
                                condition=Q(("amount_min__isnull", True), ("amount_max__isnull", True), ("amount_max__gte", F("amount_min")), _connector="OR"),
                                name="financing_amounts_in_order",
                            ),
                            models.CheckConstraint(
                                condition=Q(("age_min__isnull", True), ("age_max__isnull", True), ("age_max__gte", F("age_min")), _connector="OR"),
                                name="financing_ages_in_order",
                            ),
                            models.CheckConstraint(
                                condition=Q(("starts_on__isnull", True), ("ends_on__isnull", True), ("ends_on__gte", F("starts_on")), _connector="OR"),
                                name="financing_days_in_order",
                            ),
                            models.CheckConstraint(
                                condition=Q(("phases__contained_by", ["idee", "amorcage", "creation", "developpement"])), name="financing_phases_known"
                            ),
                            models.CheckConstraint(condition=Q(("publics__contained_by", PUBLICS)), name="financing_publics_known"),
                            models.CheckConstraint(
                                condition=Q(
                                    (
                                        "statuses__contained_by",
                                        ["demandeur-emploi", "minima-sociaux", "salarie", "independant", "etudiant", "sans-activite", "retraite"],
                                    )
                                ),
                                name="financing_statuses_known",
                            ),
                            models.CheckConstraint(condition=Q(("sectors__contained_by", SECTORS)), name="financing_sectors_known"),
                            models.CheckConstraint(condition=Q(("excluded_sectors__contained_by", SECTORS)), name="financing_excluded_known"),
                            models.CheckConstraint(condition=Q(("kind__in", FINANCINGS)), name="financing_kind_known"),
                            models.CheckConstraint(condition=Q(("qpv__in", ["", "habiter", "implanter", "habiter-ou-implanter"])), name="financing_qpv_known"),
                            models.CheckConstraint(condition=Q(("status__in", ["draft", "published", "withdrawn"])), name="financing_status_known"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    "Service",
                    [
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("slug", models.SlugField(max_length=120, unique=True)),
                        (
                            "structure",
                            models.ForeignKey(on_delete=models.PROTECT, related_name="services", to="organisations.organisation", verbose_name="structure"),
                        ),
                        ("nom", models.CharField(max_length=150, verbose_name="nom")),
                        ("description", models.TextField(max_length=10000, verbose_name="description")),
                        ("lien_source", models.URLField(blank=True, max_length=2000, verbose_name="page chez le producteur")),
                        ("date_maj", models.DateField(verbose_name="modifié le")),
                        ("type", models.CharField(blank=True, max_length=40, verbose_name="type de service")),
                        ("thematiques", ArrayField(models.CharField(max_length=100), blank=True, default=list, verbose_name="thématiques")),
                        ("frais", models.CharField(blank=True, max_length=20, verbose_name="frais")),
                        ("frais_precisions", models.TextField(blank=True, max_length=2000, verbose_name="précisions sur les frais")),
                        ("publics", ArrayField(models.CharField(max_length=100), blank=True, default=list, verbose_name="publics")),
                        ("publics_precisions", models.TextField(blank=True, max_length=2000, verbose_name="précisions sur les publics")),
                        ("conditions_acces", models.TextField(blank=True, max_length=5000, verbose_name="conditions d’accès")),
                        ("nom_commune", models.CharField(blank=True, max_length=200, verbose_name="commune, comme écrite")),
                        ("code_postal", models.CharField(blank=True, max_length=5, verbose_name="code postal")),
                        ("commune", models.ForeignKey(blank=True, null=True, on_delete=models.PROTECT, related_name="services", to="territories.commune")),
                        ("adresse", models.CharField(blank=True, max_length=300, verbose_name="adresse")),
                        ("complement_adresse", models.CharField(blank=True, max_length=300, verbose_name="complément d’adresse")),
                        ("point", gis.PointField(blank=True, null=True, srid=4326)),
                        ("telephone", models.CharField(blank=True, max_length=50, verbose_name="téléphone")),
                        ("courriel", models.EmailField(blank=True, max_length=254, verbose_name="adresse e-mail")),
                        ("contact_nom_prenom", models.CharField(blank=True, max_length=200, verbose_name="contact")),
                        ("modes_accueil", ArrayField(models.CharField(max_length=100), blank=True, default=list, verbose_name="modes d’accueil")),
                        ("zone_eligibilite", ArrayField(models.CharField(max_length=9), blank=True, default=list, verbose_name="zone d’éligibilité")),
                        ("lien_mobilisation", models.URLField(blank=True, max_length=2000, verbose_name="lien pour s’inscrire")),
                        ("modes_mobilisation", ArrayField(models.CharField(max_length=100), blank=True, default=list, verbose_name="comment s’y prendre")),
                        ("mobilisable_par", ArrayField(models.CharField(max_length=100), blank=True, default=list, verbose_name="qui peut demander")),
                        ("mobilisation_precisions", models.TextField(blank=True, max_length=5000, verbose_name="précisions pour demander")),
                        ("volume_horaire_hebdomadaire", models.FloatField(blank=True, null=True, verbose_name="heures par semaine")),
                        ("nombre_semaines", models.PositiveIntegerField(blank=True, null=True, verbose_name="nombre de semaines")),
                        ("horaires_accueil", models.CharField(blank=True, max_length=1000, verbose_name="horaires d’accueil")),
                        ("score_qualite", models.FloatField(editable=False, null=True)),
                        (
                            "kind",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("accueil", "Accueil et orientation"),
                                    ("diagnostic", "Diagnostic du projet"),
                                    ("accompagnement", "Accompagnement individuel"),
                                    ("groupe", "Groupe ou promotion"),
                                    ("formation", "Formation"),
                                    ("financement", "Financement"),
                                    ("hebergement", "Hébergement d’entreprise"),
                                    ("test", "Test d’activité"),
                                ],
                                max_length=20,
                                verbose_name="nature",
                            ),
                        ),
                        ("phases", ArrayField(models.CharField(max_length=100), blank=True, default=list, verbose_name="étapes")),
                        ("languages", ArrayField(models.CharField(max_length=100), blank=True, default=list, verbose_name="langues parlées")),
                        ("accessibility", ArrayField(models.CharField(max_length=100), blank=True, default=list, verbose_name="accessibilité")),
                        ("qpv_only", models.BooleanField(default=False, verbose_name="réservé aux quartiers prioritaires")),
                        ("qpv_codes", ArrayField(models.CharField(max_length=10), blank=True, default=list, verbose_name="quartiers servis")),
                        ("capacity", models.PositiveIntegerField(blank=True, null=True, verbose_name="personnes suivies à la fois")),
                        ("places_left", models.PositiveIntegerField(blank=True, null=True, verbose_name="places libres")),
                        ("delay_days", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="jours avant un premier rendez-vous")),
                        ("origin", models.CharField(blank=True, max_length=120)),
                        ("source", models.CharField(blank=True, max_length=120, verbose_name="source")),
                        ("source_key", models.CharField(blank=True, max_length=300)),
                        ("source_digest", models.CharField(blank=True, max_length=32)),
                        ("local_fields", ArrayField(models.CharField(max_length=100), blank=True, default=list, editable=False)),
                        ("gone_on", models.DateField(blank=True, null=True)),
                        ("owner", models.ForeignKey(blank=True, null=True, on_delete=models.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL)),
                        (
                            "status",
                            models.CharField(
                                choices=[("draft", "Brouillon"), ("published", "Publié"), ("withdrawn", "Retiré")],
                                default="draft",
                                max_length=12,
                                verbose_name="état",
                            ),
                        ),
                        ("confirmed_on", models.DateField(blank=True, null=True, verbose_name="confirmé le")),
                        ("reminded_on", models.DateField(blank=True, null=True)),
                        ("is_example", models.BooleanField(default=False)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField()),
                        ("version", models.PositiveIntegerField(default=1)),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["structure"], name="service_structure"),
                            GistIndex(fields=["point"], name="service_point"),
                            models.Index(fields=["updated_at", "id"], name="service_updated"),
                            models.Index(condition=Q(("gone_on__isnull", True), ("status", "published")), fields=["nom", "id"], name="service_public_names"),
                            models.Index(
                                condition=Q(("gone_on__isnull", True), ("status", "published")), fields=["created_at", "id"], name="service_public_news"
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(condition=Q(("origin", ""), _negated=True), fields=("origin", "source_key"), name="service_origin_once"),
                            models.CheckConstraint(condition=Q(("nom__regex", "^.{3,}$")), name="service_nom_given"),
                            models.CheckConstraint(condition=Q(("description__regex", "^(.|\\n){5,}$")), name="service_description_given"),
                            models.CheckConstraint(
                                condition=Q(("type__in", ["", "accompagnement", "aide-financiere", "aide-materielle", "atelier", "formation", "information"])),
                                name="service_type_known",
                            ),
                            models.CheckConstraint(condition=Q(("frais__in", ["", "gratuit", "payant"])), name="service_frais_known"),
                            models.CheckConstraint(
                                condition=Q(
                                    ("kind__in", ["", "accueil", "diagnostic", "accompagnement", "groupe", "formation", "financement", "hebergement", "test"])
                                ),
                                name="service_kind_known",
                            ),
                            models.CheckConstraint(condition=Q(("status__in", ["draft", "published", "withdrawn"])), name="service_status_known"),
                            models.CheckConstraint(condition=Q(("thematiques__contained_by", THEMES)), name="service_thematiques_known"),
                            models.CheckConstraint(condition=Q(("publics__contained_by", PUBLICS)), name="service_publics_known"),
                            models.CheckConstraint(
                                condition=Q(("modes_accueil__contained_by", ["a-distance", "en-presentiel"])), name="service_modes_accueil_known"
                            ),
                            models.CheckConstraint(
                                condition=Q(
                                    ("modes_mobilisation__contained_by", ["envoyer-un-courriel", "se-presenter", "telephoner", "utiliser-lien-mobilisation"])
                                ),
                                name="service_mobilisation_known",
                            ),
                            models.CheckConstraint(
                                condition=Q(("mobilisable_par__contained_by", ["usagers", "professionnels"])), name="service_personnes_known"
                            ),
                            models.CheckConstraint(
                                condition=Q(("phases__contained_by", ["idee", "amorcage", "creation", "developpement"])), name="service_phases_known"
                            ),
                            models.CheckConstraint(condition=Q(("languages__contained_by", LANGUAGES)), name="service_languages_known"),
                            models.CheckConstraint(
                                condition=Q(("accessibility__contained_by", ["fauteuil", "boucle-magnetique", "lsf", "falc", "braille", "calme"])),
                                name="service_accessibility_known",
                            ),
                            models.CheckConstraint(
                                condition=Q(Q(("publics__contains", ["tous-publics"]), _negated=True), ("publics__len", 1), _connector="OR"),
                                name="service_tous_publics_alone",
                            ),
                            models.CheckConstraint(
                                condition=Q(("code_postal", ""), ("code_postal__regex", "^\\d{5}$"), _connector="OR"), name="service_code_postal"
                            ),
                            models.CheckConstraint(
                                condition=Q(("places_left__isnull", True), ("capacity__isnull", True), ("places_left__lte", F("capacity")), _connector="OR"),
                                name="service_places_within_capacity",
                            ),
                            models.CheckConstraint(
                                condition=Q(("score_qualite__isnull", True), ("score_qualite__range", (0, 1)), _connector="OR"), name="service_score_share"
                            ),
                            models.CheckConstraint(
                                condition=Q(("volume_horaire_hebdomadaire__isnull", True), ("volume_horaire_hebdomadaire__range", (0, 168)), _connector="OR"),
                                name="service_hours_a_week",
                            ),
                            models.CheckConstraint(
                                condition=Q(("nombre_semaines__isnull", True), ("nombre_semaines__gte", 1), _connector="OR"), name="service_weeks"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    "ServiceEvent",
                    [
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("pgh_obj", models.ForeignKey(db_constraint=False, on_delete=models.DO_NOTHING, related_name="events", to="offers.service")),
                        ("pgh_context", JSONField(null=True)),
                        ("pgh_context_id", models.UUIDField(null=True)),
                        ("id", models.BigIntegerField()),
                        ("slug", models.SlugField(db_index=False, max_length=120)),
                        (
                            "structure",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=models.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="organisations.organisation",
                                verbose_name="structure",
                            ),
                        ),
                        ("nom", models.CharField(max_length=150, verbose_name="nom")),
                        ("description", models.TextField(max_length=10000, verbose_name="description")),
                        ("lien_source", models.URLField(blank=True, max_length=2000, verbose_name="page chez le producteur")),
                        ("date_maj", models.DateField(verbose_name="modifié le")),
                        ("type", models.CharField(blank=True, max_length=40, verbose_name="type de service")),
                        ("thematiques", ArrayField(models.CharField(max_length=100), blank=True, default=list, verbose_name="thématiques")),
                        ("frais", models.CharField(blank=True, max_length=20, verbose_name="frais")),
                        ("frais_precisions", models.TextField(blank=True, max_length=2000, verbose_name="précisions sur les frais")),
                        ("publics", ArrayField(models.CharField(max_length=100), blank=True, default=list, verbose_name="publics")),
                        ("publics_precisions", models.TextField(blank=True, max_length=2000, verbose_name="précisions sur les publics")),
                        ("conditions_acces", models.TextField(blank=True, max_length=5000, verbose_name="conditions d’accès")),
                        ("nom_commune", models.CharField(blank=True, max_length=200, verbose_name="commune, comme écrite")),
                        ("code_postal", models.CharField(blank=True, max_length=5, verbose_name="code postal")),
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
                        ("adresse", models.CharField(blank=True, max_length=300, verbose_name="adresse")),
                        ("complement_adresse", models.CharField(blank=True, max_length=300, verbose_name="complément d’adresse")),
                        ("point", gis.PointField(blank=True, null=True, srid=4326)),
                        ("telephone", models.CharField(blank=True, max_length=50, verbose_name="téléphone")),
                        ("courriel", models.EmailField(blank=True, max_length=254, verbose_name="adresse e-mail")),
                        ("contact_nom_prenom", models.CharField(blank=True, max_length=200, verbose_name="contact")),
                        ("modes_accueil", ArrayField(models.CharField(max_length=100), blank=True, default=list, verbose_name="modes d’accueil")),
                        ("zone_eligibilite", ArrayField(models.CharField(max_length=9), blank=True, default=list, verbose_name="zone d’éligibilité")),
                        ("lien_mobilisation", models.URLField(blank=True, max_length=2000, verbose_name="lien pour s’inscrire")),
                        ("modes_mobilisation", ArrayField(models.CharField(max_length=100), blank=True, default=list, verbose_name="comment s’y prendre")),
                        ("mobilisable_par", ArrayField(models.CharField(max_length=100), blank=True, default=list, verbose_name="qui peut demander")),
                        ("mobilisation_precisions", models.TextField(blank=True, max_length=5000, verbose_name="précisions pour demander")),
                        ("volume_horaire_hebdomadaire", models.FloatField(blank=True, null=True, verbose_name="heures par semaine")),
                        ("nombre_semaines", models.PositiveIntegerField(blank=True, null=True, verbose_name="nombre de semaines")),
                        ("horaires_accueil", models.CharField(blank=True, max_length=1000, verbose_name="horaires d’accueil")),
                        ("score_qualite", models.FloatField(editable=False, null=True)),
                        (
                            "kind",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("accueil", "Accueil et orientation"),
                                    ("diagnostic", "Diagnostic du projet"),
                                    ("accompagnement", "Accompagnement individuel"),
                                    ("groupe", "Groupe ou promotion"),
                                    ("formation", "Formation"),
                                    ("financement", "Financement"),
                                    ("hebergement", "Hébergement d’entreprise"),
                                    ("test", "Test d’activité"),
                                ],
                                max_length=20,
                                verbose_name="nature",
                            ),
                        ),
                        ("phases", ArrayField(models.CharField(max_length=100), blank=True, default=list, verbose_name="étapes")),
                        ("languages", ArrayField(models.CharField(max_length=100), blank=True, default=list, verbose_name="langues parlées")),
                        ("accessibility", ArrayField(models.CharField(max_length=100), blank=True, default=list, verbose_name="accessibilité")),
                        ("qpv_only", models.BooleanField(default=False, verbose_name="réservé aux quartiers prioritaires")),
                        ("qpv_codes", ArrayField(models.CharField(max_length=10), blank=True, default=list, verbose_name="quartiers servis")),
                        ("capacity", models.PositiveIntegerField(blank=True, null=True, verbose_name="personnes suivies à la fois")),
                        ("places_left", models.PositiveIntegerField(blank=True, null=True, verbose_name="places libres")),
                        ("delay_days", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="jours avant un premier rendez-vous")),
                        ("origin", models.CharField(blank=True, max_length=120)),
                        ("source", models.CharField(blank=True, max_length=120, verbose_name="source")),
                        ("source_key", models.CharField(blank=True, max_length=300)),
                        ("source_digest", models.CharField(blank=True, max_length=32)),
                        ("local_fields", ArrayField(models.CharField(max_length=100), blank=True, default=list, editable=False)),
                        ("gone_on", models.DateField(blank=True, null=True)),
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
                        (
                            "status",
                            models.CharField(
                                choices=[("draft", "Brouillon"), ("published", "Publié"), ("withdrawn", "Retiré")],
                                default="draft",
                                max_length=12,
                                verbose_name="état",
                            ),
                        ),
                        ("confirmed_on", models.DateField(blank=True, null=True, verbose_name="confirmé le")),
                        ("reminded_on", models.DateField(blank=True, null=True)),
                        ("is_example", models.BooleanField(default=False)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField()),
                        ("version", models.PositiveIntegerField(default=1)),
                    ],
                ),
                migrations.CreateModel(
                    "Permanence",
                    [
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("service", models.ForeignKey(on_delete=models.CASCADE, related_name="permanences", to="offers.service")),
                        ("place", models.CharField(max_length=200, verbose_name="lieu")),
                        ("adresse", models.CharField(blank=True, max_length=300, verbose_name="adresse")),
                        ("commune", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="territories.commune", verbose_name="commune")),
                        ("point", gis.PointField(blank=True, null=True, srid=4326)),
                        ("hours", models.CharField(max_length=500, verbose_name="horaires")),
                        ("by_appointment", models.BooleanField(default=False, verbose_name="sur rendez-vous")),
                        ("starts_on", models.DateField(blank=True, null=True, verbose_name="à partir du")),
                        ("ends_on", models.DateField(blank=True, null=True, verbose_name="jusqu’au")),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(condition=Q(("hours", ""), _negated=True), name="permanence_hours_given"),
                            models.CheckConstraint(condition=Q(("place", ""), _negated=True), name="permanence_place_given"),
                            models.CheckConstraint(
                                condition=Q(("ends_on__isnull", True), ("starts_on__isnull", True), ("ends_on__gte", F("starts_on")), _connector="OR"),
                                name="permanence_days_in_order",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    "PermanenceException",
                    [
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("permanence", models.ForeignKey(on_delete=models.CASCADE, related_name="exceptions", to="offers.permanence")),
                        ("day", models.DateField(verbose_name="jour")),
                        ("hours", models.CharField(blank=True, max_length=100, verbose_name="heures ce jour-là")),
                        ("note", models.CharField(blank=True, max_length=200, verbose_name="raison")),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("permanence", "day"), name="permanenceexception_once_a_day"),
                            models.CheckConstraint(
                                condition=Q(("hours__regex", "^(\\d{2}:\\d{2}-\\d{2}:\\d{2}(,\\d{2}:\\d{2}-\\d{2}:\\d{2})*)?$")),
                                name="permanenceexception_hours",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    "Finding",
                    [
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("service", models.ForeignKey(null=True, on_delete=models.CASCADE, related_name="findings", to="offers.service")),
                        ("organisation", models.ForeignKey(null=True, on_delete=models.CASCADE, related_name="+", to="organisations.organisation")),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("stale", "Pas confirmé depuis neuf mois"),
                                    ("duplicate", "Ressemble à un autre service"),
                                    ("hours", "Horaires illisibles"),
                                    ("dead-link", "Lien qui ne répond plus"),
                                    ("point-outside", "Position hors de France"),
                                    ("point-elsewhere", "Position loin de la commune"),
                                    ("unreachable", "Aucun moyen de contact"),
                                    ("gone", "Disparu de sa source"),
                                    ("siret-missing", "Structure sans SIRET"),
                                    ("siret-wrong", "SIRET faux"),
                                    ("siret-closed", "Établissement fermé"),
                                    ("structure-unknown", "Structure absente des fichiers reçus"),
                                ],
                                max_length=20,
                            ),
                        ),
                        ("detail", models.CharField(blank=True, max_length=300)),
                        ("found_on", models.DateField()),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(condition=Q(("service__isnull", False)), fields=("service", "kind"), name="finding_service_once"),
                            models.UniqueConstraint(
                                condition=Q(("organisation__isnull", False)), fields=("organisation", "kind"), name="finding_organisation_once"
                            ),
                            models.CheckConstraint(
                                condition=Q(("service__isnull", True), ("organisation__isnull", True), _connector="XOR"), name="finding_of_one_thing"
                            ),
                            models.CheckConstraint(condition=Q(("kind__in", FINDINGS)), name="finding_kind_known"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    "LinkCheck",
                    [
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("url", models.CharField(max_length=2000, unique=True)),
                        ("checked_at", models.DateTimeField(null=True)),
                        ("status", models.SmallIntegerField(null=True)),
                        ("failing_since", models.DateTimeField(null=True)),
                    ],
                ),
                migrations.CreateModel(
                    "ErrorReport",
                    [
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ("service", models.ForeignKey(on_delete=models.CASCADE, related_name="reports", to="offers.service")),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("contact", "Le téléphone ou l’adresse e-mail ne marche pas"),
                                    ("place", "L’adresse ou les horaires sont faux"),
                                    ("closed", "Ce service n’existe plus"),
                                    ("conditions", "Les conditions ne sont pas celles-là"),
                                    ("other", "Autre chose"),
                                ],
                                max_length=12,
                            ),
                        ),
                        ("message", models.CharField(blank=True, max_length=1000)),
                        ("email", models.EmailField(blank=True, max_length=254)),
                        (
                            "status",
                            models.CharField(
                                choices=[("waiting", "À traiter"), ("fixed", "Corrigé"), ("refused", "Rien à corriger")], default="waiting", max_length=10
                            ),
                        ),
                        ("answer", models.CharField(blank=True, max_length=1000)),
                        ("moderator", models.ForeignKey(null=True, on_delete=models.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("answered_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "db_table_comment": "personal: to answer the person who reports an error",
                        "indexes": [
                            models.Index(fields=["status", "created_at"], name="errorreport_queue"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=Q(("kind__in", ["contact", "place", "closed", "conditions", "other"])), name="errorreport_kind_known"
                            ),
                            models.CheckConstraint(
                                condition=Q(
                                    Q(("answered_at__isnull", True), ("status", "waiting")),
                                    Q(("answered_at__isnull", False), ("status__in", ["fixed", "refused"])),
                                    _connector="OR",
                                ),
                                name="errorreport_answered_whole",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    "Term",
                    [
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("vocabulary", models.CharField(max_length=10)),
                        ("code", models.CharField(max_length=100)),
                        ("number", models.SmallIntegerField()),
                        ("label", models.CharField(max_length=200)),
                        ("category", models.SmallIntegerField(null=True)),
                        ("brake", models.SmallIntegerField(null=True)),
                        ("phases", models.SmallIntegerField(default=0)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("vocabulary", "code"), name="term_once"),
                            models.UniqueConstraint(fields=("vocabulary", "number"), name="term_numbered_once"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    "SearchRow",
                    [
                        (
                            "service",
                            models.OneToOneField(
                                db_constraint=False, on_delete=models.DO_NOTHING, primary_key=True, related_name="+", serialize=False, to="offers.service"
                            ),
                        ),
                        ("structure_id", models.BigIntegerField()),
                        ("point", gis.PointField(null=True, srid=4326)),
                        ("commune", models.CharField(max_length=5)),
                        ("zones", ArrayField(models.CharField(max_length=9))),
                        ("served", ArrayField(models.CharField(max_length=9))),
                        ("qpv_codes", ArrayField(models.CharField(max_length=10))),
                        ("qpv_only", models.BooleanField()),
                        ("on_site", models.BooleanField()),
                        ("remote", models.BooleanField()),
                        ("by_person", models.BooleanField()),
                        ("has_phone", models.BooleanField()),
                        ("has_places", models.BooleanField()),
                        ("business", models.BooleanField()),
                        ("free", models.BooleanField(null=True)),
                        ("phases", models.SmallIntegerField()),
                        ("kinds", models.SmallIntegerField()),
                        ("brakes", models.SmallIntegerField()),
                        ("categories", models.IntegerField()),
                        ("publics", models.IntegerField()),
                        ("languages", models.IntegerField()),
                        ("themes", ArrayField(models.SmallIntegerField())),
                        ("places_left", models.IntegerField(null=True)),
                        ("delay_days", models.SmallIntegerField(null=True)),
                        ("confirmed_on", models.DateField()),
                        ("is_example", models.BooleanField()),
                        ("hours", models.CharField(max_length=1000)),
                        ("search", SearchVectorField()),
                    ],
                    options={
                        "indexes": [
                            GinIndex(fields=["search"], name="searchrow_search"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    "FinderRow",
                    [
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("service", models.ForeignKey(db_constraint=False, on_delete=models.DO_NOTHING, related_name="+", to="offers.service")),
                        ("purpose", models.SmallIntegerField()),
                        ("code", models.CharField(max_length=12)),
                        ("has_places", models.BooleanField()),
                        ("packed", models.BinaryField()),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("purpose", "code", "service"), include=("has_places", "packed"), name="finderrow_once"),
                        ],
                    },
                ),
            ]
        ),
        AddTrigger(
            "service",
            Trigger(
                name="before_update_update",
                sql=UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "offers_serviceevent" ("accessibility", "adresse", "capacity", "code_postal", "commune_id", "complement_adresse", "conditions_acces", "confirmed_on", "contact_nom_prenom", "courriel", "created_at", "date_maj", "delay_days", "description", "frais", "frais_precisions", "gone_on", "horaires_accueil", "id", "is_example", "kind", "languages", "lien_mobilisation", "lien_source", "local_fields", "mobilisable_par", "mobilisation_precisions", "modes_accueil", "modes_mobilisation", "nom", "nom_commune", "nombre_semaines", "origin", "owner_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phases", "places_left", "point", "publics", "publics_precisions", "qpv_codes", "qpv_only", "reminded_on", "score_qualite", "slug", "source", "source_digest", "source_key", "status", "structure_id", "telephone", "thematiques", "type", "updated_at", "version", "volume_horaire_hebdomadaire", "zone_eligibilite") VALUES (OLD."accessibility", OLD."adresse", OLD."capacity", OLD."code_postal", OLD."commune_id", OLD."complement_adresse", OLD."conditions_acces", OLD."confirmed_on", OLD."contact_nom_prenom", OLD."courriel", OLD."created_at", OLD."date_maj", OLD."delay_days", OLD."description", OLD."frais", OLD."frais_precisions", OLD."gone_on", OLD."horaires_accueil", OLD."id", OLD."is_example", OLD."kind", OLD."languages", OLD."lien_mobilisation", OLD."lien_source", OLD."local_fields", OLD."mobilisable_par", OLD."mobilisation_precisions", OLD."modes_accueil", OLD."modes_mobilisation", OLD."nom", OLD."nom_commune", OLD."nombre_semaines", OLD."origin", OLD."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'before_update\', OLD."id", OLD."phases", OLD."places_left", OLD."point", OLD."publics", OLD."publics_precisions", OLD."qpv_codes", OLD."qpv_only", OLD."reminded_on", OLD."score_qualite", OLD."slug", OLD."source", OLD."source_digest", OLD."source_key", OLD."status", OLD."structure_id", OLD."telephone", OLD."thematiques", OLD."type", OLD."updated_at", OLD."version", OLD."volume_horaire_hebdomadaire", OLD."zone_eligibilite"); RETURN NULL;',
                    hash="99db8f51895823e7777e1d601d34fbf880ed44c2",
                    operation="UPDATE",
                    pgid="pgtrigger_before_update_update_8908a",
                    table="offers_service",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            "service",
            Trigger(
                name="before_delete_delete",
                sql=UpsertTriggerSql(
                    func='INSERT INTO "offers_serviceevent" ("accessibility", "adresse", "capacity", "code_postal", "commune_id", "complement_adresse", "conditions_acces", "confirmed_on", "contact_nom_prenom", "courriel", "created_at", "date_maj", "delay_days", "description", "frais", "frais_precisions", "gone_on", "horaires_accueil", "id", "is_example", "kind", "languages", "lien_mobilisation", "lien_source", "local_fields", "mobilisable_par", "mobilisation_precisions", "modes_accueil", "modes_mobilisation", "nom", "nom_commune", "nombre_semaines", "origin", "owner_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phases", "places_left", "point", "publics", "publics_precisions", "qpv_codes", "qpv_only", "reminded_on", "score_qualite", "slug", "source", "source_digest", "source_key", "status", "structure_id", "telephone", "thematiques", "type", "updated_at", "version", "volume_horaire_hebdomadaire", "zone_eligibilite") VALUES (OLD."accessibility", OLD."adresse", OLD."capacity", OLD."code_postal", OLD."commune_id", OLD."complement_adresse", OLD."conditions_acces", OLD."confirmed_on", OLD."contact_nom_prenom", OLD."courriel", OLD."created_at", OLD."date_maj", OLD."delay_days", OLD."description", OLD."frais", OLD."frais_precisions", OLD."gone_on", OLD."horaires_accueil", OLD."id", OLD."is_example", OLD."kind", OLD."languages", OLD."lien_mobilisation", OLD."lien_source", OLD."local_fields", OLD."mobilisable_par", OLD."mobilisation_precisions", OLD."modes_accueil", OLD."modes_mobilisation", OLD."nom", OLD."nom_commune", OLD."nombre_semaines", OLD."origin", OLD."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'before_delete\', OLD."id", OLD."phases", OLD."places_left", OLD."point", OLD."publics", OLD."publics_precisions", OLD."qpv_codes", OLD."qpv_only", OLD."reminded_on", OLD."score_qualite", OLD."slug", OLD."source", OLD."source_digest", OLD."source_key", OLD."status", OLD."structure_id", OLD."telephone", OLD."thematiques", OLD."type", OLD."updated_at", OLD."version", OLD."volume_horaire_hebdomadaire", OLD."zone_eligibilite"); RETURN NULL;',
                    hash="1afae18faccf6c1d4d38d1eef8a94959e2b20ebe",
                    operation="DELETE",
                    pgid="pgtrigger_before_delete_delete_43e26",
                    table="offers_service",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            "serviceevent",
            Trigger(
                name="append_only",
                sql=UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="d0986d469d1db5c1468721760a8fdaa2910e9e9c",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_769cd",
                    table="offers_serviceevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.RunPython(add_terms, migrations.RunPython.noop),
        migrations.RunSQL(SQL, NO_SQL),
    ]
