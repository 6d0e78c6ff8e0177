from django.db import migrations
from django.utils.text import slugify


def give_addresses(apps, schema_editor):
    practices = apps.get_model("projects", "GoodPractice").objects
    taken = set()
    for practice in practices.order_by("pk"):
        base = slugify(practice.name)[:100].strip("-") or "practice"
        number, slug = 1, base
        while (practice.project_id, slug) in taken:
            number += 1
            slug = f"{base}-{number}"
        taken.add((practice.project_id, slug))
        practices.filter(pk=practice.pk).update(slug=slug)


class Migration(migrations.Migration):
    dependencies = [("projects", "0002_what_becomes_of_practices")]

    # Backwards, the column goes with the migration before.
    operations = [migrations.RunPython(give_addresses, migrations.RunPython.noop)]
