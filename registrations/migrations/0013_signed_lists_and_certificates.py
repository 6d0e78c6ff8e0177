"""Frozen lists and certificates, which the database lets nobody change, and scans of lists signed on paper."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import registrations.models.proof

# Each table, who made its rows, and what else they hold.
NEVER_CHANGED = (
    (
        "registrations_signedlist",
        "frozen_by_id",
        "id event_id day version previous_id content sha256 code people frozen_at file file_sha256 octets",
    ),
    (
        "registrations_certificate",
        "issued_by_id",
        "id registration_id number previous_id content sha256 code issued_at",
    ),
)


def add_triggers(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for table, by, others in NEVER_CHANGED:
            if schema_editor.connection.vendor == "postgresql":
                cursor.execute(
                    f"""
                    CREATE FUNCTION {table}_is_never_changed() RETURNS trigger LANGUAGE plpgsql AS $$
                    BEGIN
                        -- A user who is deleted is taken out of what they made; nothing else ever changes.
                        IF OLD.{by} IS NOT NULL AND NEW.{by} IS NULL
                            AND to_jsonb(NEW) - '{by}' = to_jsonb(OLD) - '{by}' THEN RETURN NEW; END IF;
                        RAISE EXCEPTION 'what was frozen is never changed'
                            USING ERRCODE = 'integrity_constraint_violation';
                    END $$;
                    CREATE TRIGGER {table}_is_never_changed BEFORE UPDATE ON {table}
                    FOR EACH ROW EXECUTE FUNCTION {table}_is_never_changed();
                    """
                )
            else:
                same = " AND ".join(f'NEW."{name}" IS OLD."{name}"' for name in others.split())
                cursor.execute(
                    f"""
                    CREATE TRIGGER {table}_is_never_changed BEFORE UPDATE ON {table}
                    WHEN NOT (OLD.{by} IS NOT NULL AND NEW.{by} IS NULL AND {same})
                    BEGIN SELECT RAISE(ABORT, 'what was frozen is never changed'); END
                    """
                )


def drop_triggers(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for table, _by, _others in NEVER_CHANGED:
            if schema_editor.connection.vendor == "postgresql":
                cursor.execute(f"DROP TRIGGER {table}_is_never_changed ON {table}")
                cursor.execute(f"DROP FUNCTION {table}_is_never_changed")
            else:
                cursor.execute(f"DROP TRIGGER {table}_is_never_changed")


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0012_translations_know_their_original"),
        ("registrations", "0012_acts_and_tickets_are_whole"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Certificate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(verbose_name="issue")),
                ("content", models.TextField(verbose_name="content")),
                ("sha256", models.CharField(max_length=64, verbose_name="hash")),
                ("code", models.CharField(max_length=20, unique=True, verbose_name="code")),
                ("issued_at", models.DateTimeField(verbose_name="issued at")),
                (
                    "issued_by",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty: the person got it by themselves.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="issued by",
                    ),
                ),
                (
                    "previous",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="next",
                        to="registrations.certificate",
                        verbose_name="certificate before",
                    ),
                ),
                (
                    "registration",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="certificates",
                        to="registrations.registration",
                        verbose_name="registration",
                    ),
                ),
            ],
            options={
                "verbose_name": "certificate",
                "verbose_name_plural": "certificates",
                "ordering": ["registration", "number"],
                "constraints": [
                    models.UniqueConstraint(fields=("registration", "number"), name="certificate_is_issued_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("number", 1), ("previous__isnull", True)),
                            models.Q(("number__gt", 1), ("previous__isnull", False)),
                            _connector="OR",
                        ),
                        name="certificate_follows_the_one_before",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ScannedList",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(verbose_name="day")),
                (
                    "file",
                    models.FileField(
                        max_length=200, upload_to=registrations.models.proof.scan_path, verbose_name="file"
                    ),
                ),
                ("file_name", models.CharField(max_length=200, verbose_name="name of the file")),
                ("file_type", models.CharField(max_length=100, verbose_name="type of the file")),
                ("octets", models.PositiveIntegerField(verbose_name="size")),
                ("sha256", models.CharField(max_length=64, verbose_name="hash of the file")),
                ("uploaded_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="uploaded at")),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True, verbose_name="withdrawn at")),
                ("withdrawn_because", models.CharField(blank=True, max_length=300, verbose_name="why")),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="scanned_lists",
                        to="events.event",
                        verbose_name="event",
                    ),
                ),
                (
                    "uploaded_by",
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
                    "withdrawn_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
            ],
            options={
                "verbose_name": "scanned list",
                "verbose_name_plural": "scanned lists",
                "ordering": ["event", "day", "uploaded_at", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at__isnull", True)),
                        fields=("event", "day", "sha256"),
                        name="scan_is_kept_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("withdrawn_at__isnull", True), ("withdrawn_because", "")),
                            models.Q(
                                models.Q(("withdrawn_at__isnull", False)),
                                models.Q(("withdrawn_because", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="withdrawn_scan_says_why",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SignedList",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(verbose_name="day")),
                ("version", models.PositiveSmallIntegerField(verbose_name="version")),
                ("content", models.TextField(verbose_name="content")),
                ("sha256", models.CharField(max_length=64, verbose_name="hash")),
                ("code", models.CharField(max_length=20, unique=True, verbose_name="code")),
                ("people", models.PositiveIntegerField(verbose_name="people present")),
                ("frozen_at", models.DateTimeField(verbose_name="frozen at")),
                (
                    "file",
                    models.FileField(
                        max_length=200, upload_to=registrations.models.proof.list_path, verbose_name="file"
                    ),
                ),
                ("file_sha256", models.CharField(max_length=64, verbose_name="hash of the file")),
                ("octets", models.PositiveIntegerField(verbose_name="size")),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signed_lists",
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
                    "previous",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="next",
                        to="registrations.signedlist",
                        verbose_name="version before",
                    ),
                ),
            ],
            options={
                "verbose_name": "signed list",
                "verbose_name_plural": "signed lists",
                "ordering": ["event", "day", "version"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("event", "day", "version"), name="signed_list_version_is_frozen_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("previous__isnull", True), ("version", 1)),
                            models.Q(("previous__isnull", False), ("version__gt", 1)),
                            _connector="OR",
                        ),
                        name="signed_list_follows_the_version_before",
                    ),
                ],
            },
        ),
        migrations.RunPython(add_triggers, drop_triggers),
    ]
