from django.urls import URLPattern, URLResolver, include, path

from .views import (
    assessments,
    audit,
    auditors,
    evidence,
    feedback,
    frozen_reports,
    plans,
    practice_editing,
    practices,
    reports,
    results,
    survey_answers,
    surveys,
)

app_name = "learning"

# Behind the address of a report of one project
_of_a_project = [
    path("targets/", frozen_reports.targets, name="report_targets"),
]
# Behind the address of each report: its files, its versions, and at last the rows of its numbers
_of_a_report = [
    path("report.<slug:extension>", frozen_reports.report_file, name="report_file"),
    path("plots/<slug:plot>.<slug:extension>", reports.report_plot, name="report_plot"),
    path("tables/<slug:table>.csv", frozen_reports.report_table, name="report_table"),
    path("freeze/", frozen_reports.freeze_report, name="freeze_report"),
    path("versions/<int:version>/", frozen_reports.frozen_report, name="frozen_report"),
    path("versions/<int:version>/changes/", frozen_reports.frozen_report_changes, name="frozen_report_changes"),
    path(
        "versions/<int:version>/report.<slug:extension>", frozen_reports.frozen_report_file, name="frozen_report_file"
    ),
    path(
        "versions/<int:version>/tables/<slug:table>.csv", frozen_reports.frozen_report_table, name="frozen_report_table"
    ),
    path(
        "versions/<int:version>/plots/<slug:plot>.<slug:extension>",
        frozen_reports.frozen_report_plot,
        name="frozen_report_plot",
    ),
    path("<slug:figure>/", reports.report_rows, name="report_rows"),
]


def _report(about: str, *more: list[URLPattern]) -> list[URLPattern | URLResolver]:
    behind = [path(about, include(each)) for each in (*more, _of_a_report)]
    return [path(about, reports.report, name="report"), *behind]


