from django.urls import path

from placements.programs import views
from sroi.api import ROOT

urlpatterns = [
    path(
        f"{ROOT}contract-progress", views.ContractProgress.as_view(), name="api-contract-progress"
    ),
    path(f"{ROOT}fulfilment-lines", views.FulfilmentLines.as_view(), name="api-fulfilment-lines"),
]
