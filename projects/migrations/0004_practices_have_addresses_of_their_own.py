from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("projects", "0003_addresses_for_practices")]

    operations = [
        migrations.AddConstraint(
            model_name="goodpractice",
            constraint=models.UniqueConstraint(
                fields=("project", "slug"), name="practice_address_is_unique_in_project"
            ),
        ),
    ]
