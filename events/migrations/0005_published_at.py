from django.db import migrations, models
from django.db.models import F


def take_over_created_at(apps, schema_editor):
    """What is published already was so from the start, as far as anybody noted."""
    apps.get_model("events", "Event").objects.exclude(status="draft").update(published_at=F("created_at"))


class Migration(migrations.Migration):
    dependencies = [("events", "0004_events_that_move")]

    operations = [
        migrations.AddField(
            model_name="event",
            name="published_at",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                help_text="When it first was more than a draft.",
                null=True,
                verbose_name="published at",
            ),
        ),
        migrations.RunPython(take_over_created_at, migrations.RunPython.noop),
    ]
