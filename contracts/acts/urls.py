from django.urls import path

from contracts.acts import views

urlpatterns = [
    path("contracten/<int:pk>/wijzigen/", views.Changes.as_view(), name="contract-changes"),
]
