import uuid
from pathlib import Path

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone

from maillage.core.tables import Tables

# « {structure} » stands for the structure's name. A text is never changed: a new version takes the next number.
TEXTS = {
    ("suivi", "fr"): (
        "J’accepte que {structure} garde un dossier sur moi et m’accompagne dans mon projet. Dans ce dossier : mon prénom, comment me "
        "joindre, ma commune, et ce que je veux bien dire de mon projet. Seules les personnes de {structure} le lisent. "
        "Je peux le lire, le corriger ou tout arrêter quand je veux, sans dire pourquoi."
    ),
    ("suivi", "en"): (
        "I agree that {structure} keeps a file about me and helps me with my project. The file holds my first name, how to reach me, my "
        "town, and what I choose to say about my project. Only the people of {structure} read it. "
        "I can read it, correct it or stop everything whenever I want, without saying why."
    ),
    ("suivi", "ar"): (
        "أوافق على أن تحتفظ {structure} بملفّ عنّي وأن ترافقني في مشروعي. يحتوي هذا الملفّ على اسمي الشخصي، وطريقة الاتصال بي، وبلديّتي، "
        "وما أرغب في قوله عن مشروعي. لا يقرؤه إلا العاملون في {structure}. "
        "يمكنني قراءته أو تصحيحه أو إيقاف كل شيء متى أردت، دون ذكر السبب."
    ),
    ("orientation", "fr"): (
        "J’accepte que ma demande soit envoyée à {structure}. {structure} lira mon nom, comment me joindre et ce que je cherche, pour me "
        "contacter et m’aider. Je peux arrêter quand je veux : {structure} ne lira alors plus rien."
    ),
    ("orientation", "en"): (
        "I agree that my request is sent to {structure}. {structure} will read my name, how to reach me and what I am looking for, to "
        "contact me and help me. I can stop whenever I want: {structure} will then read nothing more."
    ),
    ("orientation", "ar"): (
        "أوافق على إرسال طلبي إلى {structure}. ستقرأ {structure} اسمي وطريقة الاتصال بي وما أبحث عنه، لكي تتصل بي وتساعدني. "
        "يمكنني إيقاف ذلك متى أردت، وعندها لن تقرأ {structure} أيّ شيء بعد ذلك."
    ),
    ("partage", "fr"): (
        "J’accepte que les structures qui m’accompagnent sachent lesquelles m’accompagnent, et lisent les étapes, les freins et les notes "
        "partagées de mon parcours, pour travailler ensemble. Je peux arrêter quand je veux : chacune ne verra plus que ce qu’elle a écrit."
    ),
    ("partage", "en"): (
        "I agree that the organisations that help me know about one another, and read the steps, the obstacles and the shared notes of my "
        "project, to work together. I can stop whenever I want: each will then see only what it wrote itself."
    ),
    ("partage", "ar"): (
        "أوافق على أن تعرف الهيئات التي ترافقني بعضها بعضًا، وأن تقرأ مراحل مشروعي والعوائق والملاحظات المشتركة، لكي تعمل معًا. "
        "يمكنني إيقاف ذلك متى أردت، وعندها لا ترى كل هيئة إلا ما كتبته بنفسها."
    ),
}


def write_texts(apps, schema_editor):
    text = apps.get_model("journeys", "ConsentText")
    text.objects.using(schema_editor.connection.alias).bulk_create(
        [text(aim=aim, language=language, number=1, body=body) for (aim, language), body in TEXTS.items()],
        ignore_conflicts=True,
    )


LANGUAGES = "fr en ar bm ber es ff fsl ku ln pt ro ru snk ta tr uk wo zh".split()
ENDED = tuple("reorientee annulee aide pas_d_aide injoignable pas_pour_nous".split())
NEXT_ACTIONS = "completer repondre relancer appeler proposer_suite prevenir_personne fixer_rdv noter_issue".split()
SQL = Path(__file__).with_suffix(".sql").read_text()
NO_SQL = """
DROP TABLE journeys_transition;
DROP FUNCTION journeys_own_door, journeys_still_agreed, journeys_is_mine, journeys_my_banners, journeys_my_organisations, journeys_is_active,
    journeys_referral_reads, journeys_follow_reads, journeys_referral_moved, journeys_referral_stands, journeys_referral_moves, journeys_consent_ends,
    journeys_consent_opens, journeys_open_follow, journeys_agreed, journeys_text_stands, journeys_consent_stands, journeys_keep_version,
    journeys_as_a_rule, journeys_as CASCADE;
"""


