"""The door of one event, for whoever stands there."""

from django.urls import path

from .views import door, door_app

app_name = "door"
urlpatterns = [
    path("worker.js", door_app.worker, name="worker"),
    path("<slug:slug>/", door.door, name="door"),
    path("<slug:slug>/app/", door_app.app, name="app"),
    path("<slug:slug>/app/secret/", door_app.secret, name="secret"),
    path("<slug:slug>/app/manifest.webmanifest", door_app.manifest, name="manifest"),
    path("<slug:slug>/close/", door.close, name="close"),
    path("<slug:slug>/list.json", door.door_list, name="list"),
    path("<slug:slug>/acts/", door.acts, name="acts"),
    path("<slug:slug>/counter/", door.counter, name="counter"),
]
