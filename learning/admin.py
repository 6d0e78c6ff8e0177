"""The administration's pages of learning outcomes and feedback."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from .models import Feedback, LearningOutcome, OutcomeRating


@admin.register(LearningOutcome)
class LearningOutcomeAdmin(admin.ModelAdmin):
    list_display = ["text", "event", "position"]
    list_filter = ["event__project"]
    list_select_related = ["event"]
    search_fields = ["text", "event__title"]
    autocomplete_fields = ["event"]


class OutcomeRatingInline(admin.TabularInline):
    model = OutcomeRating
    extra = 0
    can_delete = False
    fields = readonly_fields = ("outcome", "before", "after")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Feedback)
class FeedbackAdmin(admin.ModelAdmin):
    """What people said is theirs: it is read here, not written."""

    list_display = ["registration", "event", "given_at", "relevance", "satisfaction"]
    list_filter = ["registration__event__project"]
    list_select_related = ["registration__event"]
    search_fields = ["registration__search_text", "registration__event__title"]
    inlines = [OutcomeRatingInline]

    @admin.display(ordering="registration__event")
    def event(self, feedback: Feedback) -> str:
        return str(feedback.registration.event)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
