from django.urls import path

from sroi.server import views

urlpatterns = [
    path("gezond/", views.health, name="health"),
    path("klaar/", views.ready, name="ready"),
    # By the names that programs look for.
    path("metrics", views.metrics_of_the_site, name="metrics"),
    path(".well-known/security.txt", views.security_txt, name="security-txt"),
]
