from django.urls import include, path

from .views import calendars, information, kinds, organise, plan, public, texts

app_name = "events"
urlpatterns = [
    path("", public.home, name="home"),
    path("events/", public.events, name="events"),
    path("events/<slug:slug>/", public.event, name="event"),
    path("", include("events.programme.urls")),
    path("projects/<slug:slug>/", public.project, name="project"),
    path("calendars/", calendars.calendars, name="calendars"),
    # Before all that stands under the address of an event
    path("organise/places/", include("events.places.urls")),
    # Kinds of events, for the administrators of a programme
    path("organise/kinds/", kinds.kinds, name="kinds"),
    path("organise/kinds/new/", kinds.new_kind, name="new_kind"),
    path("organise/kinds/<slug:slug>/", kinds.kind, name="kind"),
    path("organise/kinds/<slug:slug>/delete/", kinds.delete_kind, name="delete_kind"),
    # For organisers: what and who an event is, its plan, and what becomes of it
    path("organise/new/", organise.new, name="new_event"),
    path("organise/drafts/new/", organise.new_draft, name="new_draft"),
    path("organise/<slug:slug>/event/", organise.event, name="organise_event"),
    path("organise/<slug:slug>/event/registration/", organise.registration_by_hand, name="registration_by_hand"),
    path("organise/<slug:slug>/draft/<slug:form>/", organise.draft, name="draft"),
    path("organise/<slug:slug>/split/", organise.split, name="split"),
    path("organise/<slug:slug>/merge/", organise.merge, name="merge"),
    path("organise/<slug:slug>/duplicate/", organise.duplicate, name="duplicate"),
    path("organise/<slug:slug>/plan/", plan.plan, name="plan"),
    path("organise/<slug:slug>/plan/undo/", plan.undo, name="undo_plan_change"),
    path("organise/<slug:slug>/plan/take-up-again/", plan.take_up_again, name="take_up_again"),
    path("organise/<slug:slug>/plan/<slug:name>/", plan.act, name="act"),
    # The texts of an event in several languages
    path("organise/<slug:slug>/texts/", texts.texts, name="texts"),
    path("organise/<slug:slug>/texts/<slug:language>/", texts.translation, name="translation"),
    # What we say about ourselves
    path("privacy/", information.privacy, name="privacy"),
    path("accessibility/", information.accessibility, name="accessibility"),
    path("help/", information.help, name="help"),
]
