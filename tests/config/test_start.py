import gc
import socket
from importlib import import_module

import pytest
from django.core.management import CommandError, call_command

from config.management.commands import prepare
from config.management.commands.start import refuse_taken_port
from events.models import CalendarEntry
from tests.factories import create_event


def test_a_taken_port_is_refused_before_anything_else_is_done():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(CommandError, match=f"^Port {port} cannot be used"):
            refuse_taken_port(port)


def test_a_free_port_is_accepted():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]

    refuse_taken_port(port)


@pytest.mark.django_db
def test_static_files_are_collected_once_until_one_changes(settings, tmp_path, capsys):
    settings.STATIC_ROOT = tmp_path / "collected"

    call_command("prepare")
    assert "Style sheet" in capsys.readouterr().out
    assert (tmp_path / "collected" / "css" / "trajectum.css").exists()

    call_command("prepare")
    assert "Style sheet" not in capsys.readouterr().out

    prepare.fingerprint_file().write_text("of an earlier version")
    call_command("prepare")
    assert "Style sheet" in capsys.readouterr().out


@pytest.mark.django_db
def test_calendars_are_written_before_the_first_program_asks(settings, tmp_path, capsys):
    settings.STATIC_ROOT = tmp_path / "collected"
    settings.LANGUAGES = [("en", "English"), ("it", "italiano")]
    for _ in range(3):
        create_event()

    call_command("prepare")
    assert "Calendars … 1 of 2: English, 3 entries … 2 of 2: italiano, 3 entries … ready" in capsys.readouterr().out
    assert CalendarEntry.objects.count() == 6

    call_command("prepare")
    assert "Calendars" not in capsys.readouterr().out


def test_what_was_loaded_at_the_start_is_not_looked_through_again():
    import_module("config.wsgi")

    # The modules of the pages are thousands of objects each.
    assert gc.get_freeze_count() > 100_000
