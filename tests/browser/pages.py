"""Every page of the site, by a name, and which role sees it."""

from dataclasses import dataclass

from .conftest import Site


@dataclass(frozen=True)
class Page:
    name: str
    path: str
    role: str = ""
    status: int = 200


PAGE_NAMES = [
    "home",
    "events",
    "events-past",
    "events-none",
    "event-open",
    "event-full",
    "event-moved",
    "event-month",
    "event-cancelled",
    "event-postponed",
    "event-choice",
    "project",
    "project-real",
    "calendars",
    "register",
    "register-full",
    "register-short",
    "send-link",
    "registration",
    "registration-waiting",
    "registration-calendars",
    "interest",
    "interest-leave",
    "interest-left",
    "private-calendars",
    "change",
    "cancel",
    "feedback",
    "feedback-about",
    "feedback-thanks",
    "surveys",
    "survey",
    "survey-add",
    "survey-translation",
    "survey-answer",
    "survey-answered",
    "sign-in",
    "sign-in-dead-link",
    "mails",
    "privacy",
    "accessibility",
    "help",
    "not-found",
    "organise",
    "people",
    "people-open",
    "people-asked-again",
    "still-coming",
    "mails-of-event",
    "mail-text",
    "mail-text-plan-changed",
    "event-invited",
    "invitations",
    "invitation",
    "invitation-decline",
    "invitation-gone",
    "approvals",
    "person-approval",
    "person-waiting",
    "person-correct",
    "person-add",
    "people-sensitive",
    "people-import",
    "persons",
    "persons-merge",
    "groups",
    "group",
    "group-add",
    "new-event",
    "edit-event",
    "edit-event-held",
    "plan",
    "plan-postpone",
    "plan-announce",
    "plan-take-up-again",
    "split",
    "merge",
    "duplicate",
    "attendance",
    "door-settings",
    "door",
    "door-app",
    "door-start",
    "door-counter",
    "ticket",
    "papers",
    "papers-before",
    "scan-withdraw",
    "verify",
    "verify-enter",
    "verify-unknown",
    "registration-certificate",
    "online",
    "online-report",
    "online-report-confirmed",
    "join",
    "learning",
    "learning-translation",
    "evidence",
    "audit",
    "audit-project",
    "auditors",
    "audit-unknown",
    "questions",
    "question-add",
    "question-edit",
    "questions-translation",
    "texts",
    "translation",
    "kinds",
    "kind",
    "kind-new",
    "event-visit",
    "event-import",
    "event-in-italian",
    "event-in-greek-only",
    "my-programme",
    "delegations",
    "partner",
    "delegation",
    "hand-over",
    "programme",
    "programme-choice",
    "session-add",
    "session-edit",
    "session-shift",
    "choice-group-add",
    "speakers",
    "speaker-edit",
    "documents",
    "document-edit",
    "places",
    "places-duplicates",
    "place",
    "place-edit",
    "place-rooms",
    "place-choose-other",
    "place-merge",
    "place-new",
    "reports",
    "report",
    "report-rows",
    "report-real",
    "report-to-date",
    "report-partner",
    "report-event",
    "report-programme",
    "report-programme-rows",
    "report-programme-freeze",
    "report-targets",
    "report-freeze",
    "report-frozen",
    "report-changes",
    "practices",
    "practice",
    "practice-of-members",
    "who-learnt",
    "practice-add",
    "practice-edit",
    "practice-translation",
    "practice-at-partner",
    "criteria",
    "plans",
    "plans-real",
    "plan",
    "plan-add",
    "plan-edit",
    "action-add",
    "action-edit",
    "progress",
    "round-add",
    "assessments",
    "assessments-real",
    "assessed-region",
    "rate-region",
    "rate-as-expert",
    "instrument-add",
    "instrument-edit",
    "dimension-add",
    "dimension-edit",
    "assessment-round-add",
    "assessment-round-edit",
]


