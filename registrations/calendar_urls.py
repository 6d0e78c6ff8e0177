"""Addresses of private calendars: data, so without a language prefix. The secret in them is taken as it comes."""

from django.urls import re_path

from .views import private_feeds

app_name = "private_calendars"
urlpatterns = [
    re_path(r"^calendars/private/(?P<token>[\s\S]+)\.ics\Z", private_feeds.feed, name="feed"),
]
