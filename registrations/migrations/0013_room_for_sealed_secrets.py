"""The secrets of doors are kept sealed, those of devices as hashes. First, room for both."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registrations", "0012_a_number_is_of_one_ticket")]

    operations = [
        migrations.AlterField("door", "host_pin", models.CharField(editable=False, max_length=100)),
        migrations.AlterField("doorlink", "key", models.CharField(editable=False, max_length=100)),
        migrations.AlterField("doorlink", "pin", models.CharField(editable=False, max_length=100)),
        migrations.RenameField("doorhelper", "key", "key_hash"),
        migrations.AlterField("doorhelper", "key_hash", models.CharField(editable=False, max_length=64, unique=True)),
    ]
