from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("events", "0006_what_is_deleted_can_come_back")]

    operations = [
        migrations.AddField(
            model_name="calendarentry",
            name="partner_session_octets",
            field=models.BinaryField(default=b""),
        ),
    ]
