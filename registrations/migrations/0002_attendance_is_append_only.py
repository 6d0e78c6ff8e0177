"""Attendance records are added, never changed: the database itself refuses an update."""

from django.db import migrations

SQLITE = """
CREATE TRIGGER attendance_is_append_only BEFORE UPDATE ON registrations_attendancerecord
WHEN NOT (OLD.recorded_by_id IS NOT NULL AND NEW.recorded_by_id IS NULL)
BEGIN SELECT RAISE(ABORT, 'attendance records are never changed'); END
"""
POSTGRESQL = """
CREATE FUNCTION attendance_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- A user who is deleted is taken out of what they recorded; nothing else ever changes.
    IF OLD.recorded_by_id IS NOT NULL AND NEW.recorded_by_id IS NULL THEN RETURN NEW; END IF;
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
    dependencies = [("registrations", "0001_the_foundation")]

    operations = [migrations.RunPython(add_trigger, drop_trigger)]
