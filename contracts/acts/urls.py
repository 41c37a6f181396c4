from django.urls import path

from contracts.acts import views as modifying

urlpatterns = [
    path("contracten/<int:pk>/wijzigen/", modifying.Changes.as_view(), name="contract-changes"),
]
