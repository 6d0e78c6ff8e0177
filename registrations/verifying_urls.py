"""Where paper is verified: short, and without a language prefix, since it is printed and typed."""

from django.urls import path

from .views import verifying

app_name = "verifying"
urlpatterns = [
    path("verify/", verifying.enter, name="enter"),
    path("verify/<str:code>", verifying.check, name="verify"),
]
