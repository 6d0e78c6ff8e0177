"""From now on each ticket is made with a number, and no two of an event share one."""

from django.db import migrations, models

import registrations.door.numbers


class Migration(migrations.Migration):
    dependencies = [("registrations", "0011_each_ticket_gets_its_number")]

    operations = [
        migrations.AlterField(
            model_name="registration",
            name="ticket_number",
            field=models.CharField(default=registrations.door.numbers.new_number, editable=False, max_length=8),
        ),
        migrations.AddConstraint(
            model_name="registration",
            constraint=models.UniqueConstraint(
                fields=("event", "ticket_number"), name="ticket_number_is_of_one_ticket_of_an_event"
            ),
        ),
    ]
