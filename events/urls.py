from django.urls import URLPattern, URLResolver, include, path

from .programme import urls as programme
from .views import calendars, information, kinds, organise, plan, public, texts

# For organisers: what and who an event is, its plan, and what becomes of it
organise_patterns: list[URLPattern | URLResolver] = [
    # Before all that stands under the address of an event
    path("places/", include("events.places.urls")),
    # Kinds of events, for the administrators of a programme
    path("kinds/", kinds.kinds, name="kinds"),
    path("kinds/new/", kinds.new_kind, name="new_kind"),
    path("kinds/<slug:slug>/", kinds.kind, name="kind"),
    path("kinds/<slug:slug>/delete/", kinds.delete_kind, name="delete_kind"),
    path("new/", organise.new, name="new_event"),
    path("drafts/new/", organise.new_draft, name="new_draft"),
    path("<slug:slug>/event/", organise.event, name="organise_event"),
    path("<slug:slug>/event/registration/", organise.registration_by_hand, name="registration_by_hand"),
    path("<slug:slug>/draft/<slug:form>/", organise.draft, name="draft"),
    path("<slug:slug>/split/", organise.split, name="split"),
    path("<slug:slug>/merge/", organise.merge, name="merge"),
    path("<slug:slug>/duplicate/", organise.duplicate, name="duplicate"),
    path("<slug:slug>/plan/", plan.plan, name="plan"),
    path("<slug:slug>/plan/undo/", plan.undo, name="undo_plan_change"),
    path("<slug:slug>/plan/take-up-again/", plan.take_up_again, name="take_up_again"),
    path("<slug:slug>/plan/<slug:name>/", plan.act, name="act"),
    # The texts of an event in several languages
    path("<slug:slug>/texts/", texts.texts, name="texts"),
    path("<slug:slug>/texts/<slug:language>/", texts.translation, name="translation"),
    path("", include(programme.organise_patterns)),
]

app_name = "events"
urlpatterns = [
    path("", public.home, name="home"),
    path("events/", public.events, name="events"),
    path("events/<slug:slug>/", public.event, name="event"),
    path("", include(programme.urlpatterns)),
    path("projects/<slug:slug>/", public.project, name="project"),
    path("calendars/", calendars.calendars, name="calendars"),
    # In a list of its own, so that an address that readers ask for is not compared with each of these
    path("organise/", include(organise_patterns)),
    # What we say about ourselves
    path("privacy/", information.privacy, name="privacy"),
    path("accessibility/", information.accessibility, name="accessibility"),
    path("help/", information.help, name="help"),
]
