"""The administration's pages of venues with their rooms, and of sites."""

from django.contrib import admin

from .models import Room, Site, Venue


class RoomInline(admin.TabularInline):
    model = Room
    extra = 0


@admin.register(Venue)
class VenueAdmin(admin.ModelAdmin):
    list_display = ["__str__", "city", "country"]
    list_filter = ["country"]
    search_fields = ["name", "city"]
    inlines = [RoomInline]


@admin.register(Site)
class SiteAdmin(admin.ModelAdmin):
    list_display = ["__str__", "city", "country", "needs_id", "needs_safety_shoes", "forbids_photos"]
    list_filter = ["country"]
    search_fields = ["name", "city"]
