from django.urls import path

from contracts.programs.views import contracts, pages
from sroi.api import ROOT

urlpatterns = [
    path("programmas/", pages.ProgramList.as_view(), name="program-list"),
    path("programmas/nieuw/", pages.NewProgram.as_view(), name="program-new"),
    path("programmas/<int:pk>/", pages.Detail.as_view(), name="program-detail"),
    path("programmas/<int:pk>/vernieuwen/", pages.Renew.as_view(), name="program-renew"),
    path("programmas/<int:pk>/stoppen/", pages.Stop.as_view(), name="program-stop"),
    path(f"{ROOT}contracts", contracts.Contracts.as_view(), name="api-contracts"),
    path(
        f"{ROOT}obligation-lines",
        contracts.ObligationLines.as_view(),
        name="api-obligation-lines",
    ),
]
