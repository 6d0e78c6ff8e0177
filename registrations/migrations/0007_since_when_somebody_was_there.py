"""A correction says since when somebody was there. The trigger against updates names the columns: it is made anew."""

from importlib import import_module

from django.db import migrations, models

never_changed = import_module("registrations.migrations.0002_attendance_is_append_only")


class Migration(migrations.Migration):
    dependencies = [("registrations", "0006_who_was_taken_for_whom_online")]

    operations = [
        migrations.RunPython(never_changed.drop_triggers, never_changed.add_triggers),
        migrations.AddField(
            model_name="attendancerecord",
            name="came_at",
            field=models.DateTimeField(
                blank=True,
                help_text="Where somebody said so afterwards; else whoever came did so when it happened.",
                null=True,
                verbose_name="there since",
            ),
        ),
        migrations.RunPython(never_changed.add_triggers, never_changed.drop_triggers),
        migrations.AlterField(
            model_name="dooract",
            name="kept_because",
            field=models.CharField(
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
                    ("day_over", "The day was over: the host puts it right, with the reason"),
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
    ]
