"""What an act says, instead of whether it says “present”; the log of acts that do not count; codes of tickets.

Here with room for both; 0011 fills it, 0012 tightens it and puts the trigger back that refuses changes.
"""

import importlib

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

append_only = importlib.import_module("registrations.migrations.0002_attendance_is_append_only")


class Migration(migrations.Migration):
    dependencies = [
        ("registrations", "0009_files_and_typed_answers"),
        ("events", "0012_translations_know_their_original"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(append_only.drop_trigger, append_only.add_trigger),
        migrations.CreateModel(
            name="DoorAct",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("act", models.UUIDField(unique=True, verbose_name="act")),
                (
                    "what",
                    models.CharField(
                        choices=[("in", "Came"), ("out", "Left"), ("absent", "Was not there"), ("undo", "Taken back")],
                        max_length=10,
                        verbose_name="what",
                    ),
                ),
                ("undoes", models.UUIDField(blank=True, db_index=True, null=True, verbose_name="takes back the act")),
                ("day", models.DateField(blank=True, null=True, verbose_name="day")),
                ("happened_at", models.DateTimeField(verbose_name="happened at")),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="recorded at")),
                (
                    "how",
                    models.CharField(
                        choices=[
                            ("scan", "Ticket scanned"),
                            ("name_search", "Found by name"),
                            ("walk_in", "Registered at the door"),
                            ("signature", "Signed on the screen"),
                            ("signed_list", "Signed list"),
                            ("joined", "Joined by their own link"),
                            ("online_report", "Report of the online meeting"),
                            ("correction", "Correction"),
                        ],
                        max_length=20,
                        verbose_name="how known",
                    ),
                ),
                (
                    "kept_because",
                    models.CharField(
                        choices=[
                            ("forged", "The code is not one of ours"),
                            ("unknown", "Not on this list"),
                            ("replaced", "The ticket was replaced by a newer one"),
                            ("other_event", "A ticket of another event"),
                            ("waiting", "On the waiting list"),
                            ("offered", "A place is offered, and not accepted yet"),
                            ("for_approval", "Waiting for approval"),
                            ("cancelled", "Cancelled"),
                            ("not_a_day", "Not a day of the event"),
                            ("not_begun", "The day had not begun"),
                            ("not_a_session", "Not a session of this day of the event"),
                            ("no_reason", "A correction without its reason"),
                            ("used", "The id of another act"),
                            ("full", "Every place is taken"),
                            ("wrong_pin", "The host’s PIN is wrong"),
                            ("not_registered", "The walk-in lacks what registering needs"),
                            ("unreadable", "Not understood"),
                            ("undo_waits", "Takes back an act that has not arrived yet"),
                        ],
                        max_length=20,
                        verbose_name="does not count because",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="reason")),
                ("device", models.CharField(blank=True, max_length=100, verbose_name="device")),
                ("helper", models.CharField(blank=True, max_length=100, verbose_name="helper at the door")),
            ],
            options={
                "verbose_name": "act at the door that does not count",
                "verbose_name_plural": "acts at the door that do not count",
                "ordering": ["happened_at", "act"],
            },
        ),
        migrations.CreateModel(
            name="ReplacedTicket",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(editable=False, max_length=120, unique=True)),
                ("replaced_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="replaced at")),
            ],
            options={
                "verbose_name": "replaced ticket",
                "verbose_name_plural": "replaced tickets",
                "ordering": ["replaced_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Signature",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("act", models.UUIDField(unique=True, verbose_name="act")),
                ("typed", models.CharField(blank=True, max_length=200, verbose_name="typed name")),
                ("strokes", models.JSONField(blank=True, default=list, verbose_name="strokes")),
                ("signed_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="signed at")),
            ],
            options={
                "verbose_name": "signature",
                "verbose_name_plural": "signatures",
                "ordering": ["signed_at", "pk"],
            },
        ),
        migrations.AddField(
            model_name="attendancerecord",
            name="helper",
            field=models.CharField(blank=True, max_length=100, verbose_name="helper at the door"),
        ),
        migrations.AddField(
            model_name="attendancerecord",
            name="undoes",
            field=models.UUIDField(blank=True, null=True, verbose_name="takes back the act"),
        ),
        migrations.AddField(
            model_name="attendancerecord",
            name="what",
            field=models.CharField(
                choices=[("in", "Came"), ("out", "Left"), ("absent", "Was not there"), ("undo", "Taken back")],
                default="",
                max_length=10,
                verbose_name="what",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="registration",
            name="ticket_code",
            field=models.CharField(editable=False, max_length=120, null=True),
        ),
        migrations.AlterField(
            model_name="attendancerecord",
            name="happened_at",
            field=models.DateTimeField(
                default=django.utils.timezone.now, help_text="By the clock of the door.", verbose_name="happened at"
            ),
        ),
        migrations.AlterField(
            model_name="attendancerecord",
            name="how",
            field=models.CharField(
                choices=[
                    ("scan", "Ticket scanned"),
                    ("name_search", "Found by name"),
                    ("walk_in", "Registered at the door"),
                    ("signature", "Signed on the screen"),
                    ("signed_list", "Signed list"),
                    ("joined", "Joined by their own link"),
                    ("online_report", "Report of the online meeting"),
                    ("correction", "Correction"),
                ],
                max_length=20,
                verbose_name="how known",
            ),
        ),
        migrations.AddIndex(
            model_name="attendancerecord",
            index=models.Index(
                condition=models.Q(("undoes__isnull", False)), fields=["undoes"], name="attendance_undoes"
            ),
        ),
        migrations.AddIndex(
            model_name="attendancerecord",
            index=models.Index(fields=["recorded_at"], name="attendance_recorded_at"),
        ),
        migrations.AddField(
            model_name="dooract",
            name="event",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="door_acts",
                to="events.event",
                verbose_name="event",
            ),
        ),
        migrations.AddField(
            model_name="dooract",
            name="recorded_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="by",
            ),
        ),
        migrations.AddField(
            model_name="dooract",
            name="registration",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="door_acts",
                to="registrations.registration",
                verbose_name="registration",
            ),
        ),
        migrations.AddField(
            model_name="replacedticket",
            name="registration",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="replaced_tickets",
                to="registrations.registration",
                verbose_name="registration",
            ),
        ),
        migrations.AddField(
            model_name="signature",
            name="registration",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="signatures",
                to="registrations.registration",
                verbose_name="registration",
            ),
        ),
    ]
