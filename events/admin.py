"""The administration's pages of events, until organisers have an editor of their own.

An event is saved through its model: a change of what was promised becomes a plan change with its reason.
"""

import dataclasses
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.read_here import ReadHere

from .addresses import is_free
from .evidence_guard import kept_pieces
from .models import ChoiceGroup, Event, EventKind, PlanChange, Session


@admin.register(EventKind)
class EventKindAdmin(admin.ModelAdmin):
    list_display = ["name", "position", "counts_as", "is_public", "visits_sites", "asks_for_phone"]
    list_filter = ["counts_as", "is_public"]
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}


class ChoiceGroupInline(admin.TabularInline):
    model = ChoiceGroup
    extra = 0


class SessionInline(admin.TabularInline):
    model = Session
    extra = 0
    fields = ["position", "day", "start_time", "end_time", "kind", "title", "places"]
    show_change_link = True


class PlanChangeInline(ReadHere, admin.TabularInline):
    """What became of the event: added by changing it, never edited."""

    model = PlanChange
    extra = 0
    can_delete = False
    fields = readonly_fields = ("number", "changed_at", "reason", "changed_by")
    show_change_link = True


class EventForm(forms.ModelForm):
    """An event, and why its plan changes."""

    reason = forms.CharField(
        label=_("Why the plan changes"),
        required=False,
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Needed when date, place, mode or status of a published event change. It is shown on its page."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.was = Event.objects.select_related("venue").get(pk=self.instance.pk) if self.instance.pk else None

    @property
    def plain_fields(self) -> set[str]:
        """The fields that are columns of the event."""
        return {field.name for field in Event._meta.concrete_fields}

    @property
    def only_took_place(self) -> bool:
        """Whether a published event is now held: that it took place is no change of plan."""
        return (
            self.was is not None
            and self.was.is_published
            and self.was.status != Event.Status.HELD
            and self.instance.status == Event.Status.HELD
        )

    def clean_slug(self) -> str:
        slug = self.cleaned_data["slug"]
        if not is_free(slug):
            raise forms.ValidationError(_("Another event has this short name, or had it once. Choose another one."))
        return slug

    def clean_host(self) -> Any:
        host, project = self.cleaned_data["host"], self.cleaned_data.get("project")
        # The coordinators of the host may change the event, so it must be one of the project's partners.
        if host is not None and project is not None and host.project_id != project.pk:
            raise forms.ValidationError(_("Choose a partner of this project."))
        return host

    def _post_clean(self) -> None:
        # Here, because only now the instance holds what was typed.
        super()._post_clean()  # type: ignore[misc]
        if self.errors:
            return
        if self.instance.is_postponed and self.instance.starts_on:
            self.add_error("status", _("A postponed event has no date. Choose “Not known” and empty days and times."))
        if self.was is None or not self.was.is_published:
            return
        if not self.instance.is_published:
            self.add_error("status", _("What was published cannot become a draft again. You can cancel the event."))
            return
        plan = self.instance.plan
        if self.only_took_place:
            plan = dataclasses.replace(plan, status=self.was.status)
        if plan != self.was.plan and not self.cleaned_data["reason"]:
            self.add_error("reason", _("Say why the plan changes."))


@admin.register(Event)
class EventAdmin(admin.ModelAdmin):
    form = EventForm
    list_display = ["title", "project", "kind", "starts_on", "status", "mode"]
    list_filter = ["status", "project", "kind", "mode"]
    list_select_related = ["project", "kind"]
    search_fields = ["search_text", "title", "slug"]
    date_hierarchy = "starts_on"
    prepopulated_fields = {"slug": ["title"]}
    autocomplete_fields = ["project", "kind", "host", "practices", "venue"]
    readonly_fields = ["uid", "sequence", "cancelled_at", "created_at", "changed_at"]
    inlines = [SessionInline, ChoiceGroupInline, PlanChangeInline]

    def get_prepopulated_fields(self, request: HttpRequest, obj: Event | None = None) -> dict[str, Any]:
        # The address of an event never changes.
        return {} if obj else self.prepopulated_fields

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, Any, Any, list[Any]]:
        """Name the evidence that keeps an event from being deleted, beside what Django finds in the way."""
        to_delete, counts, forbidden, protected = super().get_deleted_objects(objs, request)
        words = _("Evidence that is kept: %(piece)s (%(event)s)")
        kept = [words % {"piece": piece, "event": piece.event} for piece in kept_pieces(objs)]
        return to_delete, counts, forbidden, [*protected, *kept]

    def get_readonly_fields(self, request: HttpRequest, obj: Event | None = None) -> list[str]:
        return [*self.readonly_fields, "slug"] if obj else self.readonly_fields

    def save_model(self, request: HttpRequest, obj: Event, form: EventForm, change: bool) -> None:
        obj.cancelled_at = (obj.cancelled_at or timezone.now()) if obj.is_cancelled else None
        if not change:
            obj.save()
            return
        typed = {name: form.cleaned_data[name] for name in form.changed_data if name in form.plain_fields}
        took_place = form.only_took_place
        if took_place:
            del typed["status"]
        # Only what was changed here: somebody else may have changed the rest meanwhile.
        obj.change_plan(reason=form.cleaned_data["reason"], by=request.user, **typed, cancelled_at=obj.cancelled_at)
        if took_place:
            obj.hold()


@admin.register(Session)
class SessionAdmin(admin.ModelAdmin):
    list_display = ["title", "event", "day", "start_time", "kind"]
    list_filter = ["kind", "event__project"]
    list_select_related = ["event"]
    search_fields = ["title", "event__title"]
    autocomplete_fields = ["event", "venue", "site"]
    raw_id_fields = ["room", "choice_group"]


@admin.register(PlanChange)
class PlanChangeAdmin(ReadHere, admin.ModelAdmin):
    """Plan changes are added by changing an event, and read here."""

    list_display = ["event", "number", "changed_at", "reason"]
    list_select_related = ["event"]
    search_fields = ["event__title", "reason"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Only with its event, which an administrator may delete.
        return False
