from django.urls import path

from .views import (
    attendance,
    deciding,
    delegations,
    hand_over,
    interests,
    inviting,
    merging,
    organise,
    partner,
    private_feeds,
    questions,
    registrations,
    waiting_list,
)

app_name = "registrations"
urlpatterns = [
    # One event, for whoever registers
    path("events/<slug:slug>/register/", registrations.register, name="register"),
    path("events/<slug:slug>/registered/", registrations.registered, name="registered"),
    path("events/<slug:slug>/send-link/", registrations.send_link, name="send_link"),
    path("events/<slug:slug>/interest/", interests.interest, name="interest"),
    # One place on an interest list, for whoever holds its link
    path("interest/<str:code>/", interests.leave, name="leave_interest_list"),
    # One registration, for whoever holds its link
    path("registrations/<str:code>/", registrations.registration, name="registration"),
    path("registrations/<str:code>/change/", registrations.change, name="change"),
    path("registrations/<str:code>/request/take-back/", registrations.take_request_back, name="take_request_back"),
    path("registrations/<str:code>/files/<int:key>/", registrations.file, name="file"),
    path("registrations/<str:code>/cancel/", registrations.cancel, name="cancel"),
    path("registrations/<str:code>/undo/", registrations.undo_cancelling, name="undo_cancelling"),
    path("registrations/<str:code>/accept/", waiting_list.accept_offer, name="accept_offer"),
    path("registrations/<str:code>/decline/", waiting_list.decline_offer, name="decline_offer"),
    path("registrations/<str:code>/calendar.ics", registrations.calendar, name="calendar"),
    path(
        "registrations/<str:code>/calendars/", private_feeds.calendars_of_registration, name="calendars_of_registration"
    ),
    path(
        "registrations/<str:code>/calendars/<int:pk>/stop/",
        private_feeds.stop_of_registration,
        name="stop_calendar_of_registration",
    ),
    # One invitation, for whoever holds its link
    path("invitations/<str:code>/", inviting.invitation, name="invitation"),
    path("invitations/<str:code>/decline/", inviting.decline, name="decline_invitation"),
    path("registrations/<str:code>/hand-over/", hand_over.hand_over, name="hand_over"),
    # A partner's coordinator
    path("partner/", partner.partner, name="partner"),
    path("partner/<slug:slug>/", partner.delegations_to_choose, name="delegations_to_choose"),
    path("partner/<slug:partner>/<slug:slug>/", partner.delegation, name="delegation"),
    path("partner/<slug:partner>/<slug:slug>/name/", partner.name_one, name="name_one"),
    path("partner/<slug:partner>/<slug:slug>/paste/", partner.paste, name="paste_delegation"),
    path("partner/<slug:partner>/<slug:slug>/give-back/", partner.give_back, name="give_seats_back"),
    path("partner/<slug:partner>/<slug:slug>/<int:pk>/replace/", partner.replace, name="replace_delegate"),
    path("partner/<slug:partner>/<slug:slug>/<int:pk>/take-out/", partner.take_out, name="take_delegate_out"),
    # For organisers
    path("organise/", organise.organise, name="organise"),
    path("organise/calendars/", private_feeds.calendars, name="calendars"),
    path("organise/calendars/<int:pk>/stop/", private_feeds.stop, name="stop_calendar"),
    path("organise/persons/", merging.persons, name="persons"),
    path("organise/persons/two/", merging.choose, name="choose_persons"),
    path("organise/persons/merge/<int:kept>/<int:other>/", merging.merge, name="merge_persons"),
    path("organise/persons/undo/<int:key>/", merging.undo, name="undo_merge_of_persons"),
    path("organise/<slug:slug>/", organise.people, name="people"),
    path("organise/<slug:slug>/people.<str:extension>", organise.export, name="export"),
    path("organise/<slug:slug>/approvals/", deciding.approvals, name="approvals"),
    path("organise/<slug:slug>/people/add/", deciding.add, name="add_person"),
    path("organise/<slug:slug>/people/<int:key>/", deciding.person, name="person"),
    path("organise/<slug:slug>/people/<int:key>/correct/", deciding.correct, name="correct_person"),
    path("organise/<slug:slug>/people/<int:key>/<slug:name>/", deciding.act, name="decide"),
    path("organise/<slug:slug>/invitations/", inviting.invitations, name="invitations"),
    path("organise/<slug:slug>/invitations/send/", inviting.send_all, name="send_invitations"),
    path("organise/<slug:slug>/invitations/remind/", inviting.remind, name="remind_invited"),
    path("organise/<slug:slug>/invitations/<int:key>/send/", inviting.send, name="send_invitation"),
    path("organise/<slug:slug>/invitations/<int:key>/withdraw/", inviting.withdraw, name="withdraw_invitation"),
    path("organise/<slug:slug>/delegations/", delegations.delegations_of_event, name="delegations"),
    path("organise/<slug:slug>/delegations/remind/", delegations.remind, name="remind_delegations"),
    path("organise/<slug:slug>/delegations/<int:pk>/release/", delegations.release, name="release_delegation"),
    path("organise/<slug:slug>/questions/", questions.questions, name="questions"),
    path("organise/<slug:slug>/questions/add/", questions.edit, name="add_question"),
    path("organise/<slug:slug>/questions/ready/<slug:key>/", questions.add_ready, name="add_ready_question"),
    path("organise/<slug:slug>/questions/files/<int:key>/", questions.file, name="file_of_answer"),
    path("organise/<slug:slug>/questions/<int:key>/", questions.edit, name="edit_question"),
    path("organise/<slug:slug>/questions/<int:key>/act/", questions.act, name="act_on_question"),
    path("organise/<slug:slug>/attendance/", attendance.attendance, name="attendance"),
]
