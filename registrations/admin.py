"""The administration's pages of registrations, people and attendance: to look things up and to correct answers.

States change through the pages of people and organisers only, since a place, a mail or an offer may depend on them.
"""

from django.contrib import admin
from django.http import HttpRequest

from accounts.read_here import KeptForEver, ReadHere

from .models import AttendanceRecord, Consent, Offer, Person, Registration


class ReadOnlyInline(ReadHere, admin.TabularInline):
    extra = 0
    can_delete = False


class AttendanceInline(ReadOnlyInline):
    model = AttendanceRecord
    fields = readonly_fields = (
        "day",
        "session",
        "what",
        "happened_at",
        "came_at",
        "how",
        "reason",
        "device",
        "recorded_by",
    )


class OfferInline(ReadOnlyInline):
    model = Offer
    fields = readonly_fields = ("made_at", "expires_at", "outcome", "closed_at")


class ConsentInline(ReadOnlyInline):
    model = Consent
    fields = readonly_fields = ("purpose", "is_given", "wording", "language", "given_at")


@admin.register(Registration)
class RegistrationAdmin(admin.ModelAdmin):
    list_display = ["name", "organisation_name", "country", "event", "state", "joined_at"]
    list_filter = ["state", "mode", "event__project"]
    list_select_related = ["event"]
    search_fields = ["search_text", "name", "email", "event__title"]
    date_hierarchy = "joined_at"
    # The code is the key to somebody's registration: whoever administers needs it no more than anybody else.
    fields = [
        "event",
        "person",
        "state",
        "name",
        "email",
        "organisation_name",
        "organisation",
        "country",
        "phone",
        "language",
        "mode",
        "joined_at",
        "confirmed_at",
        "cancelled_at",
        "cancelled_by",
        "why_cancelled",
    ]
    readonly_fields = [
        "event",
        "person",
        "state",
        "mode",
        "joined_at",
        "confirmed_at",
        "cancelled_at",
        "cancelled_by",
        "why_cancelled",
    ]
    autocomplete_fields = ["organisation"]
    inlines = [AttendanceInline, OfferInline, ConsentInline]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(Person)
class PersonAdmin(admin.ModelAdmin):
    list_display = ["name", "email", "project"]
    list_filter = ["project"]
    list_select_related = ["project"]
    search_fields = ["name_key", "name", "email"]
    autocomplete_fields = ["project"]


@admin.register(AttendanceRecord)
class AttendanceRecordAdmin(KeptForEver, admin.ModelAdmin):
    """Records are added where people are ticked, and never changed or deleted."""

    list_display = ["registration", "day", "what", "happened_at", "how", "recorded_by"]
    list_filter = ["how", "what"]
    list_select_related = ["registration", "recorded_by"]
    search_fields = ["registration__search_text", "registration__event__title"]
    date_hierarchy = "day"
