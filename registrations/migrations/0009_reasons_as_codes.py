"""Reasons that the program gives are codes with values; words that are stored already stay as they are."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registrations", "0008_signatures_that_are_due")]

    operations = [
        migrations.AddField(
            "decision",
            "because",
            models.JSONField(
                blank=True,
                default=dict,
                help_text="A code of Because with its values: said in the language of whoever reads it.",
                verbose_name="reason of the program",
            ),
        ),
        migrations.AddField(
            "registration",
            "cancelled_because",
            models.JSONField(blank=True, default=dict, editable=False, help_text="See Because.of()."),
        ),
    ]
