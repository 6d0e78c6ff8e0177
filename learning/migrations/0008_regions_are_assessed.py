"""Regions are rated by dimensions: by themselves, by other partners and by experts, round by round."""

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("learning", "0007_indicators"),
        ("projects", "0004_practices_have_addresses_of_their_own"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AssessmentRound",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField(verbose_name="position")),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                (
                    "held_on",
                    models.DateField(
                        blank=True,
                        help_text="The day that the ratings are about; empty while not known.",
                        null=True,
                        verbose_name="state of",
                    ),
                ),
                (
                    "closes_on",
                    models.DateField(
                        blank=True,
                        help_text="Ratings are taken until the end of it (UTC); empty: always.",
                        null=True,
                        verbose_name="last day",
                    ),
                ),
            ],
            options={
                "verbose_name": "round of assessment",
                "verbose_name_plural": "rounds of assessment",
                "ordering": ["instrument", "position"],
            },
        ),
        migrations.CreateModel(
            name="Dimension",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField(verbose_name="position")),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("anchor_1", models.CharField(max_length=300, verbose_name="what 1 means")),
                ("anchor_2", models.CharField(blank=True, max_length=300, verbose_name="what 2 means")),
                ("anchor_3", models.CharField(blank=True, max_length=300, verbose_name="what 3 means")),
                ("anchor_4", models.CharField(blank=True, max_length=300, verbose_name="what 4 means")),
                ("anchor_5", models.CharField(max_length=300, verbose_name="what 5 means")),
            ],
            options={
                "verbose_name": "dimension",
                "verbose_name_plural": "dimensions",
                "ordering": ["instrument", "position"],
            },
        ),
        migrations.CreateModel(
            name="Assessment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("self", "The region itself"), ("peer", "Another partner"), ("expert", "Expert")],
                        max_length=10,
                        verbose_name="who rates",
                    ),
                ),
                ("expert", models.CharField(blank=True, max_length=200, verbose_name="name of the expert")),
                ("noted_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="noted at")),
                (
                    "noted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="assessments",
                        to="projects.partner",
                        verbose_name="rated partner",
                    ),
                ),
                (
                    "rater",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="assessments_given",
                        to="projects.partner",
                        verbose_name="partner that rates",
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="assessments",
                        to="learning.assessmentround",
                        verbose_name="round of assessment",
                    ),
                ),
            ],
            options={
                "verbose_name": "assessment",
                "verbose_name_plural": "assessments",
                "ordering": ["round", "partner", "noted_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="DimensionRating",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "value",
                    models.PositiveSmallIntegerField(
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(5),
                        ],
                        verbose_name="rating",
                    ),
                ),
                ("remark", models.TextField(blank=True, max_length=1000, verbose_name="remark")),
                (
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="ratings",
                        to="learning.assessment",
                        verbose_name="assessment",
                    ),
                ),
                (
                    "dimension",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="ratings",
                        to="learning.dimension",
                        verbose_name="dimension",
                    ),
                ),
            ],
            options={
                "verbose_name": "rating of a dimension",
                "verbose_name_plural": "ratings of dimensions",
                "ordering": ["assessment", "dimension__position"],
            },
        ),
        migrations.CreateModel(
            name="Instrument",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("translations", models.JSONField(blank=True, default=dict, verbose_name="translations")),
                ("language", models.CharField(default="en", max_length=10, verbose_name="language of the text")),
                (
                    "source_key",
                    models.CharField(
                        blank=True,
                        help_text="Identifies the record when the same file is loaded again. "
                        "Empty for what was typed in here.",
                        max_length=100,
                        null=True,
                        unique=True,
                        verbose_name="key in the source",
                    ),
                ),
                (
                    "sources",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Addresses or descriptions of the documents, in order.",
                        verbose_name="sources",
                    ),
                ),
                ("note", models.TextField(blank=True, verbose_name="note on the sources")),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="instruments",
                        to="projects.project",
                        verbose_name="project",
                    ),
                ),
            ],
            options={
                "verbose_name": "instrument of assessment",
                "verbose_name_plural": "instruments of assessment",
                "ordering": ["project", "name"],
            },
        ),
        migrations.AddField(
            model_name="dimension",
            name="instrument",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="dimensions",
                to="learning.instrument",
                verbose_name="instrument of assessment",
            ),
        ),
        migrations.AddField(
            model_name="assessmentround",
            name="instrument",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="rounds",
                to="learning.instrument",
                verbose_name="instrument of assessment",
            ),
        ),
        migrations.AddConstraint(
            model_name="assessment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("expert", ""), ("kind", "self"), ("rater", models.F("partner"))),
                    models.Q(
                        ("expert", ""),
                        ("kind", "peer"),
                        ("rater__isnull", False),
                        models.Q(("rater", models.F("partner")), _negated=True),
                    ),
                    models.Q(("kind", "expert"), ("rater__isnull", True), models.Q(("expert", ""), _negated=True)),
                    _connector="OR",
                ),
                name="assessment_is_by_itself_a_peer_or_a_named_expert",
            ),
        ),
        migrations.AddConstraint(
            model_name="dimensionrating",
            constraint=models.UniqueConstraint(
                fields=("assessment", "dimension"), name="dimension_is_rated_once_per_assessment"
            ),
        ),
        migrations.AddConstraint(
            model_name="dimensionrating",
            constraint=models.CheckConstraint(
                condition=models.Q(("value__range", (1, 5))), name="dimension_is_rated_1_to_5"
            ),
        ),
        migrations.AddConstraint(
            model_name="instrument",
            constraint=models.UniqueConstraint(fields=("project", "name"), name="instrument_has_a_name_of_its_own"),
        ),
        migrations.AddConstraint(
            model_name="dimension",
            constraint=models.UniqueConstraint(fields=("instrument", "position"), name="dimension_position_is_unique"),
        ),
        migrations.AddConstraint(
            model_name="dimension",
            constraint=models.UniqueConstraint(fields=("instrument", "name"), name="dimension_has_a_name_of_its_own"),
        ),
        migrations.AddConstraint(
            model_name="assessmentround",
            constraint=models.UniqueConstraint(
                fields=("instrument", "position"), name="assessment_round_position_is_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="assessmentround",
            constraint=models.UniqueConstraint(
                fields=("instrument", "name"), name="assessment_round_has_a_name_of_its_own"
            ),
        ),
    ]
