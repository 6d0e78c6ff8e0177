"""Addresses of uploaded pictures: data, so without a language prefix."""

from django.urls import re_path

from ..views import places

urlpatterns = [
    re_path(r"^pictures/places/(?P<name>[0-9a-f]{32})\.jpg$", places.picture, name="place_picture"),
]
