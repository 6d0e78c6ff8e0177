"""A report that was handed in is kept as a version, and the database refuses to change it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TABLE = "learning_frozenreport"


def refuse_changes(apps, schema_editor):
    """A user who is deleted is taken out of what they froze; nothing else ever changes, whoever asks the database."""
    accept_changes(apps, schema_editor)
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            f"""
            CREATE FUNCTION {TABLE}_is_never_changed() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF OLD.frozen_by_id IS NOT NULL AND NEW.frozen_by_id IS NULL
                    AND to_jsonb(NEW) - 'frozen_by_id' = to_jsonb(OLD) - 'frozen_by_id' THEN RETURN NEW; END IF;
                RAISE EXCEPTION 'what was frozen is never changed' USING ERRCODE = 'integrity_constraint_violation';
            END $$;
            CREATE TRIGGER {TABLE}_is_never_changed BEFORE UPDATE ON {TABLE}
            FOR EACH ROW EXECUTE FUNCTION {TABLE}_is_never_changed();
            """,
            params=None,
        )
    else:
        fields = apps.get_model("learning", "FrozenReport")._meta.concrete_fields
        others = [field.column for field in fields if field.column != "frozen_by_id"]
        same = " AND ".join(f'NEW."{column}" IS OLD."{column}"' for column in others)
        schema_editor.execute(
            f"""
            CREATE TRIGGER {TABLE}_is_never_changed BEFORE UPDATE ON {TABLE}
            WHEN NOT (OLD.frozen_by_id IS NOT NULL AND NEW.frozen_by_id IS NULL AND {same})
            BEGIN SELECT RAISE(ABORT, 'what was frozen is never changed'); END
            """,
            params=None,
        )


def accept_changes(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {TABLE}_is_never_changed ON {TABLE}")
        schema_editor.execute(f"DROP FUNCTION IF EXISTS {TABLE}_is_never_changed")
    else:
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {TABLE}_is_never_changed")


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0003_removals_name_the_stored_file"),
        ("learning", "0002_links_for_auditors_of_a_project"),
        ("projects", "0001_the_foundation"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="FrozenReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("semester", "Semester"),
                            ("project", "Project to date"),
                            ("event", "Event"),
                            ("partner", "Our participation"),
                            ("programme", "Programme"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("subject", models.CharField(max_length=40, verbose_name="about")),
                ("version", models.PositiveSmallIntegerField(verbose_name="version")),
                (
                    "at",
                    models.DateTimeField(
                        help_text="What was recorded up to this instant is in the report.", verbose_name="cut-off"
                    ),
                ),
                ("because", models.CharField(blank=True, max_length=300, verbose_name="why another version")),
                ("content", models.TextField(verbose_name="content")),
                ("sha256", models.CharField(max_length=64, verbose_name="hash")),
                ("frozen_at", models.DateTimeField(verbose_name="frozen at")),
                (
                    "event",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="events.event",
                        verbose_name="event",
                    ),
                ),
                (
                    "frozen_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="frozen by",
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="projects.partner",
                        verbose_name="partner",
                    ),
                ),
                (
                    "previous",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="next",
                        to="learning.frozenreport",
                        verbose_name="version before",
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="projects.programme",
                        verbose_name="programme",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="frozen_reports",
                        to="projects.project",
                        verbose_name="project",
                    ),
                ),
                (
                    "semester",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="projects.semester",
                        verbose_name="semester",
                    ),
                ),
            ],
            options={
                "verbose_name": "frozen report",
                "verbose_name_plural": "frozen reports",
                "ordering": ["subject", "version"],
                "constraints": [
                    models.UniqueConstraint(fields=("subject", "version"), name="report_version_is_frozen_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("previous__isnull", True), ("version", 1)),
                            models.Q(
                                models.Q(("previous__isnull", False), ("version__gt", 1)),
                                models.Q(("because", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="report_follows_the_version_before_and_says_why",
                    ),
                ],
            },
        ),
        migrations.RunPython(refuse_changes, accept_changes),
    ]
