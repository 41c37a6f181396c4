from django.urls import path

from placements.retention import views

urlpatterns = [
    path("gebruikers/<int:pk>/gegevens/", views.held_user, name="held-user"),
    path("mijn-gegevens/", views.held_self, name="held-self"),
    path("privacy/", views.privacy, name="privacy"),
    path("gegevens/", views.held_candidate, name="held-candidate"),
    path("gegevens/<int:pk>/wissen/", views.ErasePerson.as_view(), name="held-erase"),
]
