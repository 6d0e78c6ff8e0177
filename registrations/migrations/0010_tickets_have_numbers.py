"""A ticket has a number that can be typed. First the column, empty."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registrations", "0009_reasons_as_codes")]

    operations = [
        migrations.AddField(
            model_name="registration",
            name="ticket_number",
            field=models.CharField(default="", editable=False, max_length=8),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="replacedticket",
            name="number",
            field=models.CharField(blank=True, editable=False, max_length=8),
        ),
    ]
