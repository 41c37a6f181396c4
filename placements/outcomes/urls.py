from django.urls import path

from placements.outcomes import views

urlpatterns = [
    path("uitkomsten/", views.OutcomesToTell.as_view(), name="outcome-list"),
    path("invullingen/<int:pk>/uitkomst/", views.TellOutcome.as_view(), name="fulfilment-outcome"),
]
