"""Making the ZIP of a folder in the background, with progress, and clearing it away again."""

import hashlib
import logging
import tempfile
import threading
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.core.files import File
from django.db import IntegrityError, connections, transaction
from django.db.models import Q
from django.db.models.signals import post_delete
from django.utils import timezone, translation

from accounts.periodic import every
from events.models import Event

from ..models import EvidencePack
from .folder import folder_of
from .packing import pack

logger = logging.getLogger(__name__)

# It can be made anew at any time, and holds names.
KEPT = timedelta(days=7)
# Whoever makes one says so after each file; one that is silent for so long was killed.
SILENT = timedelta(minutes=5)


def ask_for(event: Event, *, language: str, by=None, at: datetime | None = None) -> EvidencePack:
    """Ask for the folder of an event as one file; whoever asks while one is being made gets that one."""
    at = at or timezone.now()
    being_made = EvidencePack.objects.filter(event=event, language=language, finished_at=None, failed_because="")
    if (there := being_made.first()) is not None:
        return there
    try:
        with transaction.atomic():
            made = EvidencePack.objects.create(event=event, language=language, asked_by=by, asked_at=at)
    except IntegrityError:
        return being_made.get()
    transaction.on_commit(_start)
    return made


def latest(event: Event) -> EvidencePack | None:
    """Return the newest pack of an event that is being made, ready or failed."""
    return EvidencePack.objects.filter(event=event).first()


def _start() -> None:
    """Begin at once, in a thread of this process; where none may run, the worker does it within a minute."""
    if settings.OUTBOX_IN_WEB_PROCESS:
        threading.Thread(target=_run, name="evidence", daemon=True).start()


def _run() -> None:
    try:
        make_waiting()
    finally:
        connections.close_all()


@every(minutes=1)
def make_waiting(*, at: datetime | None = None) -> int:
    """Make every pack that nobody works on, those too whose maker was killed; return how many were made."""
    made = 0
    while (claimed := _claim(at or timezone.now())) is not None:
        made += _make(claimed)
    return made


def _claim(at: datetime) -> EvidencePack | None:
    silent = at - SILENT
    for found in EvidencePack.objects.waiting(before=silent).order_by("asked_at", "pk"):
        free = Q(working_since__isnull=True) | Q(heard_at__lt=silent)
        # Of two who want it, one changes the row.
        if EvidencePack.objects.filter(free, pk=found.pk, finished_at=None).update(working_since=at, heard_at=at):
            return EvidencePack.objects.select_related("event__project", "event__kind", "event__host").get(pk=found.pk)
    return None


def _make(wanted: EvidencePack) -> bool:
    try:
        with translation.override(wanted.language), tempfile.TemporaryFile() as file:
            folder = folder_of(wanted.event)
            wanted.begin(total=len(folder.items))
            pack(folder, file, tell=wanted.note_progress)
            file.seek(0)
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            octets = file.tell()
            file.seek(0)
            wanted.file.save(wanted.file_name, File(file), save=False)
            wanted.finish(sha256=sha256, octets=octets, pieces=sorted(item.piece for item in folder.items))
    except Exception as error:
        logger.exception("The evidence of %s could not be packed.", wanted.event)
        wanted.fail(f"{type(error).__name__}: {error}")
        return False
    return True


@every(minutes=60)
def clear_old_packs(*, at: datetime | None = None) -> int:
    """Delete packs that are older than a week; return how many. The folders stay."""
    old = EvidencePack.objects.filter(asked_at__lt=(at or timezone.now()) - KEPT)
    return sum(1 for one in old if one.delete()[0])


def _delete_file(instance: EvidencePack, **kwargs: object) -> None:
    if instance.file.name:
        transaction.on_commit(partial(instance.file.storage.delete, str(instance.file.name)))


def connect() -> None:
    """Let files go with their rows."""
    post_delete.connect(_delete_file, sender=EvidencePack, dispatch_uid="files go with EvidencePack")
