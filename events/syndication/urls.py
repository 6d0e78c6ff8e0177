"""Addresses of what other programs take from here: data, so without a language prefix."""

from django.urls import path

from ..views import syndication

app_name = "syndication"
urlpatterns = [
    path("news/all.atom", syndication.news, name="news"),
    path("news/projects/<slug:slug>.atom", syndication.news, name="news_of_project"),
    path("events/<slug:slug>.png", syndication.picture, name="picture"),
    path("sitemap.xml", syndication.sitemap, name="sitemap"),
    path("robots.txt", syndication.robots, name="robots"),
]
