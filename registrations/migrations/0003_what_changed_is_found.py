from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registrations", "0002_attendance_is_append_only")]

    operations = [
        migrations.AddIndex(
            model_name="registration",
            index=models.Index(fields=["event", "changed_at"], name="registration_event_changed"),
        ),
        migrations.AddIndex(
            model_name="consent",
            index=models.Index(fields=["given_at"], name="consent_given_at"),
        ),
    ]
