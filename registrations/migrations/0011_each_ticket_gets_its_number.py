"""A number for each ticket that has none, different from all others of its event."""

from django.db import migrations

from registrations.door.numbers import new_number


def give_numbers(apps, schema_editor):
    registrations = apps.get_model("registrations", "Registration").objects
    taken = set(registrations.exclude(ticket_number="").values_list("event", "ticket_number"))
    without = registrations.filter(ticket_number="").order_by("pk").only("pk", "event")
    part = []
    for registration in without.iterator(chunk_size=1_000):
        number = next(one for one in iter(new_number, None) if (registration.event_id, one) not in taken)
        taken.add((registration.event_id, number))
        registration.ticket_number = number
        part.append(registration)
    registrations.bulk_update(part, ["ticket_number"], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("registrations", "0010_tickets_have_numbers")]

    operations = [migrations.RunPython(give_numbers, migrations.RunPython.noop)]