urlpatterns = [
    path("registrations/<str:code>/feedback/", feedback.feedback, name="feedback"),
    path("feedback/<str:key>/", feedback.feedback_about, name="feedback_about"),
    path("feedback/<str:key>/thanks/", feedback.thanks, name="feedback_about_thanks"),
    path("surveys/<str:code>/", survey_answers.answer_survey, name="answer_survey"),
    # The learning surveys of a project, for its lead
    path("organise/projects/<slug:project>/surveys/", surveys.surveys, name="surveys"),
    path("organise/projects/<slug:project>/surveys/add/", surveys.add, name="add_survey"),
    path("organise/projects/<slug:project>/surveys/<int:key>/", surveys.survey, name="survey"),
    path("organise/projects/<slug:project>/surveys/<int:key>/edit/", surveys.edit, name="edit_survey"),
    path(
        "organise/projects/<slug:project>/surveys/<int:key>/translation/",
        surveys.translation,
        name="survey_translation",
    ),
    path("organise/<slug:slug>/learning/", results.results, name="results"),
    path("organise/<slug:slug>/learning/translation/", results.translation, name="outcomes_translation"),
    path("organise/<slug:slug>/learning/slide.svg", results.slide, name="slide"),
    # The evidence of an event, for organisers
    path("organise/<slug:slug>/evidence/", evidence.evidence, name="evidence"),
    path("organise/<slug:slug>/evidence/files/<slug:key>/", evidence.file, name="evidence_file"),
    path("organise/<slug:slug>/evidence/pack/", evidence.ask_for_pack, name="ask_for_pack"),
    path("organise/<slug:slug>/evidence/pack/state/", evidence.pack_state, name="pack_state"),
    path("organise/<slug:slug>/evidence/pack/<int:pk>/", evidence.pack, name="pack"),
    path("organise/<slug:slug>/evidence/photos/<int:pk>/", evidence.mark_photo, name="mark_photo"),
    path("organise/<slug:slug>/evidence/kept-until/", evidence.keep_until, name="keep_evidence_until"),
    path("organise/<slug:slug>/evidence/links/", evidence.make_link, name="make_auditor_link"),
    path("organise/<slug:slug>/evidence/links/<int:pk>/revoke/", evidence.revoke_link, name="revoke_auditor_link"),
    # The same for whoever holds an auditor's link
    path("audit/<str:code>/", audit.audit, name="audit"),
    path("audit/<str:code>/<slug:slug>/", audit.folder, name="audit_folder"),
    path("audit/<str:code>/<slug:slug>/files/<slug:key>/", audit.file, name="audit_file"),
    path("audit/<str:code>/<slug:slug>/pack/", audit.ask_for_pack, name="audit_ask_for_pack"),
    path("audit/<str:code>/<slug:slug>/pack/<int:pk>/", audit.pack, name="audit_pack"),
    # Links for auditors of a whole project, for its lead
    path("organise/projects/<slug:project>/auditors/", auditors.auditors, name="auditors"),
    path("organise/projects/<slug:project>/auditors/<int:pk>/revoke/", auditors.revoke, name="revoke_project_link"),
    # Good practices and who learnt what from whom, for everybody
    path("projects/<slug:project>/practices/", practices.practices, name="practices"),
    path("projects/<slug:project>/practices/<slug:slug>/", practices.practice, name="practice"),
    path("projects/<slug:project>/learnt/", practices.who_learnt, name="who_learnt"),
    path("projects/<slug:project>/learnt/table.csv", practices.who_learnt_table, name="who_learnt_table"),
    # What partners write about practices
    path("organise/projects/<slug:project>/criteria/", practice_editing.criteria, name="criteria"),
    path("organise/projects/<slug:project>/practices/add/", practice_editing.add, name="add_practice"),
    path("organise/projects/<slug:project>/practices/<slug:slug>/edit/", practice_editing.edit, name="edit_practice"),
    path(
        "organise/projects/<slug:project>/practices/<slug:slug>/translation/",
        practice_editing.translation,
        name="practice_translation",
    ),
    path(
        "organise/projects/<slug:project>/practices/<slug:slug>/step/", practice_editing.step, name="step_of_practice"
    ),
    path(
        "organise/projects/<slug:project>/practices/<slug:slug>/partners/<slug:partner>/",
        practice_editing.at_partner,
        name="practice_at_partner",
    ),
    # Action plans
    path("organise/projects/<slug:project>/plans/", plans.plans, name="plans"),
    path("organise/projects/<slug:project>/plans/actions.csv", plans.actions_table, name="actions_table"),
    path("organise/projects/<slug:project>/plans/add/", plans.add, name="add_plan"),
    path("organise/projects/<slug:project>/plans/<int:key>/", plans.plan, name="plan"),
    path("organise/projects/<slug:project>/plans/<int:key>/edit/", plans.edit, name="edit_plan"),
    path("organise/projects/<slug:project>/plans/<int:key>/actions/add/", plans.add_action, name="add_action"),
    path("organise/projects/<slug:project>/actions/<int:key>/", plans.edit_action, name="edit_action"),
    path("organise/projects/<slug:project>/actions/<int:key>/progress/", plans.progress, name="progress"),
    path("organise/projects/<slug:project>/rounds/add/", plans.add_round, name="add_round"),
    # Assessments of regions
    path("organise/projects/<slug:project>/assessments/", assessments.assessments, name="assessments"),
    path("organise/projects/<slug:project>/assessments/add/", assessments.add_instrument, name="add_instrument"),
    path(
        "organise/projects/<slug:project>/assessments/<int:key>/edit/",
        assessments.edit_instrument,
        name="edit_instrument",
    ),
    path(
        "organise/projects/<slug:project>/assessments/<int:key>/dimensions/add/",
        assessments.add_dimension,
        name="add_dimension",
    ),
    path(
        "organise/projects/<slug:project>/assessments/<int:key>/rounds/add/",
        assessments.add_round,
        name="add_assessment_round",
    ),
    path(
        "organise/projects/<slug:project>/assessments/dimensions/<int:key>/",
        assessments.edit_dimension,
        name="edit_dimension",
    ),
    path(
        "organise/projects/<slug:project>/assessments/rounds/<int:key>/",
        assessments.edit_round,
        name="edit_assessment_round",
    ),
    path(
        "organise/projects/<slug:project>/assessments/rounds/<int:key>/<slug:partner>/expert/",
        assessments.rate_as_expert,
        name="rate_as_expert",
    ),
    path(
        "organise/projects/<slug:project>/assessments/rounds/<int:key>/<slug:partner>/by/<slug:rater>/",
        assessments.rate,
        name="rate_region",
    ),
    path(
        "organise/projects/<slug:project>/assessments/<int:key>/regions/<slug:partner>/",
        assessments.region,
        name="assessed_region",
    ),
    path("reports/", reports.reports, name="reports"),
    *_report("reports/programmes/<slug:programme>/"),
    *_report("reports/<slug:project>/to-date/", _of_a_project),
    *_report("reports/<slug:project>/events/<slug:event>/", _of_a_project),
    *_report("reports/<slug:project>/partners/<slug:partner>/", _of_a_project),
    # The last: an address that is asked for by its parts alone is that of a semester.
    *_report("reports/<slug:project>/<int:number>/", _of_a_project),
]
