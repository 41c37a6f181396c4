"""The tables as 0.1 has them, made at once; a register that made them step by step goes on from there."""

import django.db.models.deletion
import simple_history.models
import sroi.money
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('reporting', '0001_initial'),
        ('reporting', '0002_final_means_frozen'),
        ('reporting', '0003_texts_of_sections'),
        ('reporting', '0004_filing_team_and_outlook'),
        ('reporting', '0005_publishing'),
        ('reporting', '0006_once_per_edition'),
        ('reporting', '0007_what_goals_are_about'),
        ('reporting', '0008_goals_are_about_figures_of_the_catalogue'),
        ('reporting', '0009_statements_of_contractors'),
        ('reporting', '0010_shares_comments_and_years_that_stand_out'),
        ('reporting', '0011_stories'),
        ('reporting', '0012_consent_taken_back'),
        ('reporting', '0013_consent_without_a_name'),
    ]

    dependencies = [
        ('contracts', '0001_squashed_0039_handed_over_from_a_day'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AnnualReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField(verbose_name='year')),
                ('state', models.CharField(choices=[('draft', 'draft'), ('proposed', 'proposed'), ('final', 'final')], default='draft', max_length=10, verbose_name='state')),
                ('finalised_at', models.DateTimeField(blank=True, null=True)),
                ('last_posting', models.PositiveBigIntegerField(blank=True, null=True)),
                ('published_at', models.DateTimeField(blank=True, null=True)),
                ('figures', models.JSONField(blank=True, null=True)),
                ('definitions', models.JSONField(blank=True, default=dict)),
                ('goals', models.JSONField(blank=True, default=list)),
                ('outlook', models.JSONField(blank=True, null=True)),
                ('fingerprint', models.CharField(blank=True, max_length=64)),
                ('finalised_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('policy', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contracts.policy')),
                ('published_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='annual_reports', to='contracts.region')),
            ],
            options={
                'ordering': ('region', '-year'),
            },
        ),
        migrations.CreateModel(
            name='Filing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(blank=True, max_length=60, verbose_name='number of the council notice')),
                ('on', models.DateField(blank=True, null=True, verbose_name='date of the council notice')),
                ('case_number', models.CharField(blank=True, max_length=60, verbose_name='case number')),
                ('portfolio_holder', models.CharField(blank=True, max_length=120, verbose_name='portfolio holder')),
                ('signed_by', models.CharField(blank=True, max_length=200, verbose_name='signed by')),
                ('version', models.PositiveIntegerField(default=1)),
                ('municipality', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contracts.municipality')),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='filings', to='reporting.annualreport')),
            ],
            options={
                'ordering': ('pk',),
            },
        ),
        migrations.CreateModel(
            name='FrozenEdition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('figures', models.JSONField()),
                ('facts', models.JSONField()),
                ('filing', models.JSONField(blank=True, default=dict)),
                ('text', models.TextField()),
                ('document', models.TextField()),
                ('municipality', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='frozen_editions', to='contracts.municipality')),
            ],
            options={
                'ordering': ('revision', 'pk'),
            },
        ),
        migrations.CreateModel(
            name='FrozenFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('format', models.CharField(max_length=5)),
                ('content', models.BinaryField()),
                ('fingerprint', models.CharField(max_length=64)),
                ('edition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='files', to='reporting.frozenedition')),
            ],
            options={
                'ordering': ('edition', 'format'),
            },
        ),
        migrations.CreateModel(
            name='Goal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField(verbose_name='year')),
                ('indicator', models.CharField(max_length=30, verbose_name='indicator')),
                ('low', models.DecimalField(decimal_places=2, max_digits=15, verbose_name='low')),
                ('high', models.DecimalField(blank=True, decimal_places=2, max_digits=15, null=True, verbose_name='high')),
                ('volume', sroi.money.MoneyField(blank=True, null=True, verbose_name='procurement volume in a year')),
                ('percents', models.JSONField(blank=True, default=list, verbose_name='percentages of it')),
                ('source', models.CharField(blank=True, max_length=200, verbose_name='where it was decided')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='goals', to='contracts.region')),
            ],
            options={
                'ordering': ('region', 'year', 'indicator'),
            },
        ),
        migrations.CreateModel(
            name='HistoricalFiling',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('number', models.CharField(blank=True, max_length=60, verbose_name='number of the council notice')),
                ('on', models.DateField(blank=True, null=True, verbose_name='date of the council notice')),
                ('case_number', models.CharField(blank=True, max_length=60, verbose_name='case number')),
                ('portfolio_holder', models.CharField(blank=True, max_length=120, verbose_name='portfolio holder')),
                ('signed_by', models.CharField(blank=True, max_length=200, verbose_name='signed by')),
                ('history_change_reason', models.CharField(max_length=300, null=True, verbose_name='why')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('municipality', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='contracts.municipality')),
                ('report', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='reporting.annualreport')),
            ],
            options={
                'verbose_name': 'historical filing',
                'verbose_name_plural': 'historical filings',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalGoal',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField(verbose_name='year')),
                ('indicator', models.CharField(max_length=30, verbose_name='indicator')),
                ('low', models.DecimalField(decimal_places=2, max_digits=15, verbose_name='low')),
                ('high', models.DecimalField(blank=True, decimal_places=2, max_digits=15, null=True, verbose_name='high')),
                ('volume', sroi.money.MoneyField(blank=True, null=True, verbose_name='procurement volume in a year')),
                ('percents', models.JSONField(blank=True, default=list, verbose_name='percentages of it')),
                ('source', models.CharField(blank=True, max_length=200, verbose_name='where it was decided')),
                ('history_change_reason', models.CharField(max_length=300, null=True, verbose_name='why')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('region', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='contracts.region')),
            ],
            options={
                'verbose_name': 'historical goal',
                'verbose_name_plural': 'historical goals',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalStory',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('consent_on', models.DateField(blank=True, null=True, verbose_name='day of the consent')),
                ('withdrawn_on', models.DateField(blank=True, null=True)),
                ('history_change_reason', models.CharField(max_length=300, null=True, verbose_name='why')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('report', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='reporting.annualreport')),
            ],
            options={
                'verbose_name': 'historical story',
                'verbose_name_plural': 'historical storys',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalSupplement',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField(verbose_name='year')),
                ('team_fte', models.DecimalField(blank=True, decimal_places=2, max_digits=6, null=True, verbose_name='size of the team in fte')),
                ('team_cost', sroi.money.MoneyField(blank=True, null=True, verbose_name='cost of the team in a year')),
                ('extra_fte', models.DecimalField(blank=True, decimal_places=2, max_digits=6, null=True, verbose_name='extra fte proposed')),
                ('extra_cost', sroi.money.MoneyField(blank=True, null=True, verbose_name='extra cost proposed in a year')),
                ('by_inhabitants', models.BooleanField(default=True, verbose_name='divided over the municipalities by inhabitants')),
                ('team_note', models.CharField(blank=True, max_length=1000, verbose_name='about the team')),
                ('scenario_year', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='year of the scenario')),
                ('volume_low', sroi.money.MoneyField(blank=True, null=True, verbose_name='procurement volume in a year, low')),
                ('volume_high', sroi.money.MoneyField(blank=True, null=True, verbose_name='procurement volume in a year, high')),
                ('share_low', models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True, verbose_name='share with social return, low')),
                ('share_high', models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True, verbose_name='share with social return, high')),
                ('rate_low', models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True, verbose_name='average rate, low')),
                ('rate_high', models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True, verbose_name='average rate, high')),
                ('realised_low', models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True, verbose_name='part of the obligation that is fulfilled, low')),
                ('realised_high', models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True, verbose_name='part of the obligation that is fulfilled, high')),
                ('scenario_note', models.CharField(blank=True, max_length=1000, verbose_name='assumptions')),
                ('year_note', models.CharField(blank=True, max_length=500, verbose_name='why this year stands out')),
                ('history_change_reason', models.CharField(max_length=300, null=True, verbose_name='why')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('region', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='contracts.region')),
            ],
            options={
                'verbose_name': 'historical supplement',
                'verbose_name_plural': 'historical supplements',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='ReportEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('proposed', 'proposed'), ('sent_back', 'sent back to draft'), ('final', 'made final'), ('revised', 'text revised'), ('published', 'published')], max_length=10)),
                ('at', models.DateTimeField()),
                ('why', models.CharField(blank=True, max_length=1000)),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='reporting.annualreport')),
            ],
            options={
                'ordering': ('pk',),
            },
        ),
        migrations.CreateModel(
            name='Revision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('made_at', models.DateTimeField()),
                ('reason', models.CharField(blank=True, max_length=1000)),
                ('last_text', models.PositiveBigIntegerField(default=0)),
                ('fingerprint', models.CharField(max_length=64)),
                ('made_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='revisions', to='reporting.annualreport')),
            ],
            options={
                'ordering': ('report', 'number'),
            },
        ),
        migrations.AddField(
            model_name='frozenedition',
            name='revision',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='editions', to='reporting.revision'),
        ),
        migrations.CreateModel(
            name='SectionComment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('section', models.CharField(max_length=30, verbose_name='section')),
                ('text', models.CharField(max_length=1000, verbose_name='comment')),
                ('at', models.DateTimeField()),
                ('done_at', models.DateTimeField(blank=True, null=True)),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('done_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('municipality', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contracts.municipality')),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='comments', to='reporting.annualreport')),
            ],
            options={
                'ordering': ('pk',),
            },
        ),
        migrations.CreateModel(
            name='SectionText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('section', models.CharField(max_length=30, verbose_name='section')),
                ('number', models.PositiveIntegerField()),
                ('text', models.TextField(blank=True, verbose_name='text')),
                ('everywhere', models.BooleanField(default=False, verbose_name='also in the editions of municipalities')),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('municipality', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contracts.municipality')),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='texts', to='reporting.annualreport')),
            ],
            options={
                'ordering': ('pk',),
            },
        ),
        migrations.CreateModel(
            name='Statement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField(verbose_name='year')),
                ('number', models.PositiveSmallIntegerField()),
                ('code', models.CharField(max_length=30, unique=True)),
                ('content', models.JSONField()),
                ('issued_at', models.DateTimeField()),
                ('pdf', models.BinaryField(null=True)),
                ('contract', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='statements', to='contracts.contract')),
                ('contractor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='statements', to='contracts.contractor')),
                ('issued_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('contract', '-year', '-number'),
            },
        ),
        migrations.CreateModel(
            name='Story',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=120, verbose_name='title')),
                ('text', models.CharField(max_length=600, verbose_name='text')),
                ('picture', models.BinaryField(blank=True, null=True)),
                ('alt', models.CharField(blank=True, max_length=300, verbose_name='what the picture shows')),
                ('consent_by', models.CharField(blank=True, max_length=200, verbose_name='who gave consent')),
                ('consent_on', models.DateField(blank=True, null=True, verbose_name='day of the consent')),
                ('withdrawn_on', models.DateField(blank=True, null=True)),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='stories', to='reporting.annualreport')),
            ],
            options={
                'ordering': ('pk',),
            },
        ),
        migrations.CreateModel(
            name='Supplement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField(verbose_name='year')),
                ('team_fte', models.DecimalField(blank=True, decimal_places=2, max_digits=6, null=True, verbose_name='size of the team in fte')),
                ('team_cost', sroi.money.MoneyField(blank=True, null=True, verbose_name='cost of the team in a year')),
                ('extra_fte', models.DecimalField(blank=True, decimal_places=2, max_digits=6, null=True, verbose_name='extra fte proposed')),
                ('extra_cost', sroi.money.MoneyField(blank=True, null=True, verbose_name='extra cost proposed in a year')),
                ('by_inhabitants', models.BooleanField(default=True, verbose_name='divided over the municipalities by inhabitants')),
                ('team_note', models.CharField(blank=True, max_length=1000, verbose_name='about the team')),
                ('scenario_year', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='year of the scenario')),
                ('volume_low', sroi.money.MoneyField(blank=True, null=True, verbose_name='procurement volume in a year, low')),
                ('volume_high', sroi.money.MoneyField(blank=True, null=True, verbose_name='procurement volume in a year, high')),
                ('share_low', models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True, verbose_name='share with social return, low')),
                ('share_high', models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True, verbose_name='share with social return, high')),
                ('rate_low', models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True, verbose_name='average rate, low')),
                ('rate_high', models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True, verbose_name='average rate, high')),
                ('realised_low', models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True, verbose_name='part of the obligation that is fulfilled, low')),
                ('realised_high', models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True, verbose_name='part of the obligation that is fulfilled, high')),
                ('scenario_note', models.CharField(blank=True, max_length=1000, verbose_name='assumptions')),
                ('year_note', models.CharField(blank=True, max_length=500, verbose_name='why this year stands out')),
                ('version', models.PositiveIntegerField(default=1)),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='supplements', to='contracts.region')),
            ],
            options={
                'ordering': ('region', 'year'),
            },
        ),
        migrations.AddConstraint(
            model_name='annualreport',
            constraint=models.UniqueConstraint(fields=('region', 'year'), name='annual_report_once'),
        ),
        migrations.AddConstraint(
            model_name='annualreport',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'final'), _negated=True), models.Q(('finalised_at__isnull', False), ('last_posting__isnull', False)), _connector='OR'), name='annual_report_final_is_frozen'),
        ),
        migrations.AddConstraint(
            model_name='annualreport',
            constraint=models.CheckConstraint(condition=models.Q(('published_at', None), ('state', 'final'), _connector='OR'), name='annual_report_published_is_final'),
        ),
        migrations.AddConstraint(
            model_name='filing',
            constraint=models.UniqueConstraint(fields=('report', 'municipality'), name='filing_once'),
        ),
        migrations.AddConstraint(
            model_name='filing',
            constraint=models.UniqueConstraint(condition=models.Q(('municipality', None)), fields=('report',), name='filing_once_of_region'),
        ),
        migrations.AddConstraint(
            model_name='frozenfile',
            constraint=models.UniqueConstraint(fields=('edition', 'format'), name='frozen_file_once'),
        ),
        migrations.AddConstraint(
            model_name='goal',
            constraint=models.UniqueConstraint(fields=('region', 'year', 'indicator'), name='goal_once'),
        ),
        migrations.AddConstraint(
            model_name='goal',
            constraint=models.CheckConstraint(condition=models.Q(('high', None), ('high__gte', models.F('low')), _connector='OR'), name='goal_range'),
        ),
        migrations.AddConstraint(
            model_name='goal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('percents', []), ('volume', None)), models.Q(('high', None), ('volume__isnull', False), models.Q(('percents', []), _negated=True)), _connector='OR'), name='goal_chain'),
        ),
        migrations.AddConstraint(
            model_name='revision',
            constraint=models.UniqueConstraint(fields=('report', 'number'), name='revision_number'),
        ),
        migrations.AddConstraint(
            model_name='revision',
            constraint=models.CheckConstraint(condition=models.Q(('number', 0), models.Q(('reason', ''), _negated=True), _connector='OR'), name='revision_has_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='frozenedition',
            constraint=models.UniqueConstraint(fields=('revision', 'municipality'), name='frozen_edition_once'),
        ),
        migrations.AddConstraint(
            model_name='frozenedition',
            constraint=models.UniqueConstraint(condition=models.Q(('municipality', None)), fields=('revision',), name='frozen_edition_once_of_region'),
        ),
        migrations.AddConstraint(
            model_name='sectiontext',
            constraint=models.UniqueConstraint(fields=('report', 'section', 'number', 'municipality'), name='section_text_number'),
        ),
        migrations.AddConstraint(
            model_name='sectiontext',
            constraint=models.UniqueConstraint(condition=models.Q(('municipality', None)), fields=('report', 'section', 'number'), name='section_text_number_of_region'),
        ),
        migrations.AddConstraint(
            model_name='statement',
            constraint=models.UniqueConstraint(fields=('contract', 'contractor', 'year', 'number'), name='statement_number'),
        ),
        migrations.AddConstraint(
            model_name='story',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('alt', ''), ('picture', None)), models.Q(('picture__isnull', False), models.Q(('alt', ''), _negated=True)), _connector='OR'), name='story_picture_has_words'),
        ),
        migrations.AddConstraint(
            model_name='story',
            constraint=models.CheckConstraint(condition=models.Q(('consent_by', ''), ('consent_on__isnull', False), _connector='OR'), name='story_consent_has_day'),
        ),
        migrations.AddConstraint(
            model_name='supplement',
            constraint=models.UniqueConstraint(fields=('region', 'year'), name='supplement_once'),
        ),
    ]
