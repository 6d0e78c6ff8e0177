"""From now on the secrets of doors are sealed when they are stored, and unsealed when they are read."""

from django.db import migrations, models

import registrations.door.sealing
import registrations.models.door


class Migration(migrations.Migration):
    dependencies = [("registrations", "0014_secrets_are_sealed")]

    operations = [
        migrations.AlterField(
            model_name="door",
            name="host_pin",
            field=registrations.door.sealing.SealedField(
                default=registrations.models.door.new_pin,
                editable=False,
                max_length=100,
                verbose_name="PIN of the host",
            ),
        ),
        migrations.AlterField(
            model_name="doorlink",
            name="key",
            field=registrations.door.sealing.SealedField(
                default=registrations.models.door.new_key, editable=False, max_length=100
            ),
        ),
        migrations.AlterField(
            model_name="doorlink",
            name="pin",
            field=registrations.door.sealing.SealedField(
                default=registrations.models.door.new_pin, editable=False, max_length=100, verbose_name="PIN"
            ),
        ),
        migrations.AlterField(
            model_name="doorhelper",
            name="key_hash",
            field=models.CharField(
                default=registrations.models.door.new_hash, editable=False, max_length=64, unique=True
            ),
        ),
    ]
