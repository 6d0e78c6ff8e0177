"""500 badges and the list of 300 people: ours beside ReportLab, each in a process of its own.

    python -m bench.papers ours badges

sets up one job, does it, and prints the seconds; the process that started it reads its peak of memory.
"""

import io
import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from datetime import timedelta

BADGES, ROWS = 500, 300
FONTS = "registrations/paper/fonts"


def measure(report: Callable[[str, str, str, float, float], None]) -> None:
    """Report what was done, how fast and large, the same of ReportLab, the ratio, and the peak in MB."""
    from django.db import transaction

    with transaction.atomic():
        _prepare()
    for job, what in (("badges", f"{BADGES} badges with codes"), ("list", f"Signed list of {ROWS} people")):
        ours, theirs = (min(_run(maker, job) for _time in range(2)) for maker in ("ours", "reportlab"))
        report(
            what,
            f"{ours[0]:.2f} s, {ours[2]:.0f} kB",
            f"ReportLab, untagged: {theirs[0]:.2f} s, {theirs[2]:.0f} kB, {theirs[1]:.0f} MB",
            theirs[0] / ours[0],
            ours[1],
        )


def _run(maker: str, job: str) -> tuple[float, float, float]:
    """Return seconds, the peak of memory in MB of the largest process, and the size of the file in kB."""
    with subprocess.Popen([sys.executable, "-m", "bench.papers", maker, job], stdout=subprocess.PIPE) as process:
        assert process.stdout
        seconds, size = json.loads(process.stdout.read())
        _pid, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return seconds, usage.ru_maxrss / 1024, size / 1000


def _prepare() -> None:
    from django.utils import timezone

    from registrations.models import Person, Registration

    from .data import NAMES, conference_event

    template = conference_event()
    for slug, count in (("bench-badges", BADGES), ("bench-list", ROWS)):
        event = type(template).objects.get(pk=template.pk)
        event.pk, event.uid, event.slug = None, uuid.uuid4(), slug
        event.starts_on = event.ends_on = timezone.now().date() + timedelta(days=1)
        event.save()
        for number in range(count):
            email = f"{slug}-{number}@example.org"
            name = f"{NAMES[number % 6]} Szentgyörgyvölgyi {number}"
            Registration.objects.create(
                event=event,
                person=Person.objects.create(
                    project=event.project, name=name, email=email, name_key=f"{slug} {number}"
                ),
                name=name,
                email=email,
                organisation_name="Αναπτυξιακή Κεντρικής Μακεδονίας, department of waste and circular economy",
                country="GR",
                state=Registration.State.CONFIRMED,
                confirmed_at=timezone.now(),
            )


def main(maker: str, job: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")
    import django

    django.setup()
    from events.models import Event

    event = Event.objects.with_page_data().get(slug=f"bench-{job}")
    act = {
        ("ours", "badges"): _our_badges,
        ("ours", "list"): _our_list,
        ("reportlab", "badges"): _their_badges,
        ("reportlab", "list"): _their_list,
    }[maker, job]
    started = time.perf_counter()
    pdf = act(event)
    print(json.dumps([time.perf_counter() - started, len(pdf)]))


def _our_badges(event) -> bytes:
    from registrations import paper

    return paper.badges(event)


def _our_list(event) -> bytes:
    from registrations import paper

    return paper.signed_list(event, event.starts_on)


# --- The obvious other way ---------------------------------------------------------------------------------------


def _letters() -> None:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    pdfmetrics.registerFont(TTFont("Noto", f"{FONTS}/NotoSans-Regular.ttf"))
    pdfmetrics.registerFont(TTFont("NotoBold", f"{FONTS}/NotoSans-Bold.ttf"))


def _their_badges(event) -> bytes:
    from reportlab.graphics import renderPDF
    from reportlab.graphics.barcode.qr import QrCodeWidget
    from reportlab.graphics.shapes import Drawing
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.units import mm
    from reportlab.lib.utils import simpleSplit
    from reportlab.pdfgen.canvas import Canvas

    from registrations.door.codes import ticket_address

    _letters()
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=A4)
    for number, person in enumerate(event.registrations.confirmed().order_by("search_text")):
        if number and number % 4 == 0:
            canvas.showPage()
        left, bottom = number % 2 * 105 * mm, (1 - number % 4 // 2) * 148.5 * mm
        canvas.rect(left, bottom, 105 * mm, 148.5 * mm)
        for size in (40, 36, 32, 28, 25, 22, 19, 16, 14, 12):
            lines = simpleSplit(person.name, "NotoBold", size, 91 * mm)
            if len(lines) * size * 1.2 <= 45 * mm:
                break
        canvas.setFont("NotoBold", size)
        for line, text in enumerate(lines):
            canvas.drawString(left + 7 * mm, bottom + 110 * mm - line * size * 1.2, text)
        canvas.setFont("Noto", 11)
        for line, text in enumerate(simpleSplit(person.organisation_name, "Noto", 11, 91 * mm)):
            canvas.drawString(left + 7 * mm, bottom + 60 * mm - line * 13, text)
        code = QrCodeWidget(ticket_address(person), barLevel="M", barWidth=38 * mm, barHeight=38 * mm)
        drawing = Drawing(38 * mm, 38 * mm)
        drawing.add(code)
        renderPDF.draw(drawing, canvas, left + 60 * mm, bottom + 7 * mm)
    canvas.save()
    return file.getvalue()


def _their_list(event) -> bytes:
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.lib.units import mm
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Table, TableStyle

    _letters()
    style = ParagraphStyle("cell", fontName="Noto", fontSize=9, leading=11)
    rows: list[list[object]] = [["No.", "Name", "Organisation", "Country", "Signature"]]
    for number, person in enumerate(event.registrations.confirmed().order_by("search_text"), 1):
        organisation = Paragraph(person.organisation_name, style)
        rows.append([str(number), Paragraph(person.name, style), organisation, str(person.country), ""])
    table = Table(rows, colWidths=[10 * mm, 44 * mm, 52 * mm, 24 * mm, 52 * mm], repeatRows=1)
    table.setStyle(TableStyle([("GRID", (0, 0), (-1, -1), 0.4, "black"), ("FONT", (0, 0), (-1, 0), "NotoBold", 8)]))
    file = io.BytesIO()
    SimpleDocTemplate(file, pagesize=A4).build([Paragraph(event.title, style), table])
    return file.getvalue()


if __name__ == "__main__":
    main(*sys.argv[1:])
