from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0008_merges_of_places"),
    ]

    operations = [
        migrations.AddField(
            model_name="document",
            name="evidence",
            field=models.CharField(blank=True, max_length=100, verbose_name="evidence"),
        ),
        migrations.AddField(
            model_name="document",
            name="translations",
            field=models.JSONField(blank=True, default=dict, verbose_name="translations"),
        ),
    ]
