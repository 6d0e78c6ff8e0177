"""What programmes ask to count is data, and projects set targets for it."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("learning", "0006_feedback_through_a_code"),
        ("projects", "0004_practices_have_addresses_of_their_own"),
    ]

    operations = [
        migrations.CreateModel(
            name="Indicator",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=30, verbose_name="code")),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                (
                    "names",
                    models.JSONField(
                        blank=True, default=dict, help_text='{"it": "…"}', verbose_name="name in other languages"
                    ),
                ),
                ("unit", models.CharField(max_length=100, verbose_name="unit")),
                ("position", models.PositiveSmallIntegerField(default=100, verbose_name="position")),
                (
                    "rule",
                    models.CharField(
                        choices=[
                            ("events", "Events held"),
                            ("participations", "Participations: one person at one event"),
                            ("people", "People, each once"),
                            ("organisations", "Organisations of the people who attended"),
                            ("regions", "Regions of the organisations that were matched (NUTS 2)"),
                            ("countries", "Countries of the people who attended"),
                            ("learners", "People who say they learned"),
                            ("partners", "Partners of the project"),
                            ("practices", "Good practices of the project"),
                            ("plans", "Action plans of the partners"),
                            ("actions", "Actions in the plans of the partners"),
                            ("actions-done", "Actions that were carried out, by the last round of monitoring"),
                            ("elsewhere", "Not counted here: the records do not hold it"),
                        ],
                        max_length=20,
                        verbose_name="what is counted",
                    ),
                ),
                (
                    "counts_as",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Of “internal”, “targeted” and “public”; empty for all.",
                        verbose_name="of events that count as",
                    ),
                ),
                (
                    "kinds",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Short names of kinds; empty for all.",
                        verbose_name="of events of these kinds",
                    ),
                ),
                (
                    "excludes",
                    models.SlugField(
                        blank=True,
                        help_text="Of the indicators with the same word here, an event counts in the first it fits.",
                        max_length=30,
                        verbose_name="excludes others",
                    ),
                ),
                (
                    "definition",
                    models.TextField(blank=True, help_text="In the words of the programme.", verbose_name="definition"),
                ),
                ("sources", models.JSONField(blank=True, default=list, verbose_name="sources")),
                (
                    "is_used",
                    models.BooleanField(
                        default=True,
                        help_text="Switch off what is no longer asked for; frozen reports keep it.",
                        verbose_name="is used",
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="indicators",
                        to="projects.programme",
                        verbose_name="programme",
                    ),
                ),
            ],
            options={
                "verbose_name": "indicator",
                "verbose_name_plural": "indicators",
                "ordering": ["programme", "position", "code"],
            },
        ),
        migrations.CreateModel(
            name="IndicatorTarget",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("value", models.PositiveIntegerField(verbose_name="target")),
                (
                    "indicator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="targets",
                        to="learning.indicator",
                        verbose_name="indicator",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="indicator_targets",
                        to="projects.project",
                        verbose_name="project",
                    ),
                ),
                (
                    "semester",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty: by the end of the project.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="indicator_targets",
                        to="projects.semester",
                        verbose_name="semester",
                    ),
                ),
            ],
            options={
                "verbose_name": "target of an indicator",
                "verbose_name_plural": "targets of indicators",
                "ordering": ["project", "semester", "indicator"],
            },
        ),
        migrations.AddConstraint(
            model_name="indicator",
            constraint=models.UniqueConstraint(
                fields=("programme", "code"), name="indicator_code_is_unique_in_programme"
            ),
        ),
        migrations.AddConstraint(
            model_name="indicatortarget",
            constraint=models.UniqueConstraint(
                condition=models.Q(("semester__isnull", True)),
                fields=("indicator", "project"),
                name="indicator_has_one_target_for_the_project",
            ),
        ),
        migrations.AddConstraint(
            model_name="indicatortarget",
            constraint=models.UniqueConstraint(
                condition=models.Q(("semester__isnull", False)),
                fields=("indicator", "semester"),
                name="indicator_has_one_target_for_the_semester",
            ),
        ),
    ]
