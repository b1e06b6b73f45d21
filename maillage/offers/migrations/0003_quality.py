import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


POLICY = """
CREATE FUNCTION offers_answers_for(service bigint) RETURNS boolean LANGUAGE sql STABLE
    RETURN EXISTS (
        SELECT FROM accounts_role
        WHERE user_id = maillage_user_id() AND kind IN ('moderator', 'animator', 'network')
    ) OR EXISTS (
        SELECT FROM offers_service s JOIN organisations_membership m ON m.organisation_id = s.structure_id
        WHERE s.id = service AND m.user_id = maillage_user_id()
    );
ALTER TABLE offers_errorreport ENABLE ROW LEVEL SECURITY;
ALTER TABLE offers_errorreport FORCE ROW LEVEL SECURITY;
CREATE POLICY answering ON offers_errorreport USING (
    maillage_purpose() IN ('proof', 'administration') OR offers_answers_for(service_id)
);
"""
NO_POLICY = """
DROP POLICY answering ON offers_errorreport;
ALTER TABLE offers_errorreport NO FORCE ROW LEVEL SECURITY;
ALTER TABLE offers_errorreport DISABLE ROW LEVEL SECURITY;
DROP FUNCTION offers_answers_for(bigint);
"""


class Migration(migrations.Migration):

    dependencies = [
        ('offers', '0002_terms_versions_and_search'),
        ('organisations', '0003_versions_and_zones'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='LinkCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('url', models.CharField(max_length=2000, unique=True)),
                ('checked_at', models.DateTimeField(null=True)),
                ('status', models.SmallIntegerField(null=True)),
                ('failing_since', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='ErrorReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('kind', models.CharField(choices=[('contact', 'Le téléphone ou l’adresse e-mail ne marche pas'), ('place', 'L’adresse ou les horaires sont faux'), ('closed', 'Ce service n’existe plus'), ('conditions', 'Les conditions ne sont pas celles-là'), ('other', 'Autre chose')], max_length=12)),
                ('message', models.CharField(blank=True, max_length=1000)),
                ('email', models.EmailField(blank=True, max_length=254)),
                ('status', models.CharField(choices=[('waiting', 'À traiter'), ('fixed', 'Corrigé'), ('refused', 'Rien à corriger')], default='waiting', max_length=10)),
                ('answer', models.CharField(blank=True, max_length=1000)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('answered_at', models.DateTimeField(null=True)),
                ('moderator', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('service', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reports', to='offers.service')),
            ],
            options={
                'db_table_comment': 'personal: to answer the person who reports an error',
                'indexes': [models.Index(fields=['status', 'created_at'], name='errorreport_queue')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['contact', 'place', 'closed', 'conditions', 'other'])), name='errorreport_kind_known'), models.CheckConstraint(condition=models.Q(models.Q(('answered_at__isnull', True), ('status', 'waiting')), models.Q(('answered_at__isnull', False), ('status__in', ['fixed', 'refused'])), _connector='OR'), name='errorreport_answered_whole')],
            },
        ),
        migrations.CreateModel(
            name='Finding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('stale', 'Pas confirmé depuis neuf mois'), ('duplicate', 'Ressemble à un autre service'), ('hours', 'Horaires illisibles'), ('dead-link', 'Lien qui ne répond plus'), ('point-outside', 'Position hors de France'), ('point-elsewhere', 'Position loin de la commune'), ('unreachable', 'Aucun moyen de contact'), ('gone', 'Disparu de sa source'), ('siret-missing', 'Structure sans SIRET'), ('siret-wrong', 'SIRET faux'), ('siret-closed', 'Établissement fermé'), ('structure-unknown', 'Structure absente des fichiers reçus')], max_length=20)),
                ('detail', models.CharField(blank=True, max_length=300)),
                ('found_on', models.DateField()),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.organisation')),
                ('service', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='findings', to='offers.service')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('service__isnull', False)), fields=('service', 'kind'), name='finding_service_once'), models.UniqueConstraint(condition=models.Q(('organisation__isnull', False)), fields=('organisation', 'kind'), name='finding_organisation_once'), models.CheckConstraint(condition=models.Q(('service__isnull', True), ('organisation__isnull', True), _connector='XOR'), name='finding_of_one_thing'), models.CheckConstraint(condition=models.Q(('kind__in', ['stale', 'duplicate', 'hours', 'dead-link', 'point-outside', 'point-elsewhere', 'unreachable', 'gone', 'siret-missing', 'siret-wrong', 'siret-closed', 'structure-unknown'])), name='finding_kind_known')],
            },
        ),
        migrations.RunSQL(POLICY, NO_POLICY),
    ]
