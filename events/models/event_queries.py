"""Which events: whom they are shown to, who organises them, whose they are and in which order."""

from datetime import date
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from projects.models import Partner, Project, Semester

if TYPE_CHECKING:
    from .events import Event  # noqa: F401 (named as text below)


class EventQuerySet(models.QuerySet["Event"]):
    def visible_to(self, user) -> "EventQuerySet":
        """The one visibility rule, for page, list, calendar and interface alike.

        The public sees what is published for everybody. Whoever has a role in the project also sees what is for
        partners, and its organisers also see drafts and what is unlisted.
        """
        public = Q(visibility=self.model.Visibility.PUBLIC) & ~Q(status=self.model.Status.DRAFT)
        if user is None or not user.is_authenticated:
            return self.filter(public)
        if user.is_superuser:
            return self
        projects = Project.objects.with_member(user).values("pk")
        # By key: a join with several projects would find an event once for each of them.
        shared = self.model.other_projects.through.objects.filter(project__in=projects).values("event")
        for_partners = (Q(project__in=projects) | Q(pk__in=shared)) & ~Q(status=self.model.Status.DRAFT)
        for_partners &= ~Q(visibility=self.model.Visibility.UNLISTED)
        return self.filter(public | for_partners | self._organised_by(user))

    def organised_by(self, user) -> "EventQuerySet":
        """Events that this user may change: those of projects they lead and those their partner hosts or co-hosts."""
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        return self.filter(self._organised_by(user))

    def _organised_by(self, user) -> Q:
        partners = Partner.objects.coordinated_by(user).values("pk")
        co_hosted = self.model.co_hosts.through.objects.filter(partner__in=partners).values("event")
        return Q(project__in=Project.objects.led_by(user)) | Q(host__in=partners) | Q(pk__in=co_hosted)

    def of_project(self, project: Project) -> "EventQuerySet":
        """Events of a project, and those that another project shares with it, each once."""
        shared = self.model.other_projects.through.objects.filter(project=project).values("event")
        return self.filter(Q(project=project) | Q(pk__in=shared))

    def of_partner(self, partner: Partner) -> "EventQuerySet":
        """Events that a partner hosts or co-hosts, each once."""
        co_hosted = self.model.co_hosts.through.objects.filter(partner=partner).values("event")
        return self.filter(Q(host=partner) | Q(pk__in=co_hosted))

    def published(self) -> "EventQuerySet":
        return self.exclude(status=self.model.Status.DRAFT)

    def upcoming(self, *, on: date | None = None) -> "EventQuerySet":
        """Events that are not over on a day (default: today, UTC), soonest first.

        Those without a date come last, as long as their project runs.
        """
        on = on or timezone.now().date()
        return self.filter(Q(ends_on__gte=on) | Q(starts_on__isnull=True) & ~self._settled(on)).in_order()

    def past(self, *, on: date | None = None) -> "EventQuerySet":
        """Events that are over on a day (default: today, UTC), latest first; those without a date last.

        Without a date, an event is over when it is known to be held, or when its project is over.
        """
        on = on or timezone.now().date()
        return self.filter(Q(ends_on__lt=on) | Q(starts_on__isnull=True) & self._settled(on)).latest_first()

    def _settled(self, on: date) -> Q:
        return Q(status=self.model.Status.HELD) | Q(project__in=Project.objects.ended(on=on))

    def in_order(self) -> "EventQuerySet":
        return self.order_by(F("starts_on").asc(nulls_last=True), F("start_time").asc(nulls_first=True), "pk")

    def latest_first(self) -> "EventQuerySet":
        return self.order_by(F("starts_on").desc(nulls_last=True), F("start_time").desc(nulls_last=True), "pk")

    def in_semester(self, semester: Semester) -> "EventQuerySet":
        """Events that count in a semester: by their first day, or as stated by the source where no date is known.

        What another project shares counts too; its stated semester is a number of that other project.
        """
        return self.of_project(semester.project).filter(
            Q(starts_on__range=(semester.starts_on, semester.ends_on))
            | Q(starts_on__isnull=True, stated_semester=semester.number, project=semester.project_id)
        )

    def locked(self) -> "EventQuerySet":
        """Events that nobody else changes or gives places of before this transaction ends.

        Their keys stay as they are, so that whoever writes something that only points to one of them need not wait.
        """
        return self.select_for_update(of=("self",), no_key=True)

    def with_page_data(self) -> "EventQuerySet":
        """With what every card, row and calendar entry shows, in one query."""
        return self.select_related("project", "kind", "host__organisation", "venue")
