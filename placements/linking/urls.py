from django.urls import path

from placements.linking import views

urlpatterns = [
    path("invullingen/<int:pk>/hetzelfde/", views.Link.as_view(), name="fulfilment-link"),
    path("invullingen/<int:pk>/ontkoppelen/", views.Unlink.as_view(), name="fulfilment-unlink"),
]
