"""Of each record that says that somebody came it is asked whether they were found absent later; few ever were."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registrations", "0015_secrets_stay_sealed")]

    operations = [
        migrations.AddIndex(
            model_name="attendancerecord",
            index=models.Index(
                condition=models.Q(("what", "absent")), fields=["registration", "day"], name="attendance_absent"
            ),
        ),
    ]
