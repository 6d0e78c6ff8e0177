"""Addresses of places, under /organise/places/. A kind is “venues” or “sites”."""

from django.urls import path

from ..views import places

urlpatterns = [
    path("", places.places, name="places"),
    path("duplicates/", places.duplicates, name="duplicate_places"),
    path("merges/<int:merge_key>/undo/", places.undo_merge, name="undo_place_merge"),
    path("venues/<int:key>/rooms/", places.rooms, name="rooms"),
    path("<slug:kind>/new/", places.new_place, name="new_place"),
    path("<slug:kind>/<int:key>/", places.place, name="place"),
    path("<slug:kind>/<int:key>/edit/", places.edit_place, name="edit_place"),
    path("<slug:kind>/<int:key>/merge/", places.choose_other, name="choose_other_place"),
    path("<slug:kind>/<int:key>/merge/<int:other_key>/", places.merge, name="merge_places"),
]