def all_pages(site: Site) -> list[Page]:
    found = site.query(
        "from registrations.models import *; from events.models import *; from projects.models import *\n"
        "from django.utils import timezone\n"
        "conference = Event.objects.filter(project__is_demonstration=True, kind__slug='final-conference',"
        " status='announced').first()\n"
        "state = lambda name: Registration.objects.filter(event__project__is_demonstration=True,"
        " event__status='announced', state=name).first()\n"
        "held = Registration.objects.filter(event__project__is_demonstration=True, event__status='held',"
        " state='confirmed', feedback=None).order_by('-event__starts_on').first()\n"
        "full = [w.event for w in [state('waiting')] if w]\n"
        "last = Semester.objects.filter(project=conference.project, ends_on__lt=timezone.now().date()).last().number\n"
        "print(last, conference.slug, state('confirmed').code, state('waiting').code, held.code, held.event.slug,"
        " conference.project.slug, full[0].slug, Event.objects.get(source_key='s3chem-e10').slug,"
        " Event.objects.get(source_key='better-e03').slug, Event.objects.filter(status='cancelled').first().slug,"
        " Event.objects.filter(status='postponed', project__is_demonstration=True).first().slug,"
        " Event.objects.filter(choice_groups__pick=2, source_key__startswith='bioregio').first().slug,"
        " conference.sessions.get(track='Waste').pk, conference.speakers.first().pk,"
        " conference.documents.first().pk)"
    ).split()
    (
        last,
        conference,
        confirmed,
        waiting,
        held,
        held_event,
        project,
        full,
        s3chem,
        month,
        cancelled,
        postponed,
        choice,
        session,
        speaker,
        document,
    ) = found
    venue, other_venue = site.query(
        "from venues.models import Venue\n"
        "print(Venue.objects.get(name='Conference house De Overkant').pk, Venue.objects.get(name='Casa do Vime').pk)"
    ).split()
    draft = site.query(
        "from events.models import Event\n"
        "print(Event.objects.filter(project__is_demonstration=True, status='draft').first().slug)"
    )
    save_the_date, interest = site.query(
        "from events.models import Event; from registrations.models import Interest\n"
        "event = Event.objects.filter(project__is_demonstration=True, status='save_the_date').first()\n"
        "print(event.slug, event.interests.get_or_create(email='dora@example.org')[0].code)"
    ).split()
    sent, withdrawn, approval, waits_at, waits, group, person, other_person = site.query(
        "from registrations.models import *; from projects.models import StakeholderGroup\n"
        "how = {one.how: one.code for one in Invitation.objects.with_state()}\n"
        "approval = Registration.objects.for_approval().first()\n"
        "waits = Registration.objects.waiting().filter(event__project__is_demonstration=True).last()\n"
        "persons = Person.objects.order_by('pk')[:2]\n"
        "print(how['sent'], how['withdrawn'], approval.pk, waits.event.slug, waits.pk,"
        " StakeholderGroup.objects.first().pk, persons[0].pk, persons[1].pk)"
    ).split()
    question = site.query(
        "from registrations.models import Question\nprint(Question.objects.get(catalogue_key='dinner').pk)"
    )
    proved, replaced, certified, scan = site.query(
        "from django.core.files.base import ContentFile; from registrations.models import *\n"
        "from registrations.proof.scans import keep_scan\n"
        "one = SignedList.objects.exclude(next=None).select_related('event').first()\n"
        "scan = ScannedList.objects.first() or keep_scan(one.event, one.day, ContentFile(b'%PDF-1.7'),"
        " 'application/pdf', 'Signed on paper.pdf', by=None)\n"
        "print(one.event.slug, one.code, Certificate.objects.first().registration.code, scan.pk)"
    ).split()
    moved, asked_again = site.query(
        "from registrations.models import Reconfirmation\n"
        "open = Reconfirmation.objects.filter(answered_at=None).first().registration\n"
        "print(open.event.slug, open.code)"
    ).split()
    report, confirmed_report, join_code = site.query(
        "from django.utils import timezone\n"
        "from registrations.models import *; from registrations.online.joining import join_code\n"
        "from registrations.online.counting import check; from registrations.online.kept import to_keep\n"
        "joins = Registration.objects.confirmed().filter(event__slug='meuse-van-seminar').first()\n"
        "report = OnlineReport.objects.get(confirmed_at=None)\n"
        "checked = check(report)\n"
        "chosen = {row.code: row.match.registration.pk for row in checked.rows if row.is_sure}\n"
        "known = dict(file=report.file.name, file_name='rehearsal.csv', clocks='UTC', counted=len(chosen),"
        " matches=to_keep(checked, chosen), confirmed_at=timezone.now())\n"
        "confirmed, _new = OnlineReport.objects.get_or_create(event=report.event, sha256='0' * 64, defaults=known)\n"
        "print(report.pk, confirmed.pk, join_code(joins))"
    ).split()
    audit, audit_project = site.query(
        "from datetime import date, timedelta; from events.models import Event; from learning.evidence import links\n"
        f"event = Event.objects.get(slug='{held_event}')\n"
        "for about in (event, event.project):\n"
        "    address = links.make(about, label='Control', until=date.today() + timedelta(days=9))[1]\n"
        "    print(address.split('/', 3)[3])"
    ).split()
    survey, asked, answered = site.query(
        "from learning.models import LearningSurvey; survey = LearningSurvey.objects.get()\n"
        "print(survey.pk, survey.invitations.filter(answered_at=None).first().code,"
        " survey.invitations.exclude(answered_at=None).first().code)"
    ).split()
    about = site.query(
        "from events.models import Event; from learning.feedback import address_for_everybody\n"
        f"print(address_for_everybody(Event.objects.get(slug='{held_event}')).split('/')[-2])"
    )
    practice, plan, action = site.query(
        "from learning.models import Action\n"
        "done = Action.objects.get(title='Peelings of harbour kitchens feed four school gardens')\n"
        "print(done.practice.slug, done.plan_id, done.pk)"
    ).split()
    instrument, dimension, round_ = site.query(
        "from learning.models import Instrument\n"
        f"one = Instrument.objects.get(project__slug='{project}')\n"
        "print(one.pk, one.dimensions.first().pk, one.rounds.last().pk)"
    ).split()
    assessments = f"/en/organise/projects/{project}/assessments"
    handed_in, partner_slug = site.query(
        "from learning.models import FrozenReport; from projects.models import Partner\n"
        "frozen = FrozenReport.objects.first()\n"
        "print(frozen.semester.number, Partner.objects.filter(project=frozen.project).first().slug)"
    ).split()
    return [
        Page("home", "/en/"),
        Page("events", "/en/events/"),
        Page("events-past", "/en/events/?when=past"),
        Page("events-none", "/en/events/?q=zzzz&kind=study-visit"),
        Page("event-open", f"/en/events/{conference}/"),
        Page("event-full", f"/en/events/{full}/"),
        Page("event-moved", f"/en/events/{s3chem}/"),
        Page("event-month", f"/en/events/{month}/"),
        Page("event-cancelled", f"/en/events/{cancelled}/"),
        Page("event-postponed", f"/en/events/{postponed}/"),
        Page("event-choice", f"/en/events/{choice}/"),
        Page("project", f"/en/projects/{project}/"),
        Page("project-real", "/en/projects/s3chem/"),
        Page("calendars", "/en/calendars/"),
        Page("register", f"/en/events/{conference}/register/"),
        Page("register-short", "/en/events/meuse-import-workshop/register/"),
        Page("register-full", f"/en/events/{full}/register/"),
        Page("send-link", f"/en/events/{conference}/send-link/"),
        Page("registration", f"/en/registrations/{confirmed}/"),
        Page("registration-waiting", f"/en/registrations/{waiting}/"),
        Page("registration-calendars", f"/en/registrations/{confirmed}/calendars/"),
        Page("interest", f"/en/events/{save_the_date}/interest/"),
        Page("interest-leave", f"/en/interest/{interest}/"),
        Page("interest-left", "/en/interest/unknown/", status=404),
        Page("private-calendars", "/en/organise/calendars/", "host"),
        Page("change", f"/en/registrations/{confirmed}/change/"),
        Page("cancel", f"/en/registrations/{confirmed}/cancel/"),
        Page("feedback", f"/en/registrations/{held}/feedback/"),
        Page("feedback-about", f"/en/feedback/{about}/"),
        Page("feedback-thanks", f"/en/feedback/{about}/thanks/"),
        Page("surveys", f"/en/organise/projects/{project}/surveys/", "lead"),
        Page("survey", f"/en/organise/projects/{project}/surveys/{survey}/", "lead"),
        Page("survey-add", f"/en/organise/projects/{project}/surveys/add/", "lead"),
        Page(
            "survey-translation", f"/en/organise/projects/{project}/surveys/{survey}/translation/?language=it", "lead"
        ),
        Page("survey-answer", f"/en/surveys/{asked}/"),
        Page("survey-answered", f"/en/surveys/{answered}/"),
        Page("sign-in", "/en/sign-in/"),
        Page("sign-in-dead-link", "/en/sign-in/dead/", status=410),
        Page("mails", "/en/mails/"),
        Page("privacy", "/en/privacy/"),
        Page("accessibility", "/en/accessibility/"),
        Page("help", "/en/help/"),
        Page("not-found", "/en/nothing/", status=404),
        Page("organise", "/en/organise/", "lead"),
        Page("people", f"/en/organise/{held_event}/", "lead"),
        Page("people-open", f"/en/organise/{conference}/", "host"),
        Page("people-asked-again", f"/en/organise/{moved}/", "lead"),
        Page("still-coming", f"/en/registrations/{asked_again}/still-coming/"),
        Page("mails-of-event", f"/en/organise/{conference}/mails/", "host"),
        Page("mail-text", f"/en/organise/{conference}/mails/confirmed/en/", "host"),
        Page("mail-text-plan-changed", f"/en/organise/{conference}/mails/plan_changed/en/", "host"),
        Page("event-invited", "/en/events/meuse-breakfast/"),
        Page("invitations", "/en/organise/meuse-breakfast/invitations/", "host"),
        Page("invitation", f"/en/invitations/{sent}/"),
        Page("invitation-decline", f"/en/invitations/{sent}/decline/"),
        Page("invitation-gone", f"/en/invitations/{withdrawn}/", status=410),
        Page("approvals", "/en/organise/meuse-lab/approvals/", "host"),
        Page("person-approval", f"/en/organise/meuse-lab/people/{approval}/", "host"),
        Page("person-waiting", f"/en/organise/{waits_at}/people/{waits}/", "lead"),
        Page("person-correct", f"/en/organise/{waits_at}/people/{waits}/correct/", "lead"),
        Page("people-import", "/en/organise/meuse-lab/people/import/", "host"),
        Page("people-sensitive", f"/en/organise/{conference}/people/sensitive/", "host"),
        Page("person-add", "/en/organise/meuse-lab/people/add/", "host"),
        Page("persons", "/en/organise/persons/?q=anna", "lead"),
        Page("persons-merge", f"/en/organise/persons/merge/{person}/{other_person}/", "lead"),
        Page("groups", "/en/partner/groups/", "host"),
        Page("group", f"/en/partner/groups/{group}/", "host"),
        Page("group-add", "/en/partner/groups/add/", "host"),
        Page("new-event", "/en/organise/new/", "lead"),
        Page("edit-event", f"/en/organise/{conference}/event/", "host"),
        Page("edit-event-held", f"/en/organise/{held_event}/event/", "lead"),
        Page("plan", f"/en/organise/{conference}/plan/", "host"),
        Page("plan-postpone", f"/en/organise/{conference}/plan/postpone/", "host"),
        Page("plan-announce", f"/en/organise/{draft}/plan/announce/", "lead"),
        Page("plan-take-up-again", f"/en/organise/{postponed}/plan/take-up-again/", "lead"),
        Page("split", f"/en/organise/{conference}/split/", "lead"),
        Page("merge", f"/en/organise/{conference}/merge/", "lead"),
        Page("duplicate", f"/en/organise/{conference}/duplicate/", "lead"),
        Page("attendance", f"/en/organise/{held_event}/attendance/", "lead"),
        Page("door-settings", f"/en/organise/{conference}/door/", "host"),
        Page("door", f"/en/door/{conference}/", "host"),
        Page("door-app", f"/en/door/{conference}/app/", "host"),
        Page("door-start", f"/en/door/{conference}/"),
        Page("door-counter", f"/en/door/{conference}/counter/", "host"),
        Page("ticket", f"/en/registrations/{confirmed}/ticket/"),
        Page("online", "/en/organise/meuse-counter/online/", "lead"),
        Page("online-report", f"/en/organise/meuse-counter/online/{report}/", "lead"),
        Page("online-report-confirmed", f"/en/organise/meuse-counter/online/{confirmed_report}/", "lead"),
        Page("join", f"/en/join/{join_code}/"),
        Page("learning", f"/en/organise/{held_event}/learning/", "lead"),
        Page("learning-translation", f"/en/organise/{held_event}/learning/translation/?language=it", "lead"),
        Page("evidence", f"/en/organise/{held_event}/evidence/", "lead"),
        Page("audit", f"/{audit}"),
        Page("audit-project", f"/{audit_project}"),
        Page("auditors", f"/en/organise/projects/{project}/auditors/", "lead"),
        Page("audit-unknown", "/en/audit/unknown/", status=404),
        Page("papers", f"/en/organise/{proved}/paper/", "lead"),
        Page("papers-before", f"/en/organise/{conference}/paper/", "host"),
        Page("scan-withdraw", f"/en/organise/{proved}/paper/scans/{scan}/withdraw/", "lead"),
        Page("verify", f"/verify/{replaced}"),
        Page("verify-enter", "/verify/"),
        Page("verify-unknown", "/verify/AAAAAAAAAAAAAAAAAAAA", status=404),
        Page("registration-certificate", f"/en/registrations/{certified}/"),
        Page("questions", f"/en/organise/{conference}/questions/", "host"),
        Page("question-add", f"/en/organise/{conference}/questions/add/", "host"),
        Page("question-edit", f"/en/organise/{conference}/questions/{question}/", "host"),
        Page("questions-translation", f"/en/organise/{conference}/questions/languages/hu/", "host"),
        Page("texts", f"/en/organise/{conference}/texts/", "lead"),
        Page("translation", f"/en/organise/{conference}/texts/hu/", "lead"),
        Page("kinds", "/en/organise/kinds/", "officer"),
        Page("kind", "/en/organise/kinds/open-house/", "officer"),
        Page("kind-new", "/en/organise/kinds/new/?like=study-visit", "administrator"),
        Page("event-visit", "/en/events/meuse-counters/"),
        Page("event-import", "/en/events/meuse-import-workshop/"),
        Page("event-in-italian", f"/en/events/{conference}/?text=it"),
        Page("event-in-greek-only", "/en/events/meuse-harvest/"),
        Page("my-programme", f"/en/events/{conference}/my-programme/?mine={session}"),
        Page("delegations", "/en/organise/meuse-counters/delegations/", "coordinator"),
        Page("partner", "/en/partner/", "host"),
        Page("delegation", "/en/partner/meuse-counters/", "host"),
        Page("hand-over", f"/en/registrations/{confirmed}/hand-over/"),
        Page("programme", f"/en/organise/{conference}/programme/", "host"),
        Page("programme-choice", f"/en/organise/{choice}/programme/", "administrator"),
        Page("session-add", f"/en/organise/{conference}/programme/add/", "host"),
        Page("session-edit", f"/en/organise/{conference}/programme/{session}/", "host"),
        Page("session-shift", f"/en/organise/{conference}/programme/{session}/shift/?minutes=15", "host"),
        Page("choice-group-add", f"/en/organise/{conference}/programme/choice-groups/add/", "host"),
        Page("speakers", f"/en/organise/{conference}/speakers/", "host"),
        Page("speaker-edit", f"/en/organise/{conference}/speakers/{speaker}/", "host"),
        Page("documents", f"/en/organise/{conference}/documents/", "host"),
        Page("document-edit", f"/en/organise/{conference}/documents/{document}/", "host"),
        Page("places", "/en/organise/places/", "host"),
        Page("places-duplicates", "/en/organise/places/duplicates/", "host"),
        Page("place", f"/en/organise/places/venues/{venue}/", "host"),
        Page("place-edit", f"/en/organise/places/venues/{venue}/edit/", "host"),
        Page("place-rooms", f"/en/organise/places/venues/{venue}/rooms/", "host"),
        Page("place-choose-other", f"/en/organise/places/venues/{venue}/merge/?q=Tartu", "host"),
        Page("place-merge", f"/en/organise/places/venues/{venue}/merge/{other_venue}/", "lead"),
        Page("place-new", "/en/organise/places/sites/new/", "host"),
        Page("reports", "/en/reports/", "lead"),
        Page("report", f"/en/reports/{project}/{last}/", "lead"),
        Page("report-rows", f"/en/reports/{project}/{last}/people/", "lead"),
        Page("report-real", "/en/reports/s3chem/1/", "administrator"),
        Page("report-to-date", f"/en/reports/{project}/to-date/", "lead"),
        Page("report-partner", f"/en/reports/{project}/partners/{partner_slug}/", "lead"),
        Page("report-event", f"/en/reports/{project}/events/{held_event}/", "lead"),
        Page("report-programme", "/en/reports/programmes/demonstration-programme/", "officer"),
        Page("report-programme-rows", "/en/reports/programmes/demonstration-programme/participations/", "officer"),
        Page("report-programme-freeze", "/en/reports/programmes/demonstration-programme/freeze/", "officer"),
        Page("report-targets", f"/en/reports/{project}/{handed_in}/targets/", "lead"),
        Page("report-freeze", f"/en/reports/{project}/{handed_in}/freeze/", "lead"),
        Page("report-frozen", f"/en/reports/{project}/{handed_in}/versions/2/", "lead"),
        Page("report-changes", f"/en/reports/{project}/{handed_in}/versions/2/changes/", "lead"),
        Page("practices", f"/en/projects/{project}/practices/"),
        Page("practice", f"/en/projects/{project}/practices/{practice}/"),
        Page("practice-of-members", f"/en/projects/{project}/practices/{practice}/", "host"),
        Page("who-learnt", f"/en/projects/{project}/learnt/"),
        Page("practice-add", f"/en/organise/projects/{project}/practices/add/", "host"),
        Page("practice-edit", f"/en/organise/projects/{project}/practices/{practice}/edit/", "lead"),
        Page(
            "practice-translation",
            f"/en/organise/projects/{project}/practices/{practice}/translation/?language=it",
            "lead",
        ),
        Page(
            "practice-at-partner",
            f"/en/organise/projects/{project}/practices/{practice}/partners/meuse-maastricht/",
            "host",
        ),
        Page("criteria", f"/en/organise/projects/{project}/criteria/", "lead"),
        Page("plans", f"/en/organise/projects/{project}/plans/", "lead"),
        Page("plans-real", "/en/organise/projects/s3chem/plans/", "administrator"),
        Page("plan", f"/en/organise/projects/{project}/plans/{plan}/", "lead"),
        Page("plan-add", f"/en/organise/projects/{project}/plans/add/", "host"),
        Page("plan-edit", f"/en/organise/projects/{project}/plans/{plan}/edit/", "lead"),
        Page("action-add", f"/en/organise/projects/{project}/plans/{plan}/actions/add/?practice={practice}", "lead"),
        Page("action-edit", f"/en/organise/projects/{project}/actions/{action}/", "lead"),
        Page("progress", f"/en/organise/projects/{project}/actions/{action}/progress/", "lead"),
        Page("round-add", f"/en/organise/projects/{project}/rounds/add/", "lead"),
        Page("assessments", f"{assessments}/", "lead"),
        Page("assessments-real", "/en/organise/projects/optiwamag/assessments/", "administrator"),
        Page("assessed-region", f"{assessments}/{instrument}/regions/meuse-lousada/", "lead"),
        Page("rate-region", f"{assessments}/rounds/{round_}/meuse-lousada/by/meuse-maastricht/", "host"),
        Page("rate-as-expert", f"{assessments}/rounds/{round_}/meuse-lousada/expert/", "lead"),
        Page("instrument-add", f"{assessments}/add/", "lead"),
        Page("instrument-edit", f"{assessments}/{instrument}/edit/", "lead"),
        Page("dimension-add", f"{assessments}/{instrument}/dimensions/add/", "lead"),
        Page("dimension-edit", f"{assessments}/dimensions/{dimension}/", "lead"),
        Page("assessment-round-add", f"{assessments}/{instrument}/rounds/add/", "lead"),
        Page("assessment-round-edit", f"{assessments}/rounds/{round_}/", "lead"),
    ]
