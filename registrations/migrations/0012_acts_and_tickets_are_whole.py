"""Nothing of 0010 is missing any more, and the database refuses every change of a record again."""

from django.db import migrations, models

import registrations.door.signing

SQLITE = """
CREATE TRIGGER attendance_is_append_only BEFORE UPDATE ON registrations_attendancerecord
WHEN NOT (
    OLD.recorded_by_id IS NOT NULL AND NEW.recorded_by_id IS NULL
    AND NEW.id IS OLD.id AND NEW.act IS OLD.act AND NEW.registration_id IS OLD.registration_id
    AND NEW.day IS OLD.day AND NEW.session_id IS OLD.session_id AND NEW.what IS OLD.what
    AND NEW.undoes IS OLD.undoes AND NEW.happened_at IS OLD.happened_at AND NEW.recorded_at IS OLD.recorded_at
    AND NEW.how IS OLD.how AND NEW.reason IS OLD.reason AND NEW.device IS OLD.device AND NEW.helper IS OLD.helper
)
BEGIN SELECT RAISE(ABORT, 'attendance records are never changed'); END
"""
POSTGRESQL = """
CREATE OR REPLACE FUNCTION attendance_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- A user who is deleted is taken out of what they recorded; nothing else ever changes.
    IF OLD.recorded_by_id IS NOT NULL AND NEW.recorded_by_id IS NULL
        AND to_jsonb(NEW) - 'recorded_by_id' = to_jsonb(OLD) - 'recorded_by_id' THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'attendance records are never changed' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER attendance_is_append_only BEFORE UPDATE ON registrations_attendancerecord
FOR EACH ROW EXECUTE FUNCTION attendance_is_append_only();
"""


def add_trigger(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE)


def drop_trigger(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        if schema_editor.connection.vendor == "postgresql":
            cursor.execute("DROP TRIGGER attendance_is_append_only ON registrations_attendancerecord")
            cursor.execute("DROP FUNCTION attendance_is_append_only")
        else:
            cursor.execute("DROP TRIGGER attendance_is_append_only")


class Migration(migrations.Migration):
    dependencies = [("registrations", "0011_fill_acts_and_tickets")]

    operations = [
        # So that it can be taken back: 0011 says then who was present.
        migrations.AlterField("attendancerecord", "is_present", models.BooleanField(default=True)),
        migrations.RemoveField(
            model_name="attendancerecord",
            name="is_present",
        ),
        migrations.AlterField(
            model_name="registration",
            name="ticket_code",
            field=models.CharField(
                default=registrations.door.signing.new_code, editable=False, max_length=120, unique=True
            ),
        ),
        migrations.AddConstraint(
            model_name="attendancerecord",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("undoes__isnull", False), ("what", "undo")),
                    models.Q(models.Q(("what", "undo"), _negated=True), ("undoes__isnull", True)),
                    _connector="OR",
                ),
                name="undo_says_what_it_takes_back",
            ),
        ),
        migrations.RunPython(add_trigger, drop_trigger),
    ]
