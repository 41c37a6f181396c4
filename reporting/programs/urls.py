from django.urls import path

from reporting.programs import views
from sroi.api import ROOT

urlpatterns = [
    path(f"{ROOT}figures", views.Years.as_view(), name="api-years"),
    path(f"{ROOT}figures/<int:year>", views.Figures.as_view(), name="api-figures"),
    path(f"{ROOT}reports", views.Reports.as_view(), name="api-reports"),
    path(f"{ROOT}reports/<int:year>", views.Report.as_view(), name="api-report"),
]
