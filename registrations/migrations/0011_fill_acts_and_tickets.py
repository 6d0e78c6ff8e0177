"""Who was present came, who was not was found absent; every registration gets the code of its ticket."""

from django.db import migrations

from registrations.door.signing import new_code

BATCH = 1_000


def fill(apps, schema_editor):
    records = apps.get_model("registrations", "AttendanceRecord").objects
    records.filter(is_present=True).update(what="in")
    records.filter(is_present=False).update(what="absent")
    registrations = apps.get_model("registrations", "Registration").objects
    while batch := list(registrations.filter(ticket_code=None).only("pk")[:BATCH]):
        for registration in batch:
            registration.ticket_code = new_code()
        registrations.bulk_update(batch, ["ticket_code"])


def empty(apps, schema_editor):
    """What had no word before is told as well as it can be: who left was there."""
    records = apps.get_model("registrations", "AttendanceRecord").objects
    records.filter(what__in=("in", "out")).update(is_present=True)
    records.exclude(what__in=("in", "out")).update(is_present=False)


class Migration(migrations.Migration):
    dependencies = [("registrations", "0010_acts_and_tickets")]

    operations = [migrations.RunPython(fill, empty)]
