import sys
from argparse import FileType
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import override

from learning.reports.counted import counted, says
from learning.reports.formats import FORMATS, csv_files
from learning.reports.freezing import content_of
from learning.reports.outside import for_outside
from learning.reports.subject import Kind, Subject
from projects.models import Project


class Command(BaseCommand):
    help = "Writes the report of a semester as a file: the same bytes as the download of its page."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("project", help="the short name of the project in addresses, for example s3chem")
        parser.add_argument("semester", type=int, help="the number of the semester")
        parser.add_argument("--format", choices=FORMATS, default="json")
        parser.add_argument("--table", help="one table of it as CSV, for example events")
        parser.add_argument("--frozen", type=int, help="a version that was frozen, instead of the records")
        parser.add_argument("--at", help="what was recorded up to this instant, for example 2027-05-20T07:00:00Z")
        parser.add_argument(
            "--language",
            choices=dict(settings.LANGUAGES),
            default="en",
            help="of the words in it; a version has its own",
        )
        parser.add_argument(
            "--outside", action="store_true", help="for people outside the team: fewer than five are withheld"
        )
        parser.add_argument("--output", type=FileType("wb"), help="the file to write; without it, to the terminal")

    def handle(self, *args: Any, **options: Any) -> None:
        content = self._content(**options)
        if options["outside"]:
            content = for_outside(content)
        if options["table"]:
            made_of_it = csv_files.table(content, options["table"])
            if made_of_it is None:
                tables = ", ".join(table["key"] for table in content["tables"])
                raise CommandError(f"There is no table {options['table']}; there are: {tables}")
        else:
            made_of_it = FORMATS[options["format"]].make(content)
        if options["output"]:
            with options["output"] as file:
                file.write(made_of_it)
        else:
            # Bytes, whatever the encoding of the terminal is.
            sys.stdout.buffer.write(made_of_it)

    def _content(
        self, project: str, semester: int, frozen: int | None, at: str | None, language: str, **options: Any
    ) -> dict[str, Any]:
        subject = _subject(project, semester)
        if frozen is not None:
            version = subject.versions.filter(version=frozen).first()
            if version is None:
                raise CommandError(f"Version {frozen} was not frozen.")
            return content_of(version)
        with override(language):
            return says(counted(subject, at=_instant(at)))


def _subject(slug: str, number: int) -> Subject:
    project = Project.objects.filter(slug=slug).select_related("programme").first()
    if project is None:
        raise CommandError(f"There is no project {slug}.")
    semester = project.semesters.filter(number=number).first()
    if semester is None:
        raise CommandError(f"{project} has no semester {number}.")
    return Subject(Kind.SEMESTER, project, semester=semester)


def _instant(at: str | None) -> datetime:
    if at is None:
        return timezone.now()
    try:
        instant = parse_datetime(at)
    except ValueError:
        instant = None
    if instant is None or timezone.is_naive(instant):
        raise CommandError(f"{at} is no instant such as 2027-05-20T07:00:00Z.")
    if instant > timezone.now():
        raise CommandError(f"{at} is still ahead.")
    return instant
