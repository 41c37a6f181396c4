from django.urls import path

from placements.dialogue import views

urlpatterns = [
    path("invullingen/<int:pk>/niet-eens/", views.Disagree.as_view(), name="fulfilment-disagree"),
    path("niet-eens/<int:pk>/", views.Answer.as_view(), name="disagreement"),
]
