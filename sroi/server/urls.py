from django.urls import path

from sroi.server import views

urlpatterns = [
    path("gezond/", views.health, name="health"),
    path("klaar/", views.ready, name="ready"),
]
