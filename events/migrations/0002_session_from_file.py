"""Which sessions came from a file, so that loading it again never touches one that was typed in."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0001_the_foundation"),
    ]

    operations = [
        migrations.AddField(
            model_name="session",
            name="is_from_file",
            field=models.BooleanField(
                default=False,
                editable=False,
                help_text="Loading the file again may change it; what was typed in here stays.",
            ),
        ),
    ]
