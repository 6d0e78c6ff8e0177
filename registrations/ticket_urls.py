"""The address in the QR code of a ticket: short, and the same in every language."""

from django.urls import path

from .views import tickets

app_name = "tickets"
urlpatterns = [path("t/<str:code>", tickets.opened, name="opened")]
