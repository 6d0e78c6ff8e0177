"""A report at an earlier instant still sees a practice that was made a draft again later."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("projects", "0004_practices_have_addresses_of_their_own")]

    operations = [
        migrations.AddField(
            model_name="goodpractice",
            name="taken_back_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="made a draft again at"),
        ),
    ]
