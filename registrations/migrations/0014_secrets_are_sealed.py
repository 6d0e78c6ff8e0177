"""What is readable is sealed or hashed. PINs and QR codes stay as they are; devices at a door begin anew."""

from django.db import migrations

from registrations.door.sealing import seal, unseal
from registrations.models.door import hash_of_key


def _rewrite(apps, write):
    for model, names in (("Door", ["host_pin"]), ("DoorLink", ["key", "pin"])):
        rows = list(apps.get_model("registrations", model).objects.all())
        for row in rows:
            for name in names:
                setattr(row, name, write(getattr(row, name)))
        apps.get_model("registrations", model).objects.bulk_update(rows, names, batch_size=500)


def close(apps, schema_editor):
    _rewrite(apps, seal)
    helpers = apps.get_model("registrations", "DoorHelper").objects
    rows = list(helpers.all())
    for row in rows:
        row.key_hash = hash_of_key(row.key_hash)
    helpers.bulk_update(rows, ["key_hash"], batch_size=500)


def open_again(apps, schema_editor):
    _rewrite(apps, unseal)


class Migration(migrations.Migration):
    dependencies = [("registrations", "0013_room_for_sealed_secrets")]

    operations = [migrations.RunPython(close, open_again)]
