"""Attendance records are added, frozen lists and certificates stay as they are: the database itself refuses updates."""

from django.db import migrations

# Each table, who made its rows, and what the refusal says.
NEVER_CHANGED = (
    ("AttendanceRecord", "recorded_by_id", "attendance records are never changed"),
    ("SignedList", "frozen_by_id", "what was frozen is never changed"),
    ("Certificate", "issued_by_id", "what was frozen is never changed"),
)


def add_triggers(apps, schema_editor):
    """A user who is deleted is taken out of what they made; nothing else ever changes."""
    drop_triggers(apps, schema_editor)
    for model_name, by, refusal in NEVER_CHANGED:
        options = apps.get_model("registrations", model_name)._meta
        table = options.db_table
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(
                f"""
                CREATE FUNCTION {table}_is_never_changed() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    IF OLD.{by} IS NOT NULL AND NEW.{by} IS NULL
                        AND to_jsonb(NEW) - '{by}' = to_jsonb(OLD) - '{by}' THEN RETURN NEW; END IF;
                    RAISE EXCEPTION '{refusal}' USING ERRCODE = 'integrity_constraint_violation';
                END $$;
                CREATE TRIGGER {table}_is_never_changed BEFORE UPDATE ON {table}
                FOR EACH ROW EXECUTE FUNCTION {table}_is_never_changed();
                """,
                params=None,
            )
        else:
            others = [field.column for field in options.concrete_fields if field.column != by]
            same = " AND ".join(f'NEW."{column}" IS OLD."{column}"' for column in others)
            schema_editor.execute(
                f"""
                CREATE TRIGGER {table}_is_never_changed BEFORE UPDATE ON {table}
                WHEN NOT (OLD.{by} IS NOT NULL AND NEW.{by} IS NULL AND {same})
                BEGIN SELECT RAISE(ABORT, '{refusal}'); END
                """,
                params=None,
            )


def drop_triggers(apps, schema_editor):
    for model_name, _by, _refusal in NEVER_CHANGED:
        table = apps.get_model("registrations", model_name)._meta.db_table
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_is_never_changed ON {table}")
            schema_editor.execute(f"DROP FUNCTION IF EXISTS {table}_is_never_changed")
        else:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_is_never_changed")


class Migration(migrations.Migration):
    dependencies = [("registrations", "0001_the_foundation")]

    operations = [migrations.RunPython(add_triggers, drop_triggers)]
