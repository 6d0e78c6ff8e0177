"""The administration's pages of learning outcomes, feedback, action plans, assessments, indicators and reports."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.read_here import KeptForEver, ReadHere

from .models import (
    Action,
    ActionPlan,
    Assessment,
    AssessmentRound,
    Dimension,
    DimensionRating,
    Feedback,
    FrozenReport,
    Indicator,
    IndicatorTarget,
    Instrument,
    LearningOutcome,
    LearningSurvey,
    LevelOfLearning,
    MonitoringRound,
    OutcomeRating,
    Progress,
    SurveyInvitation,
)


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
class FeedbackAdmin(ReadHere, admin.ModelAdmin):
    """What people said is theirs: it is read here, not written."""

    list_display = ["registration", "about", "given_at", "relevance", "satisfaction"]
    list_filter = ["registration__event__project"]
    list_select_related = ["registration__event", "event"]
    search_fields = ["registration__search_text", "registration__event__title", "event__title"]
    inlines = [OutcomeRatingInline]

    @admin.display(ordering="registration__event", description=_("event"))
    def about(self, feedback: Feedback) -> str:
        return str((feedback.registration or feedback).event)


@admin.register(ActionPlan)
class ActionPlanAdmin(admin.ModelAdmin):
    list_display = ["partner", "policy_instrument", "adopted_on"]
    list_filter = ["partner__project"]
    list_select_related = ["partner__organisation"]
    search_fields = ["policy_instrument", "partner__organisation__name"]
    autocomplete_fields = ["partner"]


class ProgressInline(admin.TabularInline):
    """What was said stays: it is read here, not written."""

    model = Progress
    extra = 0
    can_delete = False
    fields = readonly_fields = ("round", "status", "why", "evidence", "noted_at", "noted_by")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Action)
class ActionAdmin(ReadHere, admin.ModelAdmin):
    """Actions are written on the pages of their plan, which look for circles; here they are read."""

    list_display = ["title", "plan", "position", "starts_on", "ends_on"]
    list_filter = ["plan__partner__project"]
    list_select_related = ["plan__partner__organisation"]
    search_fields = ["title", "plan__policy_instrument"]
    inlines = [ProgressInline]


@admin.register(MonitoringRound)
class MonitoringRoundAdmin(admin.ModelAdmin):
    list_display = ["name", "project", "held_on"]
    list_filter = ["project"]
    list_select_related = ["project"]
    search_fields = ["name"]
    autocomplete_fields = ["project"]


class DimensionInline(ReadHere, admin.TabularInline):
    model = Dimension
    extra = 0
    can_delete = False


class AssessmentRoundInline(admin.TabularInline):
    model = AssessmentRound
    extra = 0
    can_delete = False


@admin.register(Instrument)
class InstrumentAdmin(admin.ModelAdmin):
    list_display = ["name", "project"]
    list_filter = ["project"]
    list_select_related = ["project"]
    search_fields = ["name", "project__acronym"]
    autocomplete_fields = ["project"]
    inlines = [DimensionInline, AssessmentRoundInline]


class DimensionRatingInline(ReadHere, admin.TabularInline):
    model = DimensionRating
    extra = 0
    can_delete = False


@admin.register(Assessment)
class AssessmentAdmin(ReadHere, admin.ModelAdmin):
    list_display = ["partner", "round", "kind", "rater", "expert", "noted_at"]
    list_filter = ["round__instrument__project", "kind"]
    list_select_related = ["partner__organisation", "round", "rater__organisation"]
    search_fields = ["partner__organisation__name", "expert"]
    inlines = [DimensionRatingInline]


@admin.register(Indicator)
class IndicatorAdmin(admin.ModelAdmin):
    list_display = ["code", "name", "programme", "rule", "position", "is_used"]
    list_filter = ["programme", "rule", "is_used"]
    list_select_related = ["programme"]
    search_fields = ["code", "name"]


@admin.register(IndicatorTarget)
class IndicatorTargetAdmin(admin.ModelAdmin):
    list_display = ["indicator", "project", "semester", "value"]
    list_filter = ["project", "indicator__programme"]
    list_select_related = ["indicator", "project", "semester__project"]
    search_fields = ["indicator__code", "indicator__name", "project__acronym"]


@admin.register(FrozenReport)
class FrozenReportAdmin(KeptForEver, admin.ModelAdmin):
    """What was handed in is read here, and never changed."""

    list_display = ["subject", "version", "project", "at", "frozen_at", "frozen_by"]
    list_filter = ["kind", "project"]
    list_select_related = ["project", "frozen_by"]
    search_fields = ["subject", "sha256", "because"]


@admin.register(LevelOfLearning)
class LevelOfLearningAdmin(admin.ModelAdmin):
    list_display = ["name", "code", "position"]
    search_fields = ["name", "code"]


@admin.register(LearningSurvey)
class LearningSurveyAdmin(ReadHere, admin.ModelAdmin):
    """Surveys are written and opened on their pages; here they are read."""

    list_display = ["title", "project", "semester", "opened_at", "closes_on"]
    list_filter = ["project"]
    list_select_related = ["project", "semester__project"]
    search_fields = ["title", "project__acronym"]


@admin.register(SurveyInvitation)
class SurveyInvitationAdmin(ReadHere, admin.ModelAdmin):
    """Who was asked, and whether they answered. What they said stands nowhere beside their name."""

    list_display = ["person", "survey", "asked_at", "reminded_at", "answered_at"]
    list_filter = ["survey"]
    list_select_related = ["person", "survey"]
    search_fields = ["person__name", "email"]
    fields = ["survey", "person", "email", "language", "asked_at", "reminded_at", "answered_at"]
