"""A frozen list says how many of those who were in the room did not sign on a screen."""

import json
from importlib import import_module

from django.db import migrations, models

never_changed = import_module("registrations.migrations.0002_attendance_is_append_only")
ONLINE = ("joined", "online_report")


def count(apps, schema_editor):
    """As the content of each says it; whether somebody had registered for online is not in it."""
    signed_lists = apps.get_model("registrations", "SignedList").objects.all()
    for pk, mode, content in signed_lists.values_list("pk", "event__mode", "content"):
        try:
            people = json.loads(content)["people"]
            unsigned = sum(one["signature"] is None and one["how"] not in ONLINE for one in people)
        except (ValueError, KeyError, TypeError):
            # Somebody changed it by hand: verifying says so.
            continue
        if unsigned and mode != "online":
            signed_lists.filter(pk=pk).update(unsigned=unsigned)


class Migration(migrations.Migration):
    dependencies = [("registrations", "0007_since_when_somebody_was_there")]

    operations = [
        migrations.RunPython(never_changed.drop_triggers, never_changed.add_triggers),
        migrations.AddField(
            model_name="signedlist",
            name="unsigned",
            field=models.PositiveIntegerField(
                default=0,
                help_text="Of those who were in the room: their signatures are on paper.",
                verbose_name="people without a signature on a screen",
            ),
        ),
        migrations.RunPython(count, migrations.RunPython.noop),
        migrations.RunPython(never_changed.add_triggers, never_changed.drop_triggers),
    ]
