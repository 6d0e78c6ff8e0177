"""Addresses of a programme, its speakers and its documents, for readers and for organisers."""

from django.urls import path

from ..views import documents, programme, speakers

urlpatterns = [
    # For readers
    path("events/<slug:slug>/my-programme/", programme.my_programme, name="my_programme"),
    path("events/<slug:slug>/my-programme.ics", programme.my_programme_calendar, name="my_programme_calendar"),
    path("documents/<int:key>/", documents.document, name="document"),
    path("speakers/<int:key>/<str:version>.jpg", speakers.photo, name="speaker_photo"),
]

# For organisers, below /organise/
organise_patterns = [
    # The programme of an event, for its organisers
    path("<slug:slug>/programme/", programme.programme, name="organise_programme"),
    path("<slug:slug>/programme/add/", programme.edit_session, name="add_session"),
    path("<slug:slug>/programme/<int:key>/", programme.edit_session, name="edit_session"),
    path("<slug:slug>/programme/<int:key>/change/", programme.change_session, name="change_session"),
    path("<slug:slug>/programme/<int:key>/restore/", programme.restore_session, name="restore_session"),
    path("<slug:slug>/programme/<int:key>/shift/", programme.shift, name="shift_sessions"),
    path("<slug:slug>/programme/undo-shift/", programme.undo_shift, name="undo_shift"),
    path("<slug:slug>/programme/choice-groups/add/", programme.choice_group, name="add_choice_group"),
    path("<slug:slug>/programme/choice-groups/<int:key>/", programme.choice_group, name="edit_choice_group"),
    path(
        "<slug:slug>/programme/choice-groups/<int:key>/dissolve/",
        programme.delete_choice_group,
        name="delete_choice_group",
    ),
    # The speakers of an event, and its documents
    path("<slug:slug>/speakers/", speakers.speakers, name="organise_speakers"),
    path("<slug:slug>/speakers/add/", speakers.edit_speaker, name="add_speaker"),
    path("<slug:slug>/speakers/<int:key>/", speakers.edit_speaker, name="edit_speaker"),
    path("<slug:slug>/speakers/<int:key>/move/", speakers.move_speaker, name="move_speaker"),
    path("<slug:slug>/speakers/<int:key>/delete/", speakers.delete_speaker, name="delete_speaker"),
    path("<slug:slug>/speakers/<int:key>/restore/", speakers.restore_speaker, name="restore_speaker"),
    path("<slug:slug>/documents/", documents.documents, name="organise_documents"),
    path("<slug:slug>/documents/add/", documents.edit_document, name="add_document"),
    path("<slug:slug>/documents/<int:key>/", documents.edit_document, name="edit_document"),
    path("<slug:slug>/documents/<int:key>/move/", documents.move_document, name="move_document"),
    path("<slug:slug>/documents/<int:key>/delete/", documents.delete_document, name="delete_document"),
    path("<slug:slug>/documents/<int:key>/restore/", documents.restore_document, name="restore_document"),
]