class Migration(migrations.Migration):
    """People, their agreements, referrals and files. Who reads what: sql/policies.sql."""

    initial = True
    replaces = [
        ("journeys", "0001_people"),
        ("journeys", "0002_rules"),
        ("journeys", "0003_referral_draft_once"),
        ("journeys", "0004_facts"),
        ("journeys", "0005_ended_referrals_by_date"),
        ("journeys", "0006_consent_texts"),
        ("journeys", "0007_merged_people"),
        ("journeys", "0008_agreement_given_twice"),
        ("journeys", "0009_own_door"),
    ]
    dependencies = [("offers", "0001_schema"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        Tables(
            [
                migrations.CreateModel(
                    "ConsentText",
                    [
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "aim",
                            models.CharField(
                                choices=[
                                    ("suivi", "Cette structure garde mon dossier et me suit"),
                                    ("orientation", "Mon dossier est envoyé à cette structure"),
                                    ("partage", "Les structures qui me suivent savent lesquelles et travaillent ensemble"),
                                ],
                                max_length=12,
                            ),
                        ),
                        ("language", models.CharField(default="fr", max_length=3)),
                        ("number", models.PositiveSmallIntegerField()),
                        ("body", models.TextField()),
                        ("published_at", models.DateTimeField(default=timezone.now)),
                    ],
                    options={
                        "ordering": ["aim", "language", "-number"],
                        "constraints": [
                            models.UniqueConstraint(fields=("aim", "language", "number"), name="consent_text_once"),
                            models.CheckConstraint(condition=Q(("body", ""), _negated=True), name="consent_text_said"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    "Person",
                    [
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("first_name", models.CharField(max_length=60, verbose_name="prénom")),
                        ("last_name", models.CharField(blank=True, max_length=80, verbose_name="nom")),
                        ("phone", models.CharField(blank=True, max_length=20, verbose_name="téléphone")),
                        ("email", models.EmailField(blank=True, max_length=254, verbose_name="adresse e-mail")),
                        ("commune", models.ForeignKey(blank=True, null=True, on_delete=models.PROTECT, related_name="+", to="territories.commune")),
                        ("qpv_code", models.CharField(blank=True, max_length=10)),
                        ("qpv_generation", models.PositiveSmallIntegerField(blank=True, null=True)),
                        ("banner", models.ForeignKey(blank=True, null=True, on_delete=models.SET_NULL, related_name="+", to="organisations.banner")),
                        ("birth_year", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="année de naissance")),
                        (
                            "gender",
                            models.CharField(
                                blank=True, choices=[("femme", "Femme"), ("homme", "Homme"), ("autre", "Autre")], max_length=10, verbose_name="genre"
                            ),
                        ),
                        (
                            "situation",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("demandeur-emploi", "En recherche d’emploi"),
                                    ("rsa", "Au RSA"),
                                    ("salarie", "Salarié ou salariée"),
                                    ("independant", "À son compte"),
                                    ("etudiant", "En études ou en formation"),
                                    ("foyer", "Au foyer"),
                                    ("retraite", "À la retraite"),
                                    ("autre", "Autre situation"),
                                ],
                                max_length=20,
                                verbose_name="situation",
                            ),
                        ),
                        (
                            "languages",
                            ArrayField(
                                models.CharField(
                                    choices=[
                                        ("fr", "français"),
                                        ("en", "anglais"),
                                        ("ar", "arabe"),
                                        ("bm", "bambara"),
                                        ("ber", "berbère"),
                                        ("es", "espagnol"),
                                        ("ff", "peul"),
                                        ("fsl", "langue des signes française"),
                                        ("ku", "kurde"),
                                        ("ln", "lingala"),
                                        ("pt", "portugais"),
                                        ("ro", "roumain"),
                                        ("ru", "russe"),
                                        ("snk", "soninké"),
                                        ("ta", "tamoul"),
                                        ("tr", "turc"),
                                        ("uk", "ukrainien"),
                                        ("wo", "wolof"),
                                        ("zh", "chinois"),
                                    ],
                                    max_length=3,
                                ),
                                blank=True,
                                default=list,
                                verbose_name="langues parlées",
                            ),
                        ),
                        (
                            "phase",
                            models.CharField(
                                blank=True,
                                choices=[("idee", "Idée"), ("amorcage", "Émergence et amorçage"), ("creation", "Création"), ("developpement", "Développement")],
                                max_length=15,
                                verbose_name="où en est le projet",
                            ),
                        ),
                        (
                            "created_by_organisation",
                            models.ForeignKey(blank=True, null=True, on_delete=models.SET_NULL, related_name="+", to="organisations.organisation"),
                        ),
                        ("created_at", models.DateTimeField(default=timezone.now)),
                        ("last_activity_at", models.DateTimeField(default=timezone.now)),
                        ("warned_at", models.DateTimeField(blank=True, null=True)),
                        ("is_example", models.BooleanField(default=False)),
                        ("version", models.PositiveIntegerField(db_default=1, default=1, editable=False)),
                    ],
                    options={
                        "db_table_comment": "personal: to accompany someone who asked for it",
                        "indexes": [
                            models.Index(fields=["last_activity_at"], name="person_last_activity"),
                            models.Index(fields=["created_at"], name="person_created"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(condition=Q(("phone", ""), _negated=True), fields=("phone",), name="person_phone_once"),
                            models.UniqueConstraint(condition=Q(("email", ""), _negated=True), fields=("email",), name="person_email_once"),
                            models.CheckConstraint(condition=Q(("first_name", ""), _negated=True), name="person_first_name_given"),
                            models.CheckConstraint(
                                condition=Q(Q(("phone", ""), _negated=True), Q(("email", ""), _negated=True), _connector="OR"), name="person_reachable"
                            ),
                            models.CheckConstraint(condition=Q(("phone", ""), ("phone__regex", "^\\+[0-9]{6,15}$"), _connector="OR"), name="person_phone"),
                            models.CheckConstraint(condition=Q(("email", Lower("email"))), name="person_email_lower"),
                            models.CheckConstraint(
                                condition=Q(("birth_year", None), ("birth_year__range", (1900, 2100)), _connector="OR"), name="person_birth_year"
                            ),
                            models.CheckConstraint(
                                condition=Q(
                                    Q(("qpv_code", ""), ("qpv_generation", None)),
                                    Q(Q(("qpv_code", ""), _negated=True), ("qpv_generation__isnull", False)),
                                    _connector="OR",
                                ),
                                name="person_qpv_whole",
                            ),
                            models.CheckConstraint(condition=Q(("languages__contained_by", LANGUAGES)), name="person_languages_known"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    "Consent",
                    [
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("person", models.ForeignKey(on_delete=models.CASCADE, related_name="consents", to="journeys.person")),
                        (
                            "aim",
                            models.CharField(
                                choices=[
                                    ("suivi", "Cette structure garde mon dossier et me suit"),
                                    ("orientation", "Mon dossier est envoyé à cette structure"),
                                    ("partage", "Les structures qui me suivent savent lesquelles et travaillent ensemble"),
                                ],
                                max_length=12,
                            ),
                        ),
                        ("organisation", models.ForeignKey(blank=True, null=True, on_delete=models.CASCADE, related_name="+", to="organisations.organisation")),
                        ("text", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="journeys.consenttext")),
                        (
                            "how",
                            models.CharField(
                                choices=[("screen", "À l’écran, par la personne"), ("link", "Par un lien reçu"), ("oral", "De vive voix, devant témoin")],
                                max_length=10,
                            ),
                        ),
                        ("given_at", models.DateTimeField(default=timezone.now)),
                        ("recorded_by", models.ForeignKey(blank=True, null=True, on_delete=models.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL)),
                        (
                            "recorded_by_organisation",
                            models.ForeignKey(blank=True, null=True, on_delete=models.SET_NULL, related_name="+", to="organisations.organisation"),
                        ),
                        ("witness", models.CharField(blank=True, max_length=120, verbose_name="témoin")),
                        ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        "db_table_comment": "personal: what someone agreed to, and when they took it back",
                        "constraints": [
                            models.UniqueConstraint(
                                condition=Q(("withdrawn_at", None)), fields=("person", "aim", "organisation"), name="consent_live_once", nulls_distinct=False
                            ),
                            models.CheckConstraint(
                                condition=Q(
                                    Q(("aim", "partage"), ("organisation", None)),
                                    Q(Q(("aim", "partage"), _negated=True), ("organisation__isnull", False)),
                                    _connector="OR",
                                ),
                                name="consent_organisation",
                            ),
                            models.CheckConstraint(
                                condition=Q(Q(("how", "oral"), _negated=True), Q(("witness", ""), _negated=True), _connector="OR"),
                                name="consent_oral_has_witness",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    "ConsentRequest",
                    [
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ("person", models.ForeignKey(on_delete=models.CASCADE, related_name="+", to="journeys.person")),
                        ("organisation", models.ForeignKey(on_delete=models.CASCADE, related_name="+", to="organisations.organisation")),
                        ("asked_by", models.ForeignKey(blank=True, null=True, on_delete=models.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL)),
                        ("aims", models.JSONField(default=list)),
                        ("label", models.CharField(blank=True, max_length=80)),
                        ("asked_at", models.DateTimeField(default=timezone.now)),
                        ("answer", models.CharField(blank=True, choices=[("", "En attente"), ("given", "Accordé"), ("refused", "Refusé")], max_length=10)),
                        ("answered_at", models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        "db_table_comment": "personal: whom a structure asks to agree",
                        "constraints": [
                            models.CheckConstraint(
                                condition=Q(
                                    Q(("answer", ""), ("answered_at", None)),
                                    Q(Q(("answer", ""), _negated=True), ("answered_at__isnull", False)),
                                    _connector="OR",
                                ),
                                name="consent_request_whole",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    "Fact",
                    [
                        ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ("quarter", models.DateField()),
                        ("epci_code", models.CharField(blank=True, max_length=9)),
                        ("banner_number", models.BigIntegerField(null=True)),
                        ("commune_code", models.CharField(blank=True, max_length=5)),
                        ("qpv_code", models.CharField(blank=True, max_length=10)),
                        ("in_qpv", models.BooleanField(null=True)),
                        ("gender", models.CharField(blank=True, max_length=10)),
                        (
                            "age_class",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("moins-18", "Moins de 18 ans"),
                                    ("18-25", "18 à 25 ans"),
                                    ("26-29", "26 à 29 ans"),
                                    ("30-54", "30 à 54 ans"),
                                    ("55-plus", "55 ans et plus"),
                                ],
                                max_length=10,
                            ),
                        ),
                        ("situation", models.CharField(blank=True, max_length=20)),
                        ("phase", models.CharField(blank=True, max_length=15)),
                        (
                            "stage",
                            models.PositiveSmallIntegerField(
                                choices=[
                                    (0, "Rencontrées"),
                                    (1, "Orientées vers une structure"),
                                    (2, "Acceptées par une structure"),
                                    (3, "Reçues en rendez-vous"),
                                    (4, "Aidées"),
                                ],
                                default=0,
                            ),
                        ),
                        (
                            "business",
                            models.PositiveSmallIntegerField(
                                choices=[(0, "Pas d’entreprise"), (1, "Entreprise créée"), (2, "En activité à 1 an"), (3, "En activité à 3 ans")], default=0
                            ),
                        ),
                        ("jobs", models.PositiveSmallIntegerField(default=0)),
                    ],
                    options={
                        "db_table_comment": "anonymous: what is counted of people whose file is gone",
                        "ordering": ["pk"],
                        "indexes": [
                            models.Index(fields=["quarter"], name="fact_quarter"),
                        ],
                        "constraints": [
                            models.CheckConstraint(condition=Q(("quarter__day", 1), ("quarter__month__in", (1, 4, 7, 10))), name="fact_quarter_first_day"),
                            models.CheckConstraint(condition=Q(("business__in", [0, 1, 2, 3]), ("stage__in", [0, 1, 2, 3, 4])), name="fact_known"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    "ReferralFact",
                    [
                        ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ("quarter", models.DateField()),
                        ("epci_code", models.CharField(blank=True, max_length=9)),
                        ("banner_number", models.BigIntegerField(null=True)),
                        ("to_organisation_number", models.BigIntegerField()),
                        (
                            "answered",
                            models.CharField(
                                choices=[("a-temps", "Dans le délai promis"), ("tard", "Après le délai promis"), ("sans-reponse", "Sans réponse, délai passé")],
                                max_length=15,
                            ),
                        ),
                        ("days", models.PositiveSmallIntegerField(null=True)),
                    ],
                    options={
                        "db_table_comment": "anonymous: how referrals were answered, of people whose file is gone",
                        "ordering": ["pk"],
                        "indexes": [
                            models.Index(fields=["quarter"], name="referral_fact_quarter"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=Q(("quarter__day", 1), ("quarter__month__in", (1, 4, 7, 10))), name="referral_fact_quarter_first_day"
                            ),
                            models.CheckConstraint(
                                condition=Q(
                                    Q(("answered", "sans-reponse"), ("days", None)),
                                    Q(("answered__in", ["a-temps", "tard"]), ("days__isnull", False)),
                                    _connector="OR",
                                ),
                                name="referral_fact_answered",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    "FreinFact",
                    [
                        ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ("quarter", models.DateField()),
                        ("epci_code", models.CharField(blank=True, max_length=9)),
                        ("banner_number", models.BigIntegerField(null=True)),
                        ("brake", models.CharField(max_length=20)),
                        ("lifted", models.BooleanField()),
                    ],
                    options={
                        "db_table_comment": "anonymous: brakes met by people whose file is gone",
                        "ordering": ["pk"],
                        "indexes": [
                            models.Index(fields=["quarter"], name="frein_fact_quarter"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=Q(("quarter__day", 1), ("quarter__month__in", (1, 4, 7, 10))), name="frein_fact_quarter_first_day"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    "Publication",
                    [
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("year", models.PositiveSmallIntegerField()),
                        ("closed_on", models.DateField()),
                        ("made_at", models.DateTimeField()),
                        ("figures", models.JSONField()),
                    ],
                    options={
                        "ordering": ["-year", "-closed_on"],
                        "constraints": [
                            models.UniqueConstraint(fields=("year", "closed_on"), name="publication_once"),
                            models.CheckConstraint(condition=Q(("closed_on__day", 1)), name="publication_first_of_a_month"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    "Group",
                    [
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("organisation", models.ForeignKey(on_delete=models.CASCADE, related_name="+", to="organisations.organisation")),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("promotion", "Promotion"),
                                    ("atelier", "Atelier"),
                                    ("carrefour", "Carrefour des projets"),
                                    ("comptoir", "Comptoir des projets"),
                                    ("cooperative", "Coopérative"),
                                ],
                                max_length=12,
                                verbose_name="nature",
                            ),
                        ),
                        ("name", models.CharField(max_length=120, verbose_name="nom")),
                        ("place", models.CharField(blank=True, max_length=300, verbose_name="où")),
                        ("starts_on", models.DateField(verbose_name="du")),
                        ("ends_on", models.DateField(blank=True, null=True, verbose_name="au")),
                        ("created_at", models.DateTimeField(default=timezone.now)),
                        ("version", models.PositiveIntegerField(db_default=1, default=1, editable=False)),
                        ("is_example", models.BooleanField(default=False)),
                    ],
                    options={
                        "ordering": ["-starts_on", "pk"],
                        "constraints": [
                            models.CheckConstraint(condition=Q(("ends_on", None), ("ends_on__gte", F("starts_on")), _connector="OR"), name="group_ends_after"),
                            models.CheckConstraint(condition=Q(("name", ""), _negated=True), name="group_named"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    "GroupMember",
                    [
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("group", models.ForeignKey(on_delete=models.CASCADE, related_name="members", to="journeys.group")),
                        ("person", models.ForeignKey(on_delete=models.CASCADE, related_name="groups", to="journeys.person")),
                        ("joined_on", models.DateField()),
                        ("left_on", models.DateField(blank=True, null=True)),
                    ],
                    options={
                        "db_table_comment": "personal: who is in a group",
                        "constraints": [
                            models.UniqueConstraint(fields=("group", "person"), name="group_member_once"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    "GroupMeeting",
                    [
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("group", models.ForeignKey(on_delete=models.CASCADE, related_name="meetings", to="journeys.group")),
                        ("starts_at", models.DateTimeField(verbose_name="début")),
                        ("ends_at", models.DateTimeField(verbose_name="fin")),
                        ("title", models.CharField(blank=True, max_length=120, verbose_name="sujet")),
                    ],
                    options={
                        "ordering": ["starts_at", "pk"],
                        "constraints": [
                            models.CheckConstraint(condition=Q(("ends_at__gt", F("starts_at"))), name="group_meeting_ends_after"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    "Attendance",
                    [
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("meeting", models.ForeignKey(on_delete=models.CASCADE, related_name="attendances", to="journeys.groupmeeting")),
                        ("person", models.ForeignKey(on_delete=models.CASCADE, related_name="attendances", to="journeys.person")),
                        (
                            "status",
                            models.CharField(
                                choices=[("present", "Présent ou présente"), ("absent", "Absent ou absente"), ("excuse", "Excusé ou excusée")], max_length=10
                            ),
                        ),
                    ],
                    options={
                        "db_table_comment": "personal: who came to a group's meeting",
                        "constraints": [
                            models.UniqueConstraint(fields=("meeting", "person"), name="attendance_once"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    "Step",
                    [
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("person", models.ForeignKey(on_delete=models.CASCADE, related_name="%(class)ss", to="journeys.person")),
                        ("organisation", models.ForeignKey(on_delete=models.CASCADE, related_name="+", to="organisations.organisation")),
                        ("author", models.ForeignKey(blank=True, null=True, on_delete=models.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL)),
                        ("created_at", models.DateTimeField(default=timezone.now)),
                        ("version", models.PositiveIntegerField(db_default=1, default=1, editable=False)),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("diagnostic", "Diagnostic"),
                                    ("atelier", "Atelier suivi"),
                                    ("business-plan", "Plan d’affaires écrit"),
                                    ("statut", "Statut choisi"),
                                    ("financement-demande", "Financement demandé"),
                                    ("financement-obtenu", "Financement obtenu"),
                                    ("immatriculation", "Entreprise immatriculée"),
                                    ("premier-client", "Premier client"),
                                    ("emplois", "Emplois créés"),
                                    ("vivante-1-an", "Toujours en activité à 1 an"),
                                    ("vivante-3-ans", "Toujours en activité à 3 ans"),
                                ],
                                max_length=20,
                            ),
                        ),
                        ("on", models.DateField(verbose_name="le")),
                        ("amount", models.PositiveIntegerField(blank=True, null=True, verbose_name="montant (€)")),
                        ("jobs", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="emplois")),
                        ("siret", models.CharField(blank=True, max_length=14, verbose_name="SIRET")),
                        ("note", models.CharField(blank=True, max_length=500, verbose_name="précision")),
                    ],
                    options={
                        "db_table_comment": "personal: how a project goes",
                        "ordering": ["on", "pk"],
                        "indexes": [
                            models.Index(fields=["person", "on"], name="step_person"),
                        ],
                        "constraints": [
                            models.CheckConstraint(condition=Q(("siret", ""), ("siret__regex", "^\\d{14}$"), _connector="OR"), name="step_siret_digits"),
                            models.CheckConstraint(
                                condition=Q(("amount", None), ("kind__in", ["financement-demande", "financement-obtenu"]), _connector="OR"),
                                name="step_amount_of_financing",
                            ),
                            models.CheckConstraint(
                                condition=Q(Q(("kind", "emplois"), _negated=True), ("jobs__isnull", False), _connector="OR"), name="step_jobs_counted"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    "Frein",
                    [
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("person", models.ForeignKey(on_delete=models.CASCADE, related_name="%(class)ss", to="journeys.person")),
                        ("organisation", models.ForeignKey(on_delete=models.CASCADE, related_name="+", to="organisations.organisation")),
                        ("author", models.ForeignKey(blank=True, null=True, on_delete=models.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL)),
                        ("created_at", models.DateTimeField(default=timezone.now)),
                        ("version", models.PositiveIntegerField(db_default=1, default=1, editable=False)),
                        (
                            "brake",
                            models.CharField(
                                choices=[
                                    ("mobilite", "Mobilité"),
                                    ("garde-enfant", "Garde d’enfant"),
                                    ("logement", "Logement"),
                                    ("sante", "Santé"),
                                    ("langue", "Langue française"),
                                    ("numerique", "Numérique"),
                                    ("administratif", "Démarches administratives"),
                                    ("financier", "Difficultés financières"),
                                ],
                                max_length=20,
                            ),
                        ),
                        ("raised_on", models.DateField()),
                        ("lifted_on", models.DateField(blank=True, null=True)),
                        ("lifted_by", models.ForeignKey(blank=True, null=True, on_delete=models.SET_NULL, related_name="+", to="offers.service")),
                    ],
                    options={
                        "db_table_comment": "personal: what stands before a project",
                        "ordering": ["raised_on", "pk"],
                        "constraints": [
                            models.UniqueConstraint(condition=Q(("lifted_on", None)), fields=("person", "organisation", "brake"), name="brake_raised_once"),
                            models.CheckConstraint(
                                condition=Q(("lifted_on", None), ("lifted_on__gte", F("raised_on")), _connector="OR"), name="brake_lifted_after"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    "Referral",
                    [
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("person", models.ForeignKey(on_delete=models.CASCADE, related_name="referrals", to="journeys.person")),
                        ("initials", models.CharField(blank=True, max_length=8)),
                        (
                            "from_organisation",
                            models.ForeignKey(blank=True, null=True, on_delete=models.SET_NULL, related_name="+", to="organisations.organisation"),
                        ),
                        ("from_user", models.ForeignKey(blank=True, null=True, on_delete=models.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL)),
                        ("to_organisation", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="organisations.organisation")),
                        ("service", models.ForeignKey(blank=True, null=True, on_delete=models.SET_NULL, related_name="+", to="offers.service")),
                        ("banner", models.ForeignKey(blank=True, null=True, on_delete=models.SET_NULL, related_name="+", to="organisations.banner")),
                        ("previous", models.ForeignKey(blank=True, null=True, on_delete=models.SET_NULL, related_name="following", to="journeys.referral")),
                        ("reason", models.CharField(blank=True, max_length=1000, verbose_name="ce que la personne cherche")),
                        (
                            "phase",
                            models.CharField(
                                blank=True,
                                choices=[("idee", "Idée"), ("amorcage", "Émergence et amorçage"), ("creation", "Création"), ("developpement", "Développement")],
                                max_length=15,
                            ),
                        ),
                        (
                            "freins",
                            ArrayField(
                                models.CharField(
                                    choices=[
                                        ("mobilite", "Mobilité"),
                                        ("garde-enfant", "Garde d’enfant"),
                                        ("logement", "Logement"),
                                        ("sante", "Santé"),
                                        ("langue", "Langue française"),
                                        ("numerique", "Numérique"),
                                        ("administratif", "Démarches administratives"),
                                        ("financier", "Difficultés financières"),
                                    ],
                                    max_length=20,
                                ),
                                blank=True,
                                default=list,
                            ),
                        ),
                        (
                            "urgency",
                            models.CharField(
                                choices=[
                                    ("normale", "Dans les délais habituels"),
                                    ("rapide", "Cette semaine si possible"),
                                    ("urgente", "Une date proche est en jeu"),
                                ],
                                default="normale",
                                max_length=10,
                            ),
                        ),
                        ("appointment_wish", models.CharField(blank=True, max_length=200, verbose_name="quand la personne est libre")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("brouillon", "Brouillon"),
                                    ("envoyee", "Envoyée"),
                                    ("recue", "Reçue"),
                                    ("acceptee", "Acceptée"),
                                    ("refusee", "Refusée"),
                                    ("sans_reponse", "Sans réponse"),
                                    ("rdv_fait", "Premier rendez-vous fait"),
                                    ("absent", "Absent ou absente au rendez-vous"),
                                    ("excuse", "Excusé ou excusée au rendez-vous"),
                                    ("reorientee", "Réorientée"),
                                    ("annulee", "Annulée"),
                                    ("aide", "Aidé ou aidée"),
                                    ("pas_d_aide", "Pas d’aide possible"),
                                    ("injoignable", "Injoignable"),
                                    ("pas_pour_nous", "Pas pour nous"),
                                ],
                                default="brouillon",
                                max_length=15,
                            ),
                        ),
                        (
                            "next_action",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("completer", "Terminer et envoyer"),
                                    ("repondre", "Répondre"),
                                    ("relancer", "Relancer la structure"),
                                    ("appeler", "Appeler la structure"),
                                    ("proposer_suite", "Proposer une autre structure"),
                                    ("prevenir_personne", "Prévenir la personne"),
                                    ("fixer_rdv", "Fixer un rendez-vous"),
                                    ("noter_issue", "Dire ce que cela a donné"),
                                ],
                                max_length=20,
                            ),
                        ),
                        ("next_action_at", models.DateTimeField(blank=True, null=True)),
                        ("in_charge", models.ForeignKey(blank=True, null=True, on_delete=models.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                        ("coordinated", models.BooleanField(default=False)),
                        ("promised_days", models.PositiveSmallIntegerField(default=5)),
                        ("reminders", models.PositiveSmallIntegerField(default=0)),
                        ("mails", models.PositiveSmallIntegerField(default=0)),
                        (
                            "refusal_reason",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("complet", "Nous sommes complets en ce moment"),
                                    ("hors-zone", "La personne habite hors de notre zone"),
                                    ("hors-public", "Nous n’aidons pas ce public"),
                                    ("trop-tot", "Le projet n’est pas encore assez avancé"),
                                    ("trop-tard", "Le projet est déjà plus avancé que notre aide"),
                                    ("autre-besoin", "Ce n’est pas notre métier"),
                                    ("deja-suivi", "La personne est déjà suivie ailleurs pour cela"),
                                    ("autre", "Autre raison"),
                                ],
                                max_length=15,
                            ),
                        ),
                        ("answer_note", models.CharField(blank=True, max_length=1000)),
                        ("created_at", models.DateTimeField(default=timezone.now)),
                        ("sent_at", models.DateTimeField(blank=True, null=True)),
                        ("answered_at", models.DateTimeField(blank=True, null=True)),
                        ("person_told_at", models.DateTimeField(blank=True, null=True)),
                        ("closed_at", models.DateTimeField(blank=True, null=True)),
                        ("moved_at", models.DateTimeField(default=timezone.now)),
                        (
                            "moved_via",
                            models.CharField(
                                choices=[
                                    ("web", "sur le site"),
                                    ("link", "par un lien reçu par mail"),
                                    ("person", "par la personne"),
                                    ("job", "à l’échéance prévue"),
                                ],
                                default="web",
                                max_length=10,
                            ),
                        ),
                        ("receiver_until", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("sender_until", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("is_example", models.BooleanField(default=False)),
                        ("version", models.PositiveIntegerField(db_default=1, default=1, editable=False)),
                    ],
                    options={
                        "db_table_comment": "personal: whom a person was sent to, and why",
                        "indexes": [
                            models.Index(
                                condition=Q(("state__in", ENDED), _negated=True), fields=["to_organisation", "next_action_at", "id"], name="referral_inbox"
                            ),
                            models.Index(
                                condition=Q(("state__in", ENDED), _negated=True), fields=["from_organisation", "next_action_at", "id"], name="referral_sent"
                            ),
                            models.Index(
                                condition=Q(("state__in", ENDED), _negated=True), fields=["in_charge", "next_action_at", "id"], name="referral_in_charge"
                            ),
                            models.Index(condition=Q(("state__in", ENDED)), fields=["to_organisation", "-closed_at", "-id"], name="referral_received_ended"),
                            models.Index(condition=Q(("state__in", ENDED)), fields=["from_organisation", "-closed_at", "-id"], name="referral_sent_ended"),
                            models.Index(condition=Q(("state__in", ENDED), _negated=True), fields=["next_action_at", "id"], name="referral_due"),
                            models.Index(
                                condition=Q(("coordinated", True), Q(("state__in", ENDED), _negated=True)),
                                fields=["banner", "next_action_at", "id"],
                                name="referral_coordinated",
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=Q(
                                    Q(
                                        ("closed_at", None),
                                        ("in_charge__isnull", False),
                                        ("next_action_at__isnull", False),
                                        ("state__in", ("brouillon", "envoyee", "recue", "acceptee", "refusee", "sans_reponse", "rdv_fait", "absent", "excuse")),
                                        ("next_action__in", NEXT_ACTIONS),
                                    ),
                                    Q(("closed_at__isnull", False), ("in_charge", None), ("next_action", ""), ("next_action_at", None), ("state__in", ENDED)),
                                    _connector="OR",
                                ),
                                name="referral_has_a_next_action",
                            ),
                            models.CheckConstraint(
                                condition=Q(("state", "brouillon"), ("state", "annulee"), ("sent_at__isnull", False), _connector="OR"), name="referral_sent"
                            ),
                            models.CheckConstraint(condition=Q(("reminders__lte", 2)), name="referral_two_reminders"),
                            models.CheckConstraint(condition=Q(("mails__lte", 3)), name="referral_three_mails"),
                            models.CheckConstraint(
                                condition=Q(Q(("state", "refusee"), _negated=True), Q(("refusal_reason", ""), _negated=True), _connector="OR"),
                                name="referral_refused_for_a_reason",
                            ),
                            models.CheckConstraint(
                                condition=Q(
                                    (
                                        "freins__contained_by",
                                        ["mobilite", "garde-enfant", "logement", "sante", "langue", "numerique", "administratif", "financier"],
                                    )
                                ),
                                name="referral_freins_known",
                            ),
                            models.UniqueConstraint(
                                condition=Q(
                                    ("state__in", ["brouillon", "reorientee", "annulee", "aide", "pas_d_aide", "injoignable", "pas_pour_nous"]), _negated=True
                                ),
                                fields=("person", "to_organisation"),
                                name="referral_open_once",
                            ),
                            models.UniqueConstraint(
                                condition=Q(("state", "brouillon")),
                                fields=("person", "to_organisation", "from_organisation"),
                                name="referral_draft_once",
                                nulls_distinct=False,
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    "Appointment",
                    [
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("person", models.ForeignKey(on_delete=models.CASCADE, related_name="%(class)ss", to="journeys.person")),
                        ("organisation", models.ForeignKey(on_delete=models.CASCADE, related_name="+", to="organisations.organisation")),
                        ("author", models.ForeignKey(blank=True, null=True, on_delete=models.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL)),
                        ("created_at", models.DateTimeField(default=timezone.now)),
                        ("version", models.PositiveIntegerField(db_default=1, default=1, editable=False)),
                        ("referral", models.ForeignKey(blank=True, null=True, on_delete=models.SET_NULL, related_name="appointments", to="journeys.referral")),
                        ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ("sequence", models.PositiveSmallIntegerField(default=0, editable=False)),
                        ("starts_at", models.DateTimeField(verbose_name="début")),
                        ("ends_at", models.DateTimeField(verbose_name="fin")),
                        ("place", models.CharField(blank=True, max_length=300, verbose_name="où")),
                        ("remote", models.BooleanField(default=False, verbose_name="à distance")),
                        ("received_by", models.ForeignKey(blank=True, null=True, on_delete=models.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL)),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("prevu", "Prévu"),
                                    ("fait", "Fait"),
                                    ("absent", "La personne n’est pas venue"),
                                    ("excuse", "La personne s’est excusée"),
                                    ("annule", "Annulé"),
                                ],
                                default="prevu",
                                max_length=10,
                            ),
                        ),
                    ],
                    options={
                        "db_table_comment": "personal: when someone is expected",
                        "ordering": ["starts_at", "pk"],
                        "indexes": [
                            models.Index(fields=["person", "starts_at"], name="appointment_person"),
                        ],
                        "constraints": [
                            models.CheckConstraint(condition=Q(("ends_at__gt", F("starts_at"))), name="appointment_ends_after"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    "Note",
                    [
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("person", models.ForeignKey(on_delete=models.CASCADE, related_name="%(class)ss", to="journeys.person")),
                        ("organisation", models.ForeignKey(on_delete=models.CASCADE, related_name="+", to="organisations.organisation")),
                        ("author", models.ForeignKey(blank=True, null=True, on_delete=models.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL)),
                        ("created_at", models.DateTimeField(default=timezone.now)),
                        ("version", models.PositiveIntegerField(db_default=1, default=1, editable=False)),
                        ("body", models.TextField(max_length=5000)),
                        ("is_private", models.BooleanField(default=False)),
                    ],
                    options={
                        "db_table_comment": "personal: what was said of a project",
                        "ordering": ["-created_at", "-pk"],
                        "constraints": [
                            models.CheckConstraint(condition=Q(("body", ""), _negated=True), name="note_said"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    "Document",
                    [
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("person", models.ForeignKey(on_delete=models.CASCADE, related_name="%(class)ss", to="journeys.person")),
                        ("organisation", models.ForeignKey(on_delete=models.CASCADE, related_name="+", to="organisations.organisation")),
                        ("author", models.ForeignKey(blank=True, null=True, on_delete=models.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL)),
                        ("created_at", models.DateTimeField(default=timezone.now)),
                        ("version", models.PositiveIntegerField(db_default=1, default=1, editable=False)),
                        ("name", models.CharField(max_length=200, verbose_name="nom")),
                        ("media_type", models.CharField(max_length=100)),
                        ("size", models.PositiveIntegerField()),
                        ("path", models.CharField(max_length=200, unique=True)),
                    ],
                    options={
                        "db_table_comment": "personal: documents of a project",
                        "ordering": ["-created_at", "-pk"],
                        "constraints": [
                            models.CheckConstraint(condition=Q(("size__range", (1, 10485760))), name="document_size"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    "MergedPerson",
                    [
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("old_number", models.BigIntegerField(unique=True)),
                        ("person", models.ForeignKey(on_delete=models.CASCADE, related_name="+", to="journeys.person")),
                        ("merged_at", models.DateTimeField(default=timezone.now)),
                        ("by_number", models.BigIntegerField()),
                    ],
                    options={
                        "db_table_comment": "personal: which files are of one person",
                    },
                ),
                migrations.CreateModel(
                    "Follow",
                    [
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("person", models.ForeignKey(on_delete=models.CASCADE, related_name="follows", to="journeys.person")),
                        ("organisation", models.ForeignKey(on_delete=models.CASCADE, related_name="+", to="organisations.organisation")),
                        ("referent", models.ForeignKey(blank=True, null=True, on_delete=models.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL)),
                        ("since", models.DateTimeField(default=timezone.now)),
                        ("until", models.DateTimeField(blank=True, null=True)),
                        ("shared", models.BooleanField(default=False)),
                    ],
                    options={
                        "db_table_comment": "personal: which structures accompany someone",
                        "indexes": [
                            models.Index(fields=["organisation", "person"], name="follow_organisation"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("person", "organisation"), name="follow_once"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    "OpeningEvent",
                    [
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("person_number", models.BigIntegerField(db_index=True)),
                        ("user_number", models.BigIntegerField()),
                        ("organisation_number", models.BigIntegerField(null=True)),
                        ("at", models.DateTimeField(default=timezone.now)),
                        ("why", models.CharField(max_length=200)),
                    ],
                    options={
                        "db_table_comment": "personal: who read whose file",
                    },
                ),
                migrations.CreateModel(
                    "Terms",
                    [
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("organisation", models.OneToOneField(on_delete=models.CASCADE, related_name="referral_terms", to="organisations.organisation")),
                        ("promised_days", models.PositiveSmallIntegerField(default=5, verbose_name="réponse promise en (jours ouvrés)")),
                        ("courriel", models.EmailField(blank=True, max_length=254, verbose_name="adresse où prévenir")),
                        ("is_open", models.BooleanField(default=True, verbose_name="reçoit des orientations")),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(condition=Q(("promised_days__range", (1, 30))), name="terms_promised_days"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    "ReferralEvent",
                    [
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("referral_number", models.BigIntegerField(db_index=True)),
                        ("user_number", models.BigIntegerField(null=True)),
                        (
                            "via",
                            models.CharField(
                                choices=[
                                    ("web", "sur le site"),
                                    ("link", "par un lien reçu par mail"),
                                    ("person", "par la personne"),
                                    ("job", "à l’échéance prévue"),
                                ],
                                max_length=10,
                            ),
                        ),
                        ("at", models.DateTimeField()),
                        ("from_state", models.CharField(blank=True, max_length=15)),
                        ("to_state", models.CharField(max_length=15)),
                    ],
                    options={
                        "db_table_comment": "personal: what became of a referral, and by whom",
                        "ordering": ["at", "pk"],
                    },
                ),
                migrations.CreateModel(
                    "AnswerLink",
                    [
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("referral", models.ForeignKey(on_delete=models.CASCADE, related_name="links", to="journeys.referral")),
                        ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ("sent_to", models.EmailField(max_length=254)),
                        ("code_hash", models.CharField(blank=True, max_length=128)),
                        ("code_tries", models.PositiveSmallIntegerField(default=0)),
                        ("code_sent_at", models.DateTimeField(blank=True, null=True)),
                        ("created_at", models.DateTimeField(default=timezone.now)),
                        ("expires_at", models.DateTimeField()),
                        ("used_at", models.DateTimeField(blank=True, null=True)),
                        ("revoked_at", models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        "db_table_comment": "personal: to let a structure answer by mail",
                    },
                ),
                migrations.CreateModel(
                    "LinkOpeningEvent",
                    [
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("link_number", models.BigIntegerField(db_index=True)),
                        ("what", models.CharField(max_length=20)),
                        ("at", models.DateTimeField(default=timezone.now)),
                    ],
                    options={
                        "db_table_comment": "personal: when a structure opened a referral",
                    },
                ),
            ]
        ),
        migrations.RunPython(write_texts, migrations.RunPython.noop),
        migrations.RunSQL(SQL, NO_SQL),
    ]
