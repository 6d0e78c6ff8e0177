from django.urls import path

from .views import feedback, reports

app_name = "learning"
urlpatterns = [
    path("registrations/<str:code>/feedback/", feedback.feedback, name="feedback"),
    path("reports/", reports.reports, name="reports"),
    path("reports/<slug:project>/<int:number>/", reports.report, name="report"),
    path("reports/<slug:project>/<int:number>/<slug:figure>/", reports.report_rows, name="report_rows"),
]
